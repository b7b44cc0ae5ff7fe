"""Aliases: for each old address of a post, a page that leads to the new one."""

from __future__ import annotations

from collections.abc import Iterable

from pubengine.api import Page, Site, hookimpl, output_path


@hookimpl
def emit(site: Site) -> Iterable[Page]:
    """A redirect page for each alias of each post and page."""
    for card in (*site.posts, *site.pages):
        for alias in card.aliases:
            yield Page(
                path=output_path(alias),
                template="redirect.html",
                values={"target": card.url},
                title=card.title,
                listed=False,
                origin=card.origin,
            )
