"""Files under `content/` that are neither posts nor pages, published as they are at their paths."""

from __future__ import annotations

from collections.abc import Iterable

from pubengine.api import Page, Site, hookimpl


@hookimpl
def emit(site: Site) -> Iterable[Page]:
    """A copy of each file."""
    for path in site.files:
        yield Page(path=path.removeprefix("content/"), copy=path, listed=False, origin=path)
