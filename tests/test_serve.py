"""The live preview: what it shows, and that the pages that show it follow."""

import os
import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from serving.preview import WALK, last, post, serve, wait_until

__all__ = ["serve"]


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
