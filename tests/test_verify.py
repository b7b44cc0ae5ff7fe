"""`build --verify`: proof that what was published is what a build from nothing makes, or the one to blame."""

POST = "content/posts/2024-05-01-a.md"
GOOD = "+++\ntitle = 'Good'\n+++\nText.\n"

PLUGIN = """\
import os
from pathlib import Path
from pubengine.api import Page, hookimpl, impure

SITE = Path(__file__).parent.parent
"""


def test_a_good_site_is_verified(site):
    site.write({POST: GOOD})
    site.build()
    site.write({POST: GOOD + "More.\n"})
    built = site.build("--verify")
    assert built.exit_code == 0
    assert "verified: 14 files" in built.stderr


def test_a_page_that_hangs_on_the_surroundings_is_named_with_its_plugin_and_what_it_uses(site, monkeypatch):
    site.write({
        POST: GOOD,
        "plugins/p.py": PLUGIN + "@hookimpl\ndef emit():\n    yield Page(path='x.txt', make=make)\n\n"
        "def make(page, view):\n    return os.environ.get('X', '')\n",
    })  # fmt: skip
    monkeypatch.setenv("X", "1")
    site.build()
    monkeypatch.setenv("X", "2")
    built = site.build("--verify")
    assert built.exit_code == 3
    problem = built.problem("verify-differs")
    assert (problem["plugin"], problem["hook"]) == ("p", "make")
    assert problem["message"].startswith("x.txt: ")
    assert "environ" in problem["message"]


def test_a_transform_that_hangs_on_the_surroundings_is_named_with_the_sources_that_it_changed(site, monkeypatch):
    site.write({
        POST: GOOD,
        "plugins/p.py": PLUGIN
        + "@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + os.environ.get('X', ''))\n",
    })  # fmt: skip
    monkeypatch.setenv("X", "1")
    site.build()
    monkeypatch.setenv("X", "2")
    problem = site.build("--verify").problem("verify-differs")
    assert (problem["plugin"], problem["hook"]) == ("p", "load")
    assert POST in problem["message"]


def test_an_emit_that_hangs_on_the_surroundings_never_goes_stale(site, monkeypatch):
    site.write({
        POST: GOOD,
        "plugins/p.py": PLUGIN + "@hookimpl\ndef emit():\n    yield Page(path=os.environ.get('X', 'x'), make=make)\n\n"
        "def make(page, view):\n    return ''\n",
    })  # fmt: skip
    monkeypatch.setenv("X", "one.txt")
    site.build()
    monkeypatch.setenv("X", "two.txt")
    assert site.build("--verify").exit_code == 0


def test_what_is_marked_impure_is_made_anew_each_time_and_not_compared(site):
    site.write({
        POST: GOOD,
        "plugins/p.py": PLUGIN + "count = iter(range(99))\n\n"
        "@hookimpl\ndef emit():\n    yield Page(path='x.txt', make=make)\n\n"
        "@impure\ndef make(page, view):\n    return os.urandom(8).hex()\n",
    })  # fmt: skip
    first = site.build().page("x.txt")
    assert site.build().page("x.txt") != first
    assert site.build("--verify").exit_code == 0


def test_a_file_that_a_plugin_opens_by_itself_is_noticed(site):
    site.write({
        POST: GOOD,
        "extra/a.txt": "one",
        "plugins/p.py": PLUGIN + "@hookimpl\ndef emit():\n    yield Page(path='x.txt', make=make)\n\n"
        "def make(page, view):\n    return (SITE / 'extra/a.txt').read_text() + str(sorted(os.listdir(SITE / 'extra')))\n\n"
        "@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + (SITE / 'extra/a.txt').read_text())\n",
    })  # fmt: skip
    built = site.build()
    assert built.page("x.txt") == "one['a.txt']"
    site.write({"extra/a.txt": "two"})
    built = site.build()
    assert built.page("x.txt") == "two['a.txt']"
    assert "two" in built.page("2024/05/a/")
    site.write({"extra/b.txt": ""})
    assert site.build("--verify").page("x.txt") == "two['a.txt', 'b.txt']"


def test_a_plugin_that_runs_another_program_is_run_each_time(site):
    site.write({
        POST: GOOD,
        "plugins/p.py": PLUGIN + "import subprocess\n\n\n@hookimpl\ndef emit():\n    yield Page(path='x.txt', make=make)\n\n"
        "def make(page, view):\n    return subprocess.run(['cat', str(SITE / 'x')], capture_output=True).stdout\n",
        "x": "one",
    })  # fmt: skip
    assert site.build().page("x.txt") == "one"
    site.write({"x": "two"})
    assert site.build().page("x.txt") == "two"
