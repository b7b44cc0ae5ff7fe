"""The program itself: its commands, exit statuses and what it prints."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from pubengine.testing import run

PROGRAM = [sys.executable, "-m", "pubengine"]


def test_a_new_site_builds_without_a_warning(tmp_path):
    folder = tmp_path / "my-blog"
    assert run("init", str(folder))[0] == 0
    code, stdout, _ = run("build", "--site", str(folder), "--json", "--strict")
    result = json.loads(stdout)
    assert (code, result["diagnostics"], result["posts"], result["pages"]) == (0, [], 1, 1)
    assert "<title>My blog</title>" in (folder / "public/index.html").read_text()
    assert not (folder / "content/posts/plugins").exists()


def test_two_new_sites_have_ids_of_their_own(tmp_path):
    ids = set()
    for name in ("one", "two"):
        run("init", str(tmp_path / name))
        ids.add(tomllib.loads((tmp_path / name / "engine.toml").read_text())["id"])
    assert len(ids) == 2


def test_init_leaves_a_folder_alone_that_has_something_in_it(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear")
    code, _, stderr = run("init", str(tmp_path))
    assert code == 2
    assert "letter.txt" in stderr
    assert os.listdir(tmp_path) == ["letter.txt"]


def test_new_writes_front_matter_prints_the_path_and_never_overwrites(site, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1714561200")
    paths = []
    for _ in range(2):
        code, stdout, _ = run(
            "new", 'Say "Hi", Zoë', "--tag", "one", "--tag", "two", "--draft", "--site", str(site.root)
        )
        assert code == 0
        paths.append(stdout.strip())
    assert [path.rpartition("/")[2] for path in paths] == ["2024-05-01-say-hi-zoë.md", "2024-05-01-say-hi-zoë-2.md"]
    text = Path(paths[0]).read_text("utf-8")
    fields = tomllib.loads(text.split("+++")[1])
    assert fields["title"] == 'Say "Hi", Zoë'
    assert fields["date"].isoformat() == "2024-05-01T12:00:00+01:00"
    assert (fields["tags"], fields["draft"], fields["id"]) == (["one", "two"], True, "2024-05-01-say-hi-zoë")
    built = site.build("--drafts")
    assert built.data["posts"] == 2


def test_new_needs_a_title_with_a_letter(site):
    assert run("new", "?!", "--site", str(site.root))[0] == 2


@pytest.mark.parametrize(
    "words", [[], ["--nope"], ["build", "--nope"], ["bild"], ["new"], ["build", "--site", "nowhere"]]
)
def test_a_wrong_command_line_is_exit_status_2_and_has_a_hint(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, stdout, stderr = run(*words)
    assert (code, stdout) == (2, "")
    assert stderr
    assert "Traceback" not in stderr


def test_a_site_is_found_from_a_folder_below_it(site, monkeypatch):
    site.write({"content/posts/a.md": "+++\ntitle='A'\ndate=2024-01-01\n+++\nText.\n"})
    monkeypatch.chdir(site.root / "content/posts")
    assert run("build")[0] == 0
    assert (site.root / "public/index.html").exists()


def test_people_get_a_place_a_code_and_a_hint_and_programs_get_data(site):
    site.write({"content/posts/a.md": "+++\ntitle='A'\ndate='1 May'\n+++\nText.\n"})
    code, stdout, stderr = run("build", "--site", str(site.root))
    assert (code, stdout) == (1, "")
    assert (
        "content/posts/a.md:3:1: error[date-invalid]: date must be a date, not '1 May'\n  hint: accepted: 2024-05-01"
        in stderr
    )
    built = site.build()
    assert built.stderr == ""
    assert set(built.data["diagnostics"][0]) == {
        "code", "severity", "message", "file", "line", "column", "hint", "plugin", "hook",
    }  # fmt: skip
    assert built.data["published"] is False


def test_an_untouched_page_keeps_its_time_stamp(site):
    site.write({"content/posts/a.md": "+++\ntitle='A'\ndate=2024-01-01\n+++\nText.\n"})
    site.build()
    page = site.root / "public/2024/01/a/index.html"
    os.utime(page, (1, 1))
    site.write({"content/posts/b.md": "+++\ntitle='B'\ndate=2020-01-01\n+++\nText.\n"})
    written = site.build().data["written"]
    assert "2020/01/b/index.html" in written["new"]
    assert page.stat().st_mtime != 1, "its neighbour has changed, and so has the page"
    os.utime(site.root / "public/assets/style.css", (1, 1))
    assert site.build().data["written"]["updated"] == []
    assert (site.root / "public/assets/style.css").stat().st_mtime == 1


def test_a_page_that_is_gone_is_removed_and_its_folder_too(site):
    site.write({"content/posts/a.md": "+++\ntitle='A'\ndate=2024-01-01\n+++\nText.\n"})
    site.build()
    (site.root / "content/posts/a.md").unlink()
    built = site.build()
    assert "2024/01/a/index.html" in built.data["written"]["removed"]
    assert not (site.root / "public/2024").exists()


def test_interrupted_it_leaves_the_site_and_nothing_beside_it(site):
    site.write({"content/posts/a.md": "+++\ntitle='A'\ndate=2024-01-01\n+++\nText.\n"})
    before = site.build().page("2024/01/a/")
    site.write({
        "content/posts/a.md": "+++\ntitle='B'\ndate=2024-01-01\n+++\nText.\n",
        "plugins/slow.py": "import sys, time\nfrom pubengine.api import Page, hookimpl\n\n@hookimpl\ndef emit():\n"
        "    yield Page(path='zz.txt', make=slowly)\n\ndef slowly(page, view):\n"
        "    print('now', file=sys.stderr, flush=True)\n    time.sleep(30)\n    return ''\n",
    })  # fmt: skip
    child = subprocess.Popen([*PROGRAM, "build", "--site", str(site.root)], stderr=subprocess.PIPE, text=True)
    assert child.stderr.readline() == "now\n"
    child.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, stderr = child.communicate(timeout=10)
    assert child.returncode == 130
    assert time.monotonic() - started < 5
    assert "Traceback" not in stderr
    assert (site.root / "public/2024/01/a/index.html").read_text() == before
    assert sorted(path.name for path in site.root.iterdir()) == [
        ".pubengine",
        "content",
        "engine.toml",
        "plugins",
        "public",
    ]


def test_the_program_answers_version_and_help():
    for words in (["--version"], ["--help"], ["build", "--help"]):
        done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, check=True)
        assert "pubengine" in done.stdout
