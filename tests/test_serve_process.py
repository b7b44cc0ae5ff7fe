"""The live preview: how it begins and ends, and what it answers while builds go on."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from serving.preview import WALK, is_running, last, post, serve, wait_until

from pubengine.testing import run

__all__ = ["serve"]


# How it begins and ends.


def test_it_listens_on_this_machine_alone(site, serve):
    site.write({WALK: post()})
    preview = serve()
    inodes = {
        os.readlink(f"/proc/{preview.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{preview.process.pid}/fd")
    }
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    listening = {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes}
    assert listening <= {"0100007F", "00000000000000000000000001000000"}
    assert "0100007F" in listening


def test_a_port_that_is_asked_for_and_busy_is_an_error(site):
    site.write({WALK: post()})
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        code, _, stderr = run("serve", "--site", str(site.root), "--port", str(port))
    assert code == 2
    assert f"error[port-busy]: port {port} is in use" in stderr


def test_without_one_the_next_free_port_is_taken(site):
    from pubengine.serve.listen import FIRST_PORT, listen

    taken = listen("localhost", None)
    others = listen("localhost", None)
    ports = [sockets[0].getsockname()[1] for sockets in (taken, others)]
    for one in (*taken, *others):
        one.close()
    assert FIRST_PORT <= ports[0] < ports[1]


@pytest.mark.parametrize(
    "words", [["--host", "no.such.host.invalid"], ["--host", "192.0.2.1"], ["--port", "70000"], ["--port", "x"]]
)
def test_where_it_cannot_listen_it_says_so(site, words):
    code, _, stderr = run("serve", "--site", str(site.root), *words)
    assert code == 2
    assert "hint: " in stderr


def test_it_opens_a_browser_when_there_is_something_to_see(site, serve, tmp_path, monkeypatch):
    site.write({WALK: post()})
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho $1 > {tmp_path}/opened.part && mv {tmp_path}/opened.part {tmp_path}/opened\n")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    preview = serve("--open")
    assert wait_until((tmp_path / "opened").exists)
    assert (tmp_path / "opened").read_text() == f"{preview.url}\n"


def test_it_needs_a_site(tmp_path):
    code, _, stderr = run("serve", "--site", str(tmp_path))
    assert code == 2
    assert "config-missing" in stderr


def test_a_site_has_one_preview_at_a_time(site, serve):
    site.write({WALK: post()})
    preview = serve()
    code, _, stderr = run("serve", "--site", str(site.root))
    assert code == 2
    assert f"error[preview-running]: this site has a preview already, at {preview.url}" in stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_with_all_its_children_and_frees_its_port(site, serve, number):
    site.write({WALK: post()})
    preview = serve()
    children = preview.children()
    assert len(children) == 1
    with preview.live("/") as states:
        next(states)
        said = list(preview.lines)
        assert preview.end(number) == 0
        assert list(states) == []
    preview.wait_for("(ended)")
    assert preview.lines == [*said, "(ended)"]
    assert wait_until(lambda: not any(map(is_running, children)))
    with socket.create_server(("127.0.0.1", preview.port)):
        pass


def test_it_ends_at_once_even_in_the_middle_of_a_build(site, serve):
    site.write({WALK: post()})
    preview = serve()
    sleeper = "import subprocess\nfrom pubengine.api import hookimpl\n\n@hookimpl\ndef check(posts):\n    print('asleep', flush=True)\n    subprocess.run(['sleep', '300'])\n    return []\n"
    site.write({"plugins/sleeper.py": sleeper})
    preview.wait_for("asleep")
    children = preview.children()
    assert preview.end() == 0
    assert wait_until(lambda: not any(map(is_running, children)))
    assert "Traceback" not in "\n".join(preview.lines)


def test_the_builder_goes_when_the_server_is_killed(site, serve):
    site.write({WALK: post()})
    preview = serve()
    children = preview.children()
    preview.process.kill()
    assert wait_until(lambda: not any(map(is_running, children)))


def test_a_server_after_another_one_is_noticed(site, serve):
    site.write({WALK: post()})
    first = serve()
    with first.live("/") as states:
        before = next(states)
    first.end()
    second = serve(port=str(first.port))
    with second.live("/", build=str(before["build"]), session=before["session"]) as states:
        after = next(states)
    assert after["session"] != before["session"]
    assert (after["page"], after["assets"]) == (before["page"], None)


def test_what_it_stands_on_may_be_missing(site):
    hide = "import sys; sys.modules['watchfiles'] = None; from pubengine.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", hide, "serve", "--site", str(site.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'pubengine[serve]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_commands_do_not_import_it(site):
    site.write({WALK: post()})
    code = (
        f"import sys\nfrom pubengine.cli import main\nmain(['build', '--site', {str(site.root)!r}])\n"
        "print(sorted({'starlette', 'uvicorn', 'watchfiles', 'asyncio', 'pubengine.serve'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# While builds go on.


def hammer(preview, site, builds):
    """Asks for pages while builds replace them; returns what was not a whole old or new page, and how many were asked for."""
    wrong, asked, done = [], [0], threading.Event()

    def ask():
        while not done.is_set():
            for path in ("/2024/05/walk/", "/moving/", "/", "/assets/style.css", "/posts/walk/picture.png"):
                answer = preview.ask(path)
                asked[0] += 1
                numbers = set(re.findall(rb"Number (\d+)", answer.body))
                if answer.status != 200 or (path in ("/2024/05/walk/", "/moving/") and len(numbers) != 1):
                    wrong.append((path, answer.status, numbers))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    with preview.live("/2024/05/walk/") as states:
        next(states)
        for number in range(1, builds + 1):
            text = " and ".join([f"Number {number}"] * 200)
            site.write(
                {"content/posts/walk/index.md": post(text=text), "content/moving.md": f"+++\ntitle='M'\n+++\n{text}\n"}
            )
            last(states, lambda state: f"Number {number} " in preview.ask("/2024/05/walk/").text)  # noqa: B023
    done.set()
    for thread in threads:
        thread.join()
    return wrong, asked[0]


@pytest.mark.parametrize("builds", [15, pytest.param(400, marks=pytest.mark.slow)])
def test_a_request_during_a_build_gets_the_old_or_the_new_page(site, serve, builds):
    text = " and ".join(["Number 0"] * 200)
    site.write({
        "content/posts/walk/index.md": post(text=text),
        "content/posts/walk/picture.png": b"\x89PNG" + bytes(5000),
        "content/moving.md": f"+++\ntitle='M'\n+++\n{text}\n",
    })  # fmt: skip
    preview = serve()
    wrong, asked = hammer(preview, site, builds)
    assert wrong == []
    assert asked > builds
