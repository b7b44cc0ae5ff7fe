"""The page that servers show for an address that leads nowhere, unless `content/404.md` is one."""

from __future__ import annotations

from collections.abc import Iterable

from pubengine.api import Page, Site, hookimpl


@hookimpl
def emit(site: Site) -> Iterable[Page]:
    """`404.html`."""
    if not any(card.path == "404.html" for card in site.pages):
        yield Page(path="404.html", template="404.html", values={"post": None}, title="Not found", listed=False)
