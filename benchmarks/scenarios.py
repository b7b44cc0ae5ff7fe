"""What is built: from nothing, or after a change; and whether what came out is right."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks.layout import Site


class Scenario(NamedTuple):
    """One kind of build."""

    name: str
    """What the command line calls it."""
    title: str
    change: Callable[[Site, str], None]
    """What is done to a site before; it gets a word that no site has, to be put where the change is."""
    must_show: Callable[[Site, str], Iterable[str]]
    """The pages on which the word must be afterwards."""
    cold: bool = False
    """Whether this is a build from nothing; all others come after a whole one."""


class Outcome(NamedTuple):
    """What a build left in the output folder."""

    files: int
    size: float
    """In MiB."""
    shown: int
    """How many files have the word of the change."""
    stale: bool
    """Whether the page of a tag is there that no post has any more."""


class WrongOutcome(Exception):  # noqa: N818 - what happened, not a kind of error
    """A build ended well, but did not publish what it had to."""


def _nowhere(_site: Site, _word: str) -> Iterable[str]:
    return ()


def _on_the_post(site: Site, _word: str) -> Iterable[str]:
    return (site.engine.post_page(site.corpus.edited_post()),)


def _on_all_posts(site: Site, _word: str) -> Iterable[str]:
    return (site.engine.post_page(post) for post in site.corpus.posts)


def _on_the_tag(site: Site, word: str) -> Iterable[str]:
    pages = [site.engine.post_page(post) for post in site.tagged()]
    return (site.engine.tag_page(word), site.engine.tag_feed(word), *pages)


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("cold", "Cold build", lambda site, _: site.clean(), _nowhere, cold=True),
        Scenario("nothing", "Nothing changed", lambda _, __: None, _nowhere),
        Scenario("post", "One post edited", Site.edit_post, _on_the_post),
        Scenario("template", "One template edited", Site.edit_template, _on_all_posts),
        Scenario("tag", "One tag renamed", Site.rename_tag, _on_the_tag),
    )
}


def word_of(scenario: Scenario, number: int) -> str:
    """A word for the run of that number: only letters and digits, which every engine takes for the name of a tag."""
    return f"measured{scenario.name}{number}x"


def look_at(site: Site, scenario: Scenario, word: str, earlier: str) -> Outcome:
    """Looks at what was published; raises `WrongOutcome` if it is not right.

    `word`: what the change put in; `earlier`: the name that the renamed tag had before.
    """
    sizes, shown = _read(site.output, word.encode())
    always = [site.engine.post_page(post) for post in site.corpus.posts]
    _demand([page for page in (*always, "index.html", "sitemap.xml") if page not in sizes], "missing")
    _demand([page for page in scenario.must_show(site, word) if page not in shown], f"without {word!r}")
    stale = scenario.name == "tag" and site.engine.tag_page(earlier) in sizes
    return Outcome(len(sizes), sum(sizes.values()) / 2**20, len(shown), stale)


def _read(output: Path, word: bytes) -> tuple[dict[str, int], set[str]]:
    """The sizes of all files by path, and the files that have the word."""
    sizes, shown = {}, set()
    for folder, _, names in os.walk(output):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                content = file.read()
            relative = os.path.relpath(path, output)
            sizes[relative] = len(content)
            if word in content:
                shown.add(relative)
    return sizes, shown


def _demand(pages: list[str], fault: str) -> None:
    if pages:
        raise WrongOutcome(f"{len(pages)} pages {fault}, such as {pages[0]}")
