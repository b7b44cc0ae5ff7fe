"""Every post and every standalone page at its own address, a post with its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pubengine.api import Card, Link, Page, Site, hookimpl


@hookimpl
def describe(site: Site) -> Mapping[str, Any]:
    """`site.top_pages`: links to the standalone pages at the top of the site, for a menu."""
    top = [
        page
        for page in site.pages
        if page.slug.count("/") == page.slug.endswith("/index") and page.slug not in ("404", "index")
    ]
    return {
        "top_pages": tuple(Link(page.title, page.url) for page in sorted(top, key=lambda page: page.title.casefold()))
    }


@hookimpl
def emit(site: Site) -> Iterable[Page]:
    """A page for each post, with links to the next newer and the next older, and for each standalone page."""
    for number, card in enumerate(site.posts):
        newer = site.posts[number - 1] if number else None
        older = site.posts[number + 1] if number + 1 < len(site.posts) else None
        values = {"post": card, "newer": _link(newer), "older": _link(older)}
        yield _page(card, "post.html", values)
    for card in site.pages:
        yield _page(card, "404.html" if card.slug == "404" else "page.html", {"post": card})


def _page(card: Card, template: str, values: dict[str, Any]) -> Page:
    return Page(
        path=card.path,
        template=template,
        values=values,
        title=card.title,
        updated=card.updated or card.date,
        listed=card.slug != "404",
        origin=card.origin,
    )


def _link(card: Card | None) -> Link | None:
    return Link(card.title or card.summary, card.url) if card else None
