"""A site to its pages: what plugins describe and emit, each page at a path of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from pubengine.diagnostics import Diagnostic, error
from pubengine.model import Page, Site
from pubengine.permalinks import folded, problem_with_output
from pubengine.registry import Registry
from pubengine.themes import Theme
from pubengine.view import SITE_NAMES


class Emitted(Struct, frozen=True):
    """All pages of a site, by path."""

    site: Site
    """The site with what plugins described."""
    pages: tuple[Page, ...]
    problems: tuple[Diagnostic, ...]


def emit(site: Site, registry: Registry, theme: Theme) -> Emitted:
    """Asks every plugin for its pages. Pages that cannot stand side by side are errors."""
    site = replace(site, values=registry.describe(site, SITE_NAMES))
    problems = list(registry.check_site(site))
    assets = tuple(
        Page(path=f"assets/{name}", copy=str(path), listed=False, plugin=f"theme {theme.name}")
        for name, path in theme.assets.items()
    )
    by_place: dict[str, list[Page]] = {}
    pages = _sorted(_side_by_side((*assets, *registry.emit(site)), by_place, problems))
    more = registry.summarize(site, pages)
    pages = _sorted(_side_by_side(more, by_place, problems))
    return Emitted(site, pages, tuple(problems))


def _sorted(pages: Iterable[Page]) -> tuple[Page, ...]:
    return tuple(sorted(pages, key=lambda page: page.path))


def _side_by_side(more: Iterable[Page], by_place: dict[str, list[Page]], problems: list[Diagnostic]) -> list[Page]:
    """All pages with some more, of several at one place the first alone; errors for the others.

    Posts and pages come first, so that an alias or a file never takes the place of one. `by_place`: the pages so
    far by their places, to which the others are added.
    """
    for page in more:
        if why := problem_with_output(page.path):
            problems.append(_problem("address-invalid", page, f"the path {page.path!r} is no good: {why}"))
        else:
            by_place.setdefault(folded(page.path), []).append(page)
    folders: dict[str, str] = {}
    for place in by_place:
        for folder in _folders(place):
            if folder in folders:  # and so are all above it
                break
            folders[folder] = place
    kept = []
    for place, (page, *others) in list(by_place.items()):
        if others:
            asked, other = _asked_for(page, others[0])
            problems.append(_problem("address-twice", asked, f"{_made(asked)} is also {_made(other)}"))
        if not others and place in folders:
            inside = by_place[folders[place]][0]
            asked, _ = _asked_for(page, inside)
            message = f"{_made(page)} would be a folder as well, for {_made(inside)}"
            problems.append(_problem("address-twice", asked, message))
            del by_place[place]
        else:
            kept.append(page)
            by_place[place] = [page]
    return kept


def _folders(place: str) -> Iterator[str]:
    while place := place.rpartition("/")[0]:
        yield place


def _asked_for(page: Page, other: Page) -> tuple[Page, Page]:
    """Two pages, first the one that an author's file asked for, whose author can do something about it."""
    return (page, other) if page.origin or not other.origin else (other, page)


def _made(page: Page) -> str:
    return f"{page.path} of {page.origin or f'the plugin {page.plugin!r}'}"


def _problem(code: str, page: Page, message: str) -> Diagnostic:
    hint = "give it another slug or name" if page.origin else "change the plugin, or its settings"
    file, _, line = page.origin.rpartition(":")
    if not file or not line.isdigit():
        file, line = page.origin, "0"
    problem = error(code, message, file, int(line), 0, hint)
    return problem if page.origin else replace(problem, plugin=page.plugin)
