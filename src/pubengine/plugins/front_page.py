"""The front page: newest posts under their dates, and older ones on numbered pages that stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from pubengine.api import Diagnostic, Page, Part, Site, hookimpl, paginate, url_of, warning


class Settings(Struct, frozen=True):
    """What `[plugins.front_page]` may hold."""

    posts: Annotated[int, Meta(ge=1)] = 10
    """How many posts a page holds at least; whole days stay together."""
    path: str = ""
    """Folder to put the front page into; by default the top, or `blog` where `content/index.md` has the top."""


@hookimpl
def settings() -> type[Settings]:
    """How many posts, and where."""
    return Settings


@hookimpl
def describe(site: Site, settings: Settings) -> Mapping[str, Any]:
    """`site.posts_url`: where the newest posts are; the top of the site, unless a page or the settings say otherwise."""
    return {"posts_url": _url(0, site, _folder(site, settings))}


@hookimpl
def check_site(site: Site, settings: Settings) -> Iterable[Diagnostic]:
    """Warns where the top of the site would be nothing at all."""
    if settings.path.strip("/") and not _has_top_page(site):
        hint = "write content/index.md, or leave the path out"
        yield warning("front-page-missing", f"nothing is at the top: the posts are in {settings.path!r}", hint=hint)


@hookimpl
def emit(site: Site, settings: Settings) -> Iterable[Page]:
    """The front page and, for older posts, `page/1/` (the oldest), and so on."""
    folder = _folder(site, settings)
    for part in paginate(site.posts, settings.posts):
        yield Page(
            path=_path(part.number, folder),
            template="front.html",
            values={
                "part": part,
                "newer": _url(part.newer, site, folder),
                "older": _url(part.older, site, folder),
            },
            title=str(part.number) if part.number else "",
            updated=_updated(part),
        )


def _has_top_page(site: Site) -> bool:
    return any(page.path == "index.html" for page in site.pages)


def _folder(site: Site, settings: Settings) -> str:
    return settings.path.strip("/") or ("blog" if _has_top_page(site) else "")


def _path(number: int, folder: str) -> str:
    name = f"page/{number}/index.html" if number else "index.html"
    return f"{folder}/{name}" if folder else name


def _url(number: int | None, site: Site, folder: str) -> str:
    return "" if number is None else url_of(_path(number, folder), site.config.base)


def _updated(part: Part) -> datetime | None:
    return max((card.updated or card.date for card in part.posts if card.date), default=None)
