"""A site to its pages: what plugins describe and emit, each page at a path of its own."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct
from msgspec.structs import replace

from pubengine.diagnostics import Diagnostic, error
from pubengine.model import Page, Site
from pubengine.permalinks import folded, problem_with_path
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
    """Asks every plugin for its pages. Pages that cannot stand side by side are errors; the first of them stays."""
    site = replace(site, values=registry.describe(site, SITE_NAMES))
    problems = list(registry.check_site(site))
    assets = tuple(
        Page(path=f"assets/{name}", copy=str(path), listed=False, plugin=f"theme {theme.name}")
        for name, path in theme.assets.items()
    )
    pages = _side_by_side((*assets, *registry.emit(site)), problems)
    more = registry.summarize(site, tuple(sorted(pages, key=lambda page: page.path)))
    pages = _side_by_side((*pages, *more), problems)
    return Emitted(site, tuple(sorted(pages, key=lambda page: page.path)), tuple(problems))


def _side_by_side(pages: tuple[Page, ...], problems: list[Diagnostic]) -> tuple[Page, ...]:
    taken: dict[str, Page] = {}
    for page in pages:
        if why := problem_with_path(page.path) or ("it is a folder" if page.path.endswith("/") else ""):
            problems.append(_clash("address-invalid", page, f"the path {page.path!r} is no good: {why}"))
        elif (other := taken.get(folded(page.path))) is not None and other is not page:
            problems.append(_clash("address-twice", page, f"{_made(page)} is also {_made(other)}"))
        else:
            taken[folded(page.path)] = page
    below = defaultdict(list)
    for key in taken:
        folder = key
        while folder := folder.rpartition("/")[0]:
            below[folder].append(key)
    for key in [key for key in taken if key in below]:
        page, other = taken[key], taken[below[key][0]]
        problems.append(_clash("address-twice", page, f"{_made(page)} would be a folder as well, for {_made(other)}"))
        del taken[key]
    return tuple(taken.values())


def _made(page: Page) -> str:
    return f"{page.path} of {page.origin or f'the plugin {page.plugin!r}'}"


def _clash(code: str, page: Page, message: str) -> Diagnostic:
    hint = "give it another slug or name" if page.origin else "rename what it was made from"
    file, _, line = page.origin.partition(":")
    problem = error(code, message, file, int(line) if line.isdigit() else 0, 0, hint)
    return replace(problem, plugin="" if page.origin else page.plugin)
