"""What a page may look at while it is made: the site, the texts of posts, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from pubengine.body import place
from pubengine.model import Body, Card, Site
from pubengine.permalinks import url_of

Fetch = Callable[[str], Body]


SETTINGS = (
    "title", "description", "author", "language", "direction", "url", "base", "root", "timezone", "menu", "date_format",
)  # fmt: skip
"""Settings that a page may read as `site.NAME`."""

SITE_NAMES = frozenset((*SETTINGS, "posts", "pages"))
"""Names under `site` that no plugin can describe anew."""


class SiteView:
    """The site as pages see it: its settings, its posts and pages, and all that plugins described."""

    def __init__(self, site: Site) -> None:
        # Attributes proper, and not a __getattr__: templates ask for them hundreds of thousands of times.
        self.__dict__.update(site.values, posts=site.posts, pages=site.pages)
        self.__dict__.update({name: getattr(site.config, name) for name in SETTINGS})

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class View:
    """What one page may look at: a template by its functions, a `make` function by this object."""

    def __init__(self, site: Site, fetch: Fetch) -> None:
        self.config = site.config
        self.site = SiteView(site)
        self._fetch = fetch

    def content(self, card: Card, *, in_list: bool = False, absolute: bool = False, level: int = 3) -> str:
        """The HTML of a post's whole text.

        `in_list`: it stands among others, below a title that is a heading of that `level`, so ids in it go
        and its headings are lowered. `absolute`: links get scheme and host.
        """
        return self._placed(card, self._fetch(card.digest).html, in_list, absolute, level)

    def excerpt(self, card: Card, *, in_list: bool = True, absolute: bool = False, level: int = 3) -> str:
        """The HTML of a post's text up to where the author marked `<!-- more -->`; the whole without a mark."""
        body = self._fetch(card.digest)
        return self._placed(card, body.excerpt or body.html, in_list, absolute, level)

    def _placed(self, card: Card, html: str, in_list: bool, absolute: bool, level: int) -> str:
        origin = self.config.root if absolute else ""
        in_list = in_list or absolute
        return place(html, links=card.links, own_url=card.url, in_list=in_list, absolute=origin, level=level)

    def url(self, path: str) -> str:
        """The address, from the host's root, of a file in the output."""
        return url_of(path, self.config.base)

    def absolute(self, url: str) -> str:
        """A whole address, with scheme and host."""
        return urljoin(self.config.root, url)
