"""The live preview: what it shows and follows, and what it tells nobody."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from serving.preview import RunningPreview, is_running, serve, wait_until

from pubengine.testing import run

__all__ = ["serve"]


def post(title="Walk", text="Over the hill.", date="2024-05-01", more=""):
    return f"+++\ntitle = '{title}'\ndate = {date}\n{more}+++\n{text}\n"


WALK = "content/posts/walk.md"


def last(states, wanted):
    """The next state that is as wanted."""
    return next(state for state in states if wanted(state))


# What is shown.


def test_pages_are_served_as_they_were_built_with_a_script_that_is_not_published(site, serve):
    site.write({WALK: post()})
    preview = serve()
    answer = preview.ask("/2024/05/walk/")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Over the hill." in answer.text
    assert '<script type="module" src="/.pubengine/live.js" data-pubengine' in answer.text
    assert preview.ask("/.pubengine/live.js").headers["content-type"] == "text/javascript; charset=utf-8"
    assert preview.page("/2024/05/walk/") == site.build().page("2024/05/walk/")
    for path in (site.root / ".pubengine" / "preview").rglob("*.html"):
        assert "data-pubengine" not in path.read_text("utf-8")


def test_no_draft_reaches_the_published_folder(site, serve):
    site.write({WALK: post(more="draft = true\n")})
    preview = serve()
    assert "Over the hill." in preview.page("/2024/05/walk/")
    assert not (site.root / "public").exists()
    assert site.build().data["hidden"][0]["reason"] == "draft"


def test_drafts_and_what_is_scheduled_can_be_left_out(site, serve):
    site.write({WALK: post(more="draft = true\n"), "content/posts/later.md": post("Later", date="2999-01-01")})
    preview = serve("--no-drafts", "--no-future")
    assert preview.ask("/2024/05/walk/").status == 404
    assert preview.ask("/2999/01/later/").status == 404


def test_what_is_unpublished_is_marked(site, serve):
    site.write({
        WALK: post(more="draft = true\n"),
        "content/posts/later.md": post("Later", date="2999-01-31"),
        "content/posts/at.md": post("At", date="2999-02-01T18:30:00Z"),
        "content/posts/now.md": post("Now"),
    })  # fmt: skip
    preview = serve()
    marks = {
        "/2024/05/walk/": "Draft",
        "/2999/01/later/": "Scheduled for 31 January 2999",
        "/2999/02/at/": "Scheduled for 1 February 2999, 18:30",
    }
    for path, mark in {**marks, "/2024/05/now/": "", "/": ""}.items():
        with preview.live(path) as states:
            state = next(states)
        assert (state["mark"], state["marks"]) == (mark, marks)


def test_content_types_ranges_and_head(site, serve):
    site.write(
        {"content/tune.mp3": bytes(range(256)) * 40, "content/a.css": "p { color: red }", "content/sub/b.txt": "ä"}
    )
    preview = serve()
    whole = preview.ask("/tune.mp3")
    assert (whole.status, whole.headers["content-type"], len(whole.body)) == (200, "audio/mpeg", 10240)
    part = preview.ask("/tune.mp3", Range="bytes=10-19")
    assert (part.status, part.body, part.headers["content-range"]) == (206, bytes(range(10, 20)), "bytes 10-19/10240")
    assert preview.ask("/tune.mp3", Range="bytes=20000-").status == 416
    head = preview.ask("/tune.mp3", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "10240")
    assert preview.ask("/", "HEAD").headers["content-length"] == preview.ask("/").headers["content-length"]
    assert preview.ask("/.pubengine/live?path=/", "HEAD").headers["content-type"] == "text/event-stream; charset=utf-8"
    assert preview.ask("/a.css").headers["content-type"] == "text/css; charset=utf-8"
    assert preview.ask("/sub/b.txt").headers["content-type"] == "text/plain; charset=utf-8"
    assert preview.ask("/atom.xml").headers["content-type"] == "application/xml; charset=utf-8"
    moved = preview.ask("/sub?a=b")
    assert moved.status == 307
    assert moved.headers["location"] == "/sub/?a=b"


def test_an_address_without_a_page_gets_the_sites_own_page_for_that(site, serve):
    site.write({WALK: post()})
    preview = serve()
    answer = preview.ask("/nothing/here")
    assert answer.status == 404
    assert preview.page("/nothing/here") == site.build().page("404.html")


def test_a_site_in_a_folder_of_its_host_is_served_there(site, serve):
    site.write({"engine.toml": 'title = "T"\nurl = "https://example.org/blog/"\nid = "t"\n', WALK: post()})
    preview = serve()
    assert (preview.ask("/").status, preview.ask("/").headers["location"]) == (307, "/blog/")
    assert preview.ask("/blog").headers["location"] == "/blog/"
    assert preview.ask("/blog/2024/05/walk").headers["location"] == "/blog/2024/05/walk/"
    assert preview.ask("/blog/2024/05/walk/").status == 200
    assert preview.ask("/2024/05/walk/").status == 404
    with preview.live("/blog/2024/05/walk/") as states:
        assert next(states)["status"] == 200


# What follows a change.


def test_what_is_saved_is_shown_and_told_to_the_pages_that_changed(site, serve):
    site.write({WALK: post(), "content/about.md": "+++\ntitle = 'About'\n+++\nMe.\n"})
    preview = serve()
    with preview.live("/2024/05/walk/") as states, preview.live("/about/") as others:
        before, other = next(states), next(others)
        site.write({WALK: post(text="Over the dale.")})
        after = next(states)
        assert after["page"] != before["page"]
        assert "Over the dale." in preview.page("/2024/05/walk/")
        assert next(others)["page"] == other["page"]
    assert f'data-page="{after["page"]}"' in preview.ask("/2024/05/walk/").text
    assert preview.wait_for(f"{WALK}: ")


def test_a_save_by_rename_counts_and_what_editors_leave_does_not(site, serve):
    site.write({WALK: post()})
    preview = serve()
    folder = site.root / "content/posts"
    with preview.live("/2024/05/walk/") as states:
        next(states)
        for name in (".walk.md.swp", "walk.md~", "#walk.md#", "4913", ".#walk.md", "x.tmp"):
            (folder / name).write_text("noise")
        (folder / "walk.md~").rename(folder / ".old")
        os.utime(site.root / WALK)
        (folder / ".new").write_text(post(text="Renamed."))
        (folder / ".new").rename(site.root / WALK)
        last(states, lambda state: "Renamed." in preview.page("/2024/05/walk/"))
    builds = [line for line in preview.lines if re.match(r"\d\d:", line)]
    assert len(builds) <= 3, builds
    assert all(WALK in line for line in builds[1:])


def test_whatever_a_build_reads_is_watched(site, serve):
    site.write({
        WALK: post(),
        "plugins/sayings.py": "from pubengine.api import Page, hookimpl\n\n@hookimpl\ndef emit():\n"
        "    yield Page(path='saying.txt', make=saying)\n\ndef saying(page, view):\n"
        "    return open(__file__.replace('plugins/sayings.py', 'kept/sub/saying')).read() + VERSION\n\nVERSION = '1'\n",
        "kept/sub/saying": "Early to bed",
    })  # fmt: skip
    preview = serve()
    assert preview.ask("/saying.txt").text == "Early to bed1"
    with preview.live("/", build="1") as states:
        next(states)
        site.write({"kept/sub/saying": "Late to rise"})
        last(states, lambda state: preview.ask("/saying.txt").text == "Late to rise1")
        plugin = (site.root / "plugins/sayings.py").read_text()
        site.write({"plugins/sayings.py": plugin.replace("VERSION = '1'", "VERSION = '2'")})
        last(states, lambda state: preview.ask("/saying.txt").text == "Late to rise2")


def test_modules_that_plugins_import_are_watched_however_often_they_were(site, serve):
    site.write({
        WALK: post(),
        "lib/sayings.py": "SAYING = 'zero'\n",
        "plugins/saying.py": "import os, sys\nfrom pubengine.api import Page, hookimpl\n\n"
        "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))\nimport sayings\n\n"
        "@hookimpl\ndef emit():\n    yield Page(path='saying.txt', make=saying)\n\n"
        "def saying(page, view):\n    return sayings.SAYING\n",
    })  # fmt: skip
    preview = serve()
    with preview.live("/2024/05/walk/") as states:
        next(states)
        for word in ("one", "two"):
            site.write({WALK: post(text=f"Before {word}.")})
            last(states, lambda state: f"Before {word}." in preview.page("/2024/05/walk/"))  # noqa: B023 - used at once
            site.write({"lib/sayings.py": f"SAYING = '{word}'\n"})
            assert wait_until(lambda: preview.ask("/saying.txt").text == word)  # noqa: B023


def test_a_folder_that_comes_later_is_watched(site, serve):
    site.write({WALK: post()})
    preview = serve()
    with preview.live("/2024/05/walk/") as states:
        next(states)
        base = (Path(sys.modules["pubengine"].__file__).parent / "themes/paper/templates/post.html").read_text()
        site.write({"themes/templates/post.html": base})
        site.write({"engine.toml": (site.root / "engine.toml").read_text() + '\n[theme]\nname = "mine"\n'})
        site.write({"themes/mine/theme.toml": 'inherits = "paper"\n', "themes/mine/templates/footer.html": ""})
        last(states, lambda state: not state["errors"])
        for word in ("First", "Second"):
            site.write({"themes/mine/templates/404.html": word})
            last(states, lambda state: word in preview.ask("/nothing").text)  # noqa: B023 - used at once


def test_changes_during_a_build_lead_to_one_more(site, serve):
    site.write({
        WALK: post(),
        "plugins/slow.py": "import os, time\nfrom pubengine.api import Page, hookimpl, impure\n\n@hookimpl\ndef emit():\n"
        "    yield Page(path='zz.txt', make=slowly)\n\n@impure\ndef slowly(page, view):\n    here = os.path.dirname(__file__)\n"
        "    open(here + '/../log', 'a').write('built\\n')\n    while os.path.exists(here + '/../hold'):\n        time.sleep(0.01)\n"
        "    return ''\n",
    })  # fmt: skip
    preview = serve()
    log = site.root / "log"
    count = len(log.read_text().splitlines())
    (site.root / "hold").write_text("")
    wait_until(lambda: len(log.read_text().splitlines()) > count)
    count = len(log.read_text().splitlines())
    for number in range(5):
        site.write({WALK: post(text=f"Number {number}.")})
        time.sleep(0.05)  # saves of their own, while the build is held
    (site.root / "hold").unlink()
    assert wait_until(lambda: "Number 4." in preview.page("/2024/05/walk/"))
    assert len(log.read_text().splitlines()) <= count + 2, (
        "the last save may have been noticed when the next build had begun"
    )


def test_a_plugin_that_never_ends_is_given_up_when_it_is_mended(site, serve):
    site.write({WALK: post()})
    preview = serve()
    endless = "from pubengine.api import hookimpl\n\n@hookimpl\ndef check(posts):\n    print('stuck', flush=True)\n    while True:\n        pass\n"
    site.write({"plugins/endless.py": endless})
    preview.wait_for("stuck")
    site.write({"plugins/endless.py": endless.replace("    while True:\n        pass\n", "    return []\n")})
    preview.built(2)
    assert preview.ask("/2024/05/walk/").status == 200


def test_what_is_scheduled_appears_when_its_time_comes(site, serve):
    soon = (datetime.now(UTC) + timedelta(seconds=4)).isoformat(timespec="seconds")
    site.write({WALK: post(), "content/posts/soon.md": post("Soon", date=soon)})
    path = f"/{soon[:4]}/{soon[5:7]}/soon/"
    preview = serve("--no-future")
    with preview.live(path) as states:
        assert next(states)["status"] == 404
        assert next(states)["status"] == 200


# What is wrong.


def test_errors_are_told_with_their_place_while_the_last_good_page_stays(site, serve):
    site.write({WALK: post()})
    preview = serve()
    with preview.live("/2024/05/walk/") as states:
        good = next(states)
        assert (good["errors"], good["stale"]) == (0, False)
        site.write({WALK: post(date="'1 May'", text="Better.")})
        bad = next(states)
        assert (bad["errors"], bad["stale"], bad["page"]) == (1, True, good["page"])
        problem = bad["problems"][0]
        assert (problem["place"], problem["code"]) == (f"{WALK}:3:1", "date-invalid")
        assert problem["hint"].startswith("accepted: 2024-05-01")
        assert [line["text"] for line in problem["excerpt"] if line["meant"]] == ["date = '1 May'"]
        assert "Over the hill." in preview.page("/2024/05/walk/")
        assert "error[date-invalid]" in preview.wait_for(f"{WALK}:3:1: ")
        site.write({WALK: post(text="Better.")})
        assert next(states)["errors"] == 0
        assert "Better." in preview.page("/2024/05/walk/")


def test_what_a_failed_build_read_is_watched_too(site, serve):
    site.write({WALK: post(), "kept/number": "1"})
    preview = serve()
    with preview.live("/") as states:
        next(states)
        site.write({
            "plugins/number.py": "from pubengine.api import hookimpl\n\n@hookimpl\ndef describe(site):\n"
            "    return {'number': int(open(__file__.replace('plugins/number.py', 'kept/number')).read())}\n",
            "kept/number": "one",
        })  # fmt: skip
        last(states, lambda state: state["errors"])
        site.write({"kept/number": "2"})
        last(states, lambda state: not state["errors"])


def test_a_plugin_that_writes_does_not_make_one_build_follow_another(site, serve):
    site.write({
        WALK: post(),
        "plugins/log.py": "import time\nfrom pubengine.api import hookimpl, impure\n\n@hookimpl\n@impure\ndef describe(site):\n"
        "    for name, text in (('log', str(time.time())), ('content/same.txt', 'same')):\n"
        "        open(__file__.replace('plugins/log.py', name), 'w').write(text)\n    return {}\n",
    })  # fmt: skip
    preview = serve()
    with preview.live("/2024/05/walk/") as states:
        next(states)
        for number in range(3):
            site.write({WALK: post(text=f"Number {number}.")})
            last(states, lambda state: f"Number {number}." in preview.page("/2024/05/walk/"))  # noqa: B023 - used at once
    builds = [line for line in preview.lines if re.match(r"\d\d:", line)]
    assert len(builds) <= 9, builds
    assert not any("log" in line for line in builds)


def test_a_site_that_was_never_good_shows_its_errors_at_every_address_until_it_is(site, serve):
    site.write({WALK: post(date="'1 May'", text="A <b>.")})
    preview = serve()
    for path in ("/", "/2024/05/walk/", "/assets/style.css", "/nothing"):
        answer = preview.ask(path)
        assert answer.status == 503
        assert f"{WALK}:3:1" in answer.text
        assert str(site.root) not in answer.text
    with preview.live("/") as states:
        before = next(states)
        assert before["status"] == 503
        site.write({WALK: post()})
        after = next(states)
        assert (after["status"], after["errors"]) == (200, 0)
        assert after["page"] != before["page"]


def test_a_broken_engine_toml_is_shown_and_mended(site, serve):
    site.write({WALK: post()})
    good = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": good + "nonsense"})
    preview = serve()
    assert "engine.toml:" in preview.ask("/").text
    with preview.live("/") as states:
        next(states)
        site.write({"engine.toml": good})
        assert last(states, lambda state: state["status"] == 200)


def test_warnings_are_told_and_stop_nothing(site, serve):
    site.write({WALK: post(text="[there](nowhere.md)")})
    preview = serve()
    with preview.live("/2024/05/walk/") as states:
        state = next(states)
    assert (state["errors"], state["warnings"], state["stale"]) == (0, 1, False)
    assert state["problems"][0]["code"] == "link-broken"


def test_a_plugin_that_takes_its_process_with_it_is_an_error_like_others(site, serve):
    site.write({WALK: post()})
    preview = serve()
    with preview.live("/") as states:
        next(states)
        site.write({"plugins/bad.py": "import os\nos._exit(7)\n"})
        state = next(states)
        assert [one["code"] for one in state["problems"]] == ["builder-died"]
        assert preview.ask("/2024/05/walk/").status == 200
        site.write({"plugins/bad.py": "import sys\nsys.exit(7)\n"})
        assert [one["place"] for one in next(states)["problems"]] == ["plugins/bad.py:2"]
        (site.root / "plugins/bad.py").write_text(
            "from pubengine.api import hookimpl\n\n@hookimpl\ndef check(posts):\n    return []\n"
        )
        assert next(states)["errors"] == 0


# Who may ask for what.


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "localhost", "localhost:1", "127.0.0.1", "localhost.evil.example:{port}",
     "127.0.0.1.evil.example:{port}", "evil-localhost:{port}", "localhost:{port}@evil.example", "[::2]:{port}", "192.168.0.9:{port}",
     "", "localhost:{port}:{port}", "localhost :{port}", "[::1", "0x7f000001:{port}"],
)  # fmt: skip
def test_other_hosts_are_refused(any_preview, host):
    for path in ("/", "/.pubengine/live?path=/", "/.pubengine/live.js"):
        answer = any_preview.ask(path, host=host.format(port=any_preview.port))
        assert answer.status in (400, 403)
        assert "Over the hill" not in answer.text
        assert str(any_preview.site.root) not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LocalHost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "my.blog.localhost:{port}"]
)
def test_names_of_this_machine_are_not(any_preview, host):
    assert any_preview.ask("/", host=host.format(port=any_preview.port)).status == 200


def test_two_hosts_and_none_are_refused(any_preview):
    good = f"Host: localhost:{any_preview.port}\r\n".encode()
    for hosts in (b"", b"Host: evil.example\r\n" + good, good + b"Host: evil.example\r\n"):
        for version in (b"1.1", b"1.0"):
            answer = any_preview.send(b"GET / HTTP/" + version + b"\r\n" + hosts + b"\r\n")
            assert answer.split(b" ")[1] in (b"400", b"403"), answer


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost:1",
        "http://127.0.0.1:{port}",
        "x",
        "http://localhost:{port}.evil.example",
    ],
)
def test_pages_of_other_sites_are_refused(any_preview, origin):
    for path in ("/", "/.pubengine/live?path=/"):
        assert any_preview.ask(path, Origin=origin.format(port=any_preview.port)).status == 403
    own = any_preview.ask("/", Origin=f"http://localhost:{any_preview.port}")
    assert own.status == 200
    assert not [name for name in own.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"])
def test_only_get_and_head(any_preview, method):
    for path in ("/", "/.pubengine/live", "/.pubengine/live.js"):
        answer = any_preview.ask(path, method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_more_names_can_be_allowed(site, serve):
    site.write({WALK: post()})
    preview = serve("--allow-host", "blog.example", "--allow-host", "Other.Example")
    assert preview.ask("/", host="blog.example").status == 200
    assert preview.ask("/", host="other.example:443").status == 200
    assert preview.ask("/", host="third.example").status == 403
    assert preview.ask("/", host="blog.example", Origin="https://blog.example").status == 200


def test_listening_everywhere_is_warned_of_and_answers_to_addresses_only(site, serve):
    site.write({WALK: post()})
    preview = serve("--host", "0.0.0.0")  # noqa: S104 - that is what is warned of
    assert any("warning" in line for line in preview.lines)
    assert preview.ask("/", host=f"127.0.0.1:{preview.port}").status == 200
    assert preview.ask("/", host=f"evil.example:{preview.port}").status == 403


@pytest.fixture(scope="module")
def any_preview(tmp_path_factory):
    """A preview of a site with a secret beside it, and with links to that secret from within."""
    from pubengine.testing import SiteUnderTest

    folder = tmp_path_factory.mktemp("served")
    site = SiteUnderTest(folder / "site")
    (folder / "secret.txt").write_text("secret")
    site.write({WALK: post(), "content/.well-known/security.txt": "Contact: me", "secret.txt": "secret"})
    preview = RunningPreview(site)
    preview.built()
    output = site.root / ".pubengine/preview"
    (output / "link.txt").symlink_to(folder / "secret.txt")
    (output / "inside.txt").symlink_to(output / "robots.txt")
    (output / "folder").symlink_to(folder)
    (output / ".hidden").write_text("secret")
    os.mkfifo(output / "pipe")
    yield preview
    preview.end()


@pytest.mark.parametrize(
    "target",
    ["/../secret.txt", "/../../secret.txt", "/../../../secret.txt", "/%2e%2e/%2e%2e/secret.txt", "/..%2f..%2fsecret.txt",
     "/%2e%2e%2f%2e%2e%2fsecret.txt", "/..\\..\\secret.txt", "/..%5c..%5csecret.txt", "/2024/../../../secret.txt",
     "/2024/%2e%2e/index.html", "/./index.html", "/%2e/index.html", "//index.html", "/2024//05/walk/", "//evil.example/..",
     "/%252e%252e/secret.txt", "/index.html%00", "/%00/secret.txt", "/%c0%ae%c0%ae/%c0%ae%c0%ae/secret.txt", "/%e0%80%ae/", "/%ff",
     "/%2fetc%2fpasswd", "//etc/passwd", "/C:/secret.txt", "/link.txt", "/inside.txt", "/folder/secret.txt", "/folder", "/folder/",
     "/.hidden", "/.pubengine-manifest", "/.pubengine/cache.db", "/.pubengine/../index.html", "/.pubengine/%2e%2e/index.html", "/pipe",
     "/index.html/", "/" + "a" * 300, "/" + "a/" * 600, "/index.html%0d%0aX:%20y", "/.%2e/secret.txt", "/2024/05/walk/..;/secret.txt"],
)  # fmt: skip
def test_nothing_outside_the_site_is_served(any_preview, target):
    answer = any_preview.ask(target)
    assert answer.status == 404
    assert "secret" not in answer.text
    assert "location" not in answer.headers
    assert str(any_preview.site.root) not in answer.text


@pytest.mark.parametrize(
    "line", [b"GET http://evil.example/ HTTP/1.1", b"GET index.html HTTP/1.1", b"GET  / HTTP/1.1", b"GET * HTTP/1.1"]
)
def test_requests_of_odd_forms_get_nothing(any_preview, line):
    answer = any_preview.send(line + f"\r\nHost: localhost:{any_preview.port}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in (b"400", b"404"), answer


def test_what_lies_there_is(any_preview):
    assert any_preview.ask("/.well-known/security.txt").text == "Contact: me"
    assert any_preview.ask("/%32024/05/walk/").status == 200
    headers = any_preview.ask("/").headers
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["cross-origin-resource-policy"] == "same-origin"


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
