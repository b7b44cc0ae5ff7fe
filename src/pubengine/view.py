"""What a page may look at while it is made: the site, the texts of posts, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

from pubengine.body import place
from pubengine.config import SiteConfig
from pubengine.model import Body, Card, Site
from pubengine.permalinks import url_of

Fetch = Callable[[str], Body]


class SiteView:
    """The site as templates see it: its settings, its posts and pages, and all that plugins described."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __getattr__(self, name: str) -> Any:
        for known in (self._site.values, _Fields(self._site.config)):
            if name in known:
                return known[name]
        if name in ("posts", "pages"):
            return getattr(self._site, name)
        raise AttributeError(name)


class _Fields(Mapping[str, Any]):
    """Settings that templates may read by name."""

    _NAMES = (
        "title", "description", "author", "language", "direction", "url", "base", "root", "timezone", "menu",
        "date_format",
    )  # fmt: skip

    def __init__(self, config: SiteConfig) -> None:
        self._config = config

    def __getitem__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise KeyError(name)
        return getattr(self._config, name)

    def __iter__(self) -> Any:
        return iter(self._NAMES)

    def __len__(self) -> int:
        return len(self._NAMES)


class View:
    """What one page may look at: a template by its functions, a `make` function by this object."""

    def __init__(self, site: Site, fetch: Fetch) -> None:
        self.config = site.config
        self.site = SiteView(site)
        self._fetch = fetch

    def content(self, card: Card, *, in_list: bool = False, absolute: bool = False) -> str:
        """The HTML of a post's whole text.

        `in_list`: it stands among others, so ids in it go. `absolute`: links get scheme and host.
        """
        return self._placed(card, self._fetch(card.digest).html, in_list, absolute)

    def excerpt(self, card: Card, *, in_list: bool = True, absolute: bool = False) -> str:
        """The HTML of a post's text up to where the author marked `<!-- more -->`; the whole without a mark."""
        body = self._fetch(card.digest)
        return self._placed(card, body.excerpt or body.html, in_list, absolute)

    def _placed(self, card: Card, html: str, in_list: bool, absolute: bool) -> str:
        origin = self.config.root if absolute else ""
        return place(html, links=card.links, own_url=card.url, in_list=in_list or absolute, absolute=origin)

    def url(self, path: str) -> str:
        """The address, from the host's root, of a file in the output."""
        return url_of(path, self.config.base)

    def absolute(self, url: str) -> str:
        """A whole address, with scheme and host."""
        return urljoin(self.config.root, url)
