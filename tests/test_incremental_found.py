"""Directed: changes after which an incremental build was once not what a clean build makes."""

import os

import pytest
from incremental_builds import Wanted
from incremental_site import ChangingSite

from pubengine.testing import ENGINE

LATER = Wanted(long_ago=True)
"""As if two seconds passed before each build, so that states of files are believed."""

POST = "content/posts/2024-05-01-a.md"
OTHER = "content/posts/2024-05-02-b.md"
GOOD = "+++\ntitle = 'Good'\n+++\nText.\n"
HEAD = """\
import os, sys
from functools import cache
from pathlib import Path
from pubengine.api import Page, hookimpl
SITE = Path(__file__).parent.parent
"""
TRANSFORM = "\n\n@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + word())\n"


@pytest.fixture
def changing(tmp_path):
    """A site with two posts."""
    site = ChangingSite(tmp_path / "site")
    site.write({POST: GOOD, OTHER: GOOD})
    return site


def test_a_page_deleted_by_hand_stays_there_after_the_next_but_one_build(changing):
    changing.build(LATER)
    changing.write({OTHER: GOOD + "More.\n"})
    changing.build(LATER)
    (changing.public / "2024/05/a/index.html").unlink()
    changing.build(LATER)
    changing.write({OTHER: GOOD + "Even more.\n"})
    changing.build(LATER)


def test_a_page_edited_by_hand_does_not_come_back_with_the_next_but_one_build(changing):
    changing.build(LATER)
    changing.write({OTHER: GOOD + "More.\n"})
    changing.build(LATER)
    (changing.public / "2024/05/a/index.html").write_text("mine")
    changing.build(LATER)
    changing.write({OTHER: GOOD + "Even more.\n"})
    changing.build(LATER)


def test_a_page_lost_from_the_tree_aside_is_not_lost_from_the_site(changing):
    changing.build(LATER)
    changing.write({OTHER: GOOD + "More.\n"})
    changing.build(LATER)
    (changing.kept / "outputs/public/tree/2024/05/a/index.html").unlink()
    (changing.root / POST).touch()
    changing.build(LATER)
    changing.write({OTHER: GOOD + "Even more.\n"})
    changing.build(LATER)


def test_a_page_changed_in_the_tree_aside_is_not_published(changing):
    changing.build(LATER)
    changing.write({OTHER: GOOD + "More.\n"})
    changing.build(LATER)
    page = changing.kept / "outputs/public/tree/2024/05/a/index.html"
    page.unlink()
    page.write_text("mine")
    (changing.root / POST).touch()
    changing.build(LATER)
    changing.write({OTHER: GOOD + "Even more.\n"})
    changing.build(LATER)


def test_a_copied_site_keeps_the_times_of_pages_that_do_not_change(changing):
    changing.build(LATER)
    changing.write({OTHER: GOOD + "More.\n"})
    changing.build(LATER)
    changing.move("elsewhere", leave=False)
    (changing.root / POST).touch()
    before = changing.seen()
    changing.build(LATER)
    changing.write({OTHER: GOOD + "Even more.\n"})
    changing.build(LATER)
    assert changing.seen()["2024/05/a/index.html"] == before["2024/05/a/index.html"]


def test_a_manifest_edited_by_hand_is_mended(changing):
    changing.build(LATER)
    manifest = changing.public / ".pubengine-manifest"
    manifest.write_text(manifest.read_text().replace('"site":"test"', '"site":"text"'.replace("x", "s")) + "\n\n")
    changing.build(LATER)


def test_a_manifest_that_names_other_hashes_is_mended(changing):
    import json

    changing.build(LATER)
    manifest = changing.public / ".pubengine-manifest"
    told = json.loads(manifest.read_text())
    told["files"]["index.html"] = "0" * 32
    manifest.write_text(json.dumps(told))
    changing.build(LATER)


def test_a_file_that_a_plugin_reads_as_it_is_imported_is_noticed(changing):
    changing.write({
        "words/word.txt": "one",
        "plugins/p.py": HEAD + "WORD = (SITE / 'words/word.txt').read_text()\ndef word():\n    return WORD\n" + TRANSFORM,
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"words/word.txt": "two"})
    changing.build(LATER)


def test_a_file_that_a_plugin_reads_once_for_all_posts_is_noticed_for_all(changing):
    changing.write({
        "words/word.txt": "one",
        "plugins/p.py": HEAD + "@cache\ndef word():\n    return (SITE / 'words/word.txt').read_text()\n" + TRANSFORM,
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"words/word.txt": "two"})
    changing.build(LATER)


MAKE = """

@hookimpl
def emit():
    yield Page(path="x.txt", make=make)
    yield Page(path="y.txt", make=make)


def make(page, view):
    return word()
"""


def test_a_file_that_a_plugin_reads_once_for_all_pages_is_noticed_for_all(changing):
    changing.write({
        "words/word.txt": "one",
        "plugins/p.py": HEAD + "@cache\ndef word():\n    return (SITE / 'words/word.txt').read_text()\n" + MAKE,
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"words/word.txt": "two"})
    changing.build(LATER)


FUNCTIONS = """

@hookimpl
def template_functions():
    {before}
    return {{"word": lambda: {value}}}
"""
SHOWS = '{% extends "paper/post.html" %}{% block under_title %}{{ word() }}{% endblock %}'


def test_a_file_that_a_template_function_reads_once_for_all_pages_is_noticed_for_all(changing):
    changing.write({
        "words/word.txt": "one",
        "themes/paper/templates/post.html": SHOWS,
        "plugins/p.py": HEAD
        + "@cache\ndef word():\n    return (SITE / 'words/word.txt').read_text()\n"
        + FUNCTIONS.format(before="", value="word()"),
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"words/word.txt": "two"})
    changing.build(LATER)


def test_a_file_that_is_read_where_template_functions_are_made_is_noticed(changing):
    changing.write({
        "words/word.txt": "one",
        "themes/paper/templates/post.html": SHOWS,
        "plugins/p.py": HEAD + FUNCTIONS.format(before="one = (SITE / 'words/word.txt').read_text()", value="one"),
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"words/word.txt": "two"})
    changing.build(LATER)


LIB = "\nsys.path.insert(0, str(SITE / 'lib'))\n"
LAZY = LIB + "def word():\n    import sitewords\n    return sitewords.WORD\n"


def test_a_module_that_make_imports_late_is_noticed_by_every_page(changing):
    changing.write({"lib/sitewords.py": "WORD = 'one'\n", "plugins/p.py": HEAD + LAZY + MAKE})
    changing.build(LATER)
    changing.write({"lib/sitewords.py": "WORD = 'another'\n"})
    changing.build(LATER)


def test_a_module_that_make_imports_late_is_noticed_when_python_has_compiled_it(changing):
    changing.write({"lib/sitewords.py": "WORD = 'one'\n", "plugins/p.py": HEAD + LAZY + MAKE})
    changing.build(LATER)
    changing.write({"plugins/p.py": HEAD + LAZY + MAKE + "# made again\n"})
    changing.build(LATER)
    changing.write({"lib/sitewords.py": "WORD = 'another'\n"})
    changing.build(LATER)


def test_a_module_that_transform_imports_late_is_noticed_after_a_build_that_loads_nothing(changing):
    changing.write({"lib/sitewords.py": "WORD = 'one'\n", "plugins/p.py": HEAD + LAZY + TRANSFORM})
    changing.build(LATER)
    changing.write({"engine.toml": ENGINE + "\n[permalinks]\nposts = '/{year}/{slug}/'\n"})
    changing.build(LATER)
    changing.write(
        {"engine.toml": ENGINE + "\n[permalinks]\nposts = '/{year}/{slug}/'\n[theme.options]\nfooter = 'x'\n"}
    )
    changing.build(LATER)
    changing.write({"lib/sitewords.py": "WORD = 'another'\n"})
    changing.build(LATER)


def test_a_module_that_transform_imports_late_in_a_worker_is_noticed(changing):
    changing.write({"lib/sitewords.py": "WORD = 'one'\n", "plugins/p.py": HEAD + LAZY + TRANSFORM})
    changing.build(Wanted(jobs=2, long_ago=True))
    changing.write({"plugins/p.py": HEAD + LAZY + TRANSFORM + "# again\n"})
    changing.build(Wanted(jobs=2, long_ago=True))
    changing.write({"lib/sitewords.py": "WORD = 'another'\n"})
    changing.build(Wanted(jobs=2, long_ago=True))


def test_a_module_that_transform_imports_late_is_noticed_at_another_place(changing):
    changing.write({"lib/sitewords.py": "WORD = 'one'\n", "plugins/p.py": HEAD + LAZY + TRANSFORM})
    changing.build(LATER)
    changing.move("elsewhere", leave=True)
    changing.build(LATER)
    changing.write({"lib/sitewords.py": "WORD = 'another'\n"})
    changing.build(LATER)


def test_a_template_that_is_included_by_an_odd_name_is_noticed(changing):
    changing.write({
        "themes/paper/templates/post.html": '{% extends "paper/post.html" %}{% block under_title %}{% include "./part.html" %}{% endblock %}',
        "themes/paper/templates/part.html": "one",
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"themes/paper/templates/part.html": "two"})
    changing.build(LATER)


def test_a_template_in_a_folder_that_is_called_like_a_theme_is_noticed(changing):
    changing.write({
        "engine.toml": ENGINE + '[theme]\nname = "mine"\n',
        "themes/mine/theme.toml": 'inherits = "paper"\n',
        "themes/mine/templates/post.html": '{% extends "paper/base.html" %}{% block main %}x{% endblock %}',
        "themes/mine/templates/paper/base.html": "one {% block main %}{% endblock %}",
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"themes/mine/templates/paper/base.html": "two {% block main %}{% endblock %}"})
    changing.build(LATER)


def test_content_in_a_folder_called_pycache_is_noticed(changing):
    changing.write({"content/__pycache__/a.txt": "one"})
    changing.build(LATER)
    changing.write({"content/__pycache__/a.txt": "two"})
    changing.build(LATER)


def test_a_data_file_of_a_plugins_folder_that_moves_is_noticed(changing):
    changing.write({
        "plugins/p/__init__.py": HEAD + "HERE = Path(__file__).parent\n"
        "WORD = (HERE / 'one/w.txt').read_text() if (HERE / 'one/w.txt').exists() else 'none'\n"
        "def word():\n    return WORD\n" + TRANSFORM,
        "plugins/p/one/w.txt": "word",
    })  # fmt: skip
    changing.build(LATER)
    os.rename(changing.root / "plugins/p/one", changing.root / "plugins/p/two")
    changing.build(LATER)


def test_a_file_that_suffixes_hang_on_is_noticed(changing):
    changing.write({
        "words/suffix.txt": ".abc",
        "content/posts/2024-05-03-c.xyz": GOOD,
        "plugins/p.py": HEAD + "@hookimpl\ndef suffixes():\n    return [(SITE / 'words/suffix.txt').read_text()]\n",
    })  # fmt: skip
    changing.build(LATER)
    changing.write({"words/suffix.txt": ".xyz"})
    changing.build(LATER)


def test_a_transform_that_shows_the_settings_whole_is_made_again_with_them(changing):
    changing.write(
        {
            "plugins/p.py": HEAD
            + "@hookimpl\ndef transform(post, site):\n    return post.replace(body=f'<p>{site!r:.40}</p>')\n"
        }
    )
    changing.build(LATER)
    changing.write({"engine.toml": ENGINE.replace("Test", "Other")})
    changing.build(LATER)


def test_a_cache_that_was_put_aside_and_back_after_an_edit_in_the_output_brings_nothing_back(changing):
    changing.build(LATER)
    changing.write({OTHER: GOOD + "More.\n"})
    changing.build(LATER)
    changing.save_cache(rename=True)
    (changing.public / "2024/05/a/index.html").write_text("mine")
    changing.build(LATER)
    changing.restore_cache(rename=True)
    changing.write({OTHER: GOOD + "Even more.\n"})
    changing.build(LATER)


def test_failures_of_several_processes_are_told_in_one_order(site):
    """Which of the pages that fail is named hangs on nothing but the site."""
    posts = {f"content/posts/2024-05-{day:02}-a{day}.md": GOOD for day in range(1, 29)}
    slow = "\n\n@hookimpl\ndef template_functions():\n    return {'word': word}\n\n\ndef word(post):\n"
    site.write({
        **posts,
        "themes/paper/templates/post.html": "{{ word(post) }}\n{{ misspelt }}",
        "plugins/p.py": HEAD + "import time" + slow + "    time.sleep(0.3 if post.slug < 'a2' else 0)\n    return ''\n",
    })  # fmt: skip
    one, two = (site.build("--clean", "--jobs", jobs).problem("template-failed") for jobs in ("1", "2"))
    assert one == two


def test_a_damaged_cache_fails_no_strict_build(site):
    site.write({POST: GOOD})
    site.build()
    site.write({POST: GOOD + "More.\n", ".pubengine/cache.db": "SQLite format 3\0 and no more"})
    assert site.build("--strict").exit_code == 0
