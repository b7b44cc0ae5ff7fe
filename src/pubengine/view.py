"""What a page may look at while it is made: the site, the texts of posts, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urljoin

from pubengine.body import place, taken_apart
from pubengine.inputs import RecordedSettings
from pubengine.model import Body, Card, Site
from pubengine.permalinks import url_of
from pubengine.settings import SiteConfig
from pubengine.tracking import Reads, needs_veil, veiled

Fetch = Callable[[str], Body]


SETTINGS = (
    "title", "description", "author", "language", "direction", "url", "base", "root", "timezone", "menu", "date_format",
)  # fmt: skip
"""Settings that a page may read as `site.NAME`."""

SITE_NAMES = frozenset((*SETTINGS, "posts", "pages"))
"""Names under `site` that no plugin can describe anew."""


SETTING = "setting "
ASSET = "asset "
"""Before the name of something that a page read which is none of the site's values."""
READ = "what was opened"
"""Begins the way to a file or folder that a plugin's function opened; then come its kind and name."""
IMPURE = ("an impure function",)
"""The way to what a function that is marked impure found."""


TEXTS = 150
"""How many texts are kept at hand: a post's own page, its feeds, and pages that list it, follow one another."""


class SiteView:
    """The site as pages see it: its settings, its posts and pages, and all that plugins described; notes what is read."""

    def __init__(self, site: Site, reads: Reads) -> None:
        self._values = site_values(site)
        self._small = {name: (value, (name,)) for name, value in self._values.items() if not needs_veil(value)}
        self._reads = reads

    def __getattr__(self, name: str) -> Any:
        if small := self._small.get(name):
            self._reads.note(small[1])
            return small[0]
        if name not in self._values:
            self._reads.note((name,))
            raise AttributeError(f"the site has no {name!r}")
        return veiled(self._values[name], (name,), self._reads)


def site_values(site: Site) -> dict[str, Any]:
    """What a page may read as `site.NAME`, by name."""
    settings = {name: getattr(site.config, name) for name in SETTINGS}
    return {**site.values, "posts": site.posts, "pages": site.pages, **settings}


class View:
    """What one page may look at: a template by its functions, a `make` function by this object."""

    def __init__(self, site: Site, fetch: Fetch) -> None:
        self._config = site.config
        self.config = cast("SiteConfig", RecordedSettings(site.config, self._note_setting))
        self.reads = Reads()
        self.site = SiteView(site, self.reads)
        self._fetch = fetch
        self._texts: dict[tuple[str, bool], tuple[str, ...]] = {}

    def _note_setting(self, name: str) -> None:
        self.note(f"{SETTING}{name}")

    def note(self, name: str) -> None:
        """Notes that the page at hand reads something besides the site's values."""
        self.reads.note((name,))

    def content(self, card: Card, *, in_list: bool = False, absolute: bool = False, level: int = 3) -> str:
        """The HTML of a post's whole text.

        `in_list`: it stands among others, below a title that is a heading of that `level`, so ids in it go
        and its headings are lowered. `absolute`: links get scheme and host.
        """
        return self._placed(card, False, in_list, absolute, level)

    def excerpt(self, card: Card, *, in_list: bool = True, absolute: bool = False, level: int = 3) -> str:
        """The HTML of a post's text up to where the author marked `<!-- more -->`; the whole without a mark."""
        return self._placed(card, True, in_list, absolute, level)

    def _placed(self, card: Card, excerpt: bool, in_list: bool, absolute: bool, level: int) -> str:
        origin = self.config.root if absolute else ""
        pieces = self._pieces(card.digest, excerpt)
        in_list = in_list or absolute
        return place(pieces, links=card.links, own_url=card.url, in_list=in_list, absolute=origin, level=level)

    def _pieces(self, digest: str, excerpt: bool) -> tuple[str, ...]:
        key = digest, excerpt
        if key not in self._texts:
            body = self._fetch(digest)
            self._texts[key] = taken_apart((excerpt and body.excerpt) or body.html)
            if len(self._texts) > TEXTS:
                del self._texts[next(iter(self._texts))]
        return self._texts[key]

    def url(self, path: str) -> str:
        """The address, from the host's root, of a file in the output."""
        return url_of(path, self._config.base)

    def absolute(self, url: str) -> str:
        """A whole address, with scheme and host."""
        if url.startswith("/") and "//" not in url and "/." not in url:
            return f"{self._config.root}{url}"
        return urljoin(self._config.root, url)
