"""The comparison can fail: each fault that is put into the engine here is found by a history that would be good without it."""

import os
import shutil

import pytest
from incremental_builds import Wanted
from incremental_site import ChangingSite, DifferenceError

from pubengine import assemble, build, environment, loading, pages, tracking, turns, unchanged
from pubengine.testing import ENGINE, NOW

POST = "content/posts/2024-05-01-a.md"
OTHER = "content/posts/2024-05-02-b.md"
TEXT = "+++\ntitle = '{title}'\ndate = {date}\n+++\nText.\n"
LATER = Wanted(long_ago=True)
TEMPLATE = '{% extends "paper/post.html" %}{% block under_title %}{% include "part.html" %}{% endblock %}'
READS = """\
from msgspec import Struct
from pubengine.api import hookimpl

class Settings(Struct, frozen=True):
    word: str = "one"

@hookimpl
def settings():
    return Settings

@hookimpl
def transform(post, files, settings):
    return post.replace(body=post.body + files.read_text("data/words.toml") + settings.word)
"""


@pytest.fixture
def changing(tmp_path):
    """A site with a theme, data and a plugin of its own, built once."""
    site = ChangingSite(tmp_path / "site")
    site.write({
        POST: TEXT.format(title="A", date="2024-05-01"),
        OTHER: TEXT.format(title="B", date="2024-05-02"),
        "themes/paper/templates/post.html": TEMPLATE,
        "themes/paper/templates/page.html": '{% include "part.html" %}',
        "themes/paper/templates/part.html": "{{ site.posts[0].title }}",
        "data/words.toml": "word = 'one'\n",
        "plugins/reads.py": READS,
    })  # fmt: skip
    return site


# Histories: each begins with a build, changes something and builds again.


def include(site):
    site.build(LATER)
    site.write({"themes/paper/templates/part.html": "another {{ site.posts[0].title }}"})
    site.build(LATER)


def title(site):
    site.build(LATER)
    site.write({OTHER: TEXT.format(title="Z", date="2024-05-02")})
    site.build(LATER)


def data(site):
    site.build(LATER)
    site.write({"data/words.toml": "word = 'two'\n"})
    site.build(LATER)


def setting(site):
    site.build(LATER)
    site.write({"engine.toml": ENGINE + "[plugins.reads]\nword = 'two'\n"})
    site.build(LATER)


def schedule(site):
    site.write({OTHER: TEXT.format(title="B", date="2024-10-28")})
    site.build(LATER)
    site.build(LATER._replace(now=NOW + 100_000))


def option(site):
    site.write({OTHER: TEXT.format(title="B", date="2024-10-28")})
    site.build(LATER)
    site.build(LATER._replace(future=True))


def same_size(site):
    site.build(LATER)
    site.write({POST: TEXT.format(title="C", date="2024-05-01")})
    site.build(LATER)


def template_option(site):
    site.build(LATER)
    site.write({"engine.toml": ENGINE + "[theme.options]\nfooter = 'The end'\n"})
    site.build(LATER)


def gone(site):
    site.build(LATER)
    (site.root / OTHER).unlink()
    site.build(LATER)


def twice(site):
    site.build(LATER._replace(thorough=True))


HISTORIES = (include, title, data, setting, schedule, option, same_size, template_option, gone, twice)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda one: one.__name__)
def test_each_history_is_good_as_the_engine_is(changing, history):
    history(changing)


# Faults: each takes the place of something in the engine.


def _template_without_closure(patch):
    patch(pages.Sources, "closure", lambda self, template, _: self._digests.get(template, ""))


def _reads_without_titles(patch):
    noted = tracking.Reads.note
    patch(tracking.Reads, "note", lambda self, path: None if path[-1] == ".title" else noted(self, path))


def _files_that_never_change(patch):
    there = loading.lookups
    # Both steps look files up by this table: sources in `loading`, pages in `build`.
    for module in (loading, build):
        patch(module, "lookups", lambda *given: there(*given) | {"file": lambda _: ""})
    patch(
        loading.Present,
        "holds",
        lambda self, one: one.kind == "file" or self._lookups[one.kind](one.name) == one.digest,
    )


def _look_without(name):
    def fault(patch):
        tree = unchanged._tree
        patch(unchanged, "_tree", lambda folder, above: () if folder.endswith(name) else tree(folder, above))

    return fault


def _look_without_inputs(patch):
    patch(unchanged, "_inputs", lambda *_: iter(()))


def _look_without_options(patch):
    patch(unchanged.Look, "__init__", _first_options(unchanged.Look.__init__))


def _first_options(begin):
    return lambda self, paths, _: begin(self, paths, {})


def _never(patch):
    for module in (assemble, build):
        patch(module, "next_change", lambda *_: assemble.NEVER)


def _environment_without_settings(patch):
    patch(environment, "_canonical", lambda _: "")


def _states_without_times(patch):
    patch(
        loading.Digests,
        "believed",
        lambda self, path, stat: (
            self._known[path][1] if path in self._known and self._known[path][0][0] == stat[0] else ""
        ),
    )


def _pages_without_theme_options(patch):
    digest = pages.Hasher.digest
    patch(
        pages.Hasher,
        "digest",
        lambda self, value: digest(
            self, [] if type(value) is list and len(value) == 2 and type(value[0]) is dict else value
        ),
    )


def _nothing_is_taken_away(patch):
    patch(turns, "_prune", lambda *_: None)
    patch(turns.os, "unlink", lambda *_: None)


def _files_written_anew(patch):
    patch(turns, "_put", _copied(turns._put))


def _copied(put):
    def copied(target, staged, published, *, linked):
        put(target, staged, published, linked=linked)
        shutil.copyfile(target, f"{target}.new")
        os.replace(f"{target}.new", target)

    return copied


def _pages_never_remembered(patch):
    patch(pages.Book, "known", lambda *_: "")


FAULTS = {
    "a page's template counts without what it includes": (_template_without_closure, include),
    "titles that a page reads are not noted": (_reads_without_titles, title),
    "files that were read count as never changed": (_files_that_never_change, data),
    "the quick look passes the themes over": (_look_without("/themes"), include),
    "the quick look passes the content over": (_look_without("/content"), title),
    "the quick look passes inputs over": (_look_without_inputs, data),
    "the quick look forgets the options": (_look_without_options, option),
    "the clock changes nothing": (_never, schedule),
    "settings of plugins do not count": (_environment_without_settings, setting),
    "a file of the same size counts as the same": (_states_without_times, same_size),
    "options of the theme do not count": (_pages_without_theme_options, template_option),
    "nothing is taken away": (_nothing_is_taken_away, gone),
    "files that are the same are written anew": (_files_written_anew, title),
    "pages are never remembered": (_pages_never_remembered, twice),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_engine_is_found(changing, monkeypatch, name):
    fault, history = FAULTS[name]
    fault(monkeypatch.setattr)
    with pytest.raises((DifferenceError, AssertionError)):
        history(changing)


def test_a_build_that_publishes_errors_is_found(changing, monkeypatch):
    changing.build(LATER)
    monkeypatch.setattr(build.Problems, "forbid_publishing", lambda _: False)
    changing.write({OTHER: "+++\ntitle = \n+++\n"})
    with pytest.raises(DifferenceError):
        changing.build(LATER)
