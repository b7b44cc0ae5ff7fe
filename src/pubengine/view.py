"""What a page may look at while it is made: the site, the texts of posts, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urljoin

from pubengine.body import place
from pubengine.inputs import RecordedSettings
from pubengine.model import Body, Card, Site
from pubengine.permalinks import url_of
from pubengine.settings import SiteConfig
from pubengine.tracking import Reads, veiled

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


class SiteView:
    """The site as pages see it: its settings, its posts and pages, and all that plugins described; notes what is read."""

    def __init__(self, site: Site) -> None:
        self._values = site_values(site)
        self._reads = Reads()

    def __getattr__(self, name: str) -> Any:
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
        self.site = SiteView(site)
        self._fetch = fetch

    def _note_setting(self, name: str) -> None:
        self.note(f"{SETTING}{name}")

    def note(self, name: str) -> None:
        """Notes that the page at hand reads something besides the site's values."""
        self.site._reads.note((name,))  # noqa: SLF001 - the two are one

    def begin(self) -> Reads:
        """Begins another page: what is read from now on is noted in what this returns."""
        self.site._reads = Reads()  # noqa: SLF001
        return self.site._reads  # noqa: SLF001

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
        origin = self._config.root if absolute else ""
        in_list = in_list or absolute
        return place(html, links=card.links, own_url=card.url, in_list=in_list, absolute=origin, level=level)

    def url(self, path: str) -> str:
        """The address, from the host's root, of a file in the output."""
        return url_of(path, self._config.base)

    def absolute(self, url: str) -> str:
        """A whole address, with scheme and host."""
        return urljoin(self._config.root, url)
