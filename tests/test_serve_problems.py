"""The live preview: what it says of what is wrong."""

import re

from serving.preview import WALK, last, post, serve

__all__ = ["serve"]


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
