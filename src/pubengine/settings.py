"""What `engine.toml` says, as frozen values; `config.py` reads them."""

from __future__ import annotations

from datetime import tzinfo
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct, field

from pubengine.dates import zone
from pubengine.diagnostics import Diagnostic, error
from pubengine.paths import FILE
from pubengine.toml_places import place_of


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """Something to point at."""

    title: str
    url: str


class SiteConfig(Struct, frozen=True, dict=True):
    """What the site is: the settings that any step may read."""

    title: str
    """Name of the site."""
    url: str
    """Where it will be published, such as `https://example.org/` or `https://example.org/blog/`."""
    timezone: str = "UTC"
    """IANA name of the zone that dates without an offset are in."""
    language: str = "en"
    """BCP 47 tag of the language it is written in, such as `en-GB`; also decides how dates are written out."""
    description: str = ""
    """A sentence about the site."""
    author: str = ""
    """Who writes it."""
    id: str = ""
    """What makes feed ids differ from other sites'; never change it. Without it, the host of `url` serves."""
    date_format: str = "full"
    """How days are written out: full, long, medium, short, or a CLDR pattern such as `EEEE, d MMMM y`."""
    menu: tuple[Link, ...] = ()
    """Entries of the main menu, as tables with `title` and `url`; by default the standalone pages at the top."""

    @cached_property
    def zone(self) -> tzinfo:
        """The zone that `timezone` names."""
        return zone(self.timezone)

    @cached_property
    def base(self) -> str:
        """Path part of `url`, beginning and ending with `/`."""
        return "/" + f"{urlsplit(self.url).path.strip('/')}/".lstrip("/")

    @cached_property
    def root(self) -> str:
        """`url` without its path: `https://example.org`."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def direction(self) -> str:
        """`ltr` or `rtl`, by the language."""
        from pubengine.wording import locale_of

        return str(locale_of(self.language).text_direction)

    @property
    def identity(self) -> str:
        """What feed ids are derived from: `id`, or the host and path of `url`."""
        return self.id or f"{urlsplit(self.url).netloc}{self.base}"


class Permalinks(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns of addresses."""

    posts: str = "/{year}/{month}/{slug}/"
    """Pattern of posts' addresses."""


class ThemeConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Which theme, and how it is to look."""

    name: str = "paper"
    """Folder under the site's `themes/`, or a bundled theme."""
    options: dict[str, Any] = {}
    """The theme's own options, checked against its `theme.toml`."""
    words: dict[str, str] = {}
    """Other words for those that the theme shows, for other languages."""


class BuildConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits and switches of the build."""

    max_post_size: int = 5_000_000
    """Largest source of posts, in bytes."""
    replace: Literal["exchange", "in-place"] = "exchange"
    """How the output folder becomes the new site: `exchange` as a whole, by one rename, or `in-place` file by file, for a
    folder that is a mount point."""
    scheduler: str = ""
    """Address of a Dask scheduler, such as `tcp://10.0.0.5:8786`, whose workers do the work."""


class PluginsConfig(Struct, frozen=True):
    """Which plugins take part, in which order, with which settings."""

    use: tuple[str, ...] = ()
    """Installed plugins to use, by entry point name."""
    disable: tuple[str, ...] = ()
    """Plugins to leave out, by name."""
    order: tuple[str, ...] = ()
    """Plugins that come first, in this order; the others follow in theirs."""
    settings: dict[str, dict[str, Any]] = {}
    """The tables `[plugins.NAME]`, by name."""


class Config(Struct, frozen=True):
    """All of `engine.toml`."""

    site: SiteConfig
    permalinks: Permalinks = field(default_factory=Permalinks)
    theme: ThemeConfig = field(default_factory=ThemeConfig)
    build: BuildConfig = field(default_factory=BuildConfig)
    plugins: PluginsConfig = field(default_factory=PluginsConfig)
    text: str = ""
    """The file's text, to find places in."""

    def problem(self, code: str, message: str, keys: tuple[str, ...], hint: str = "") -> Diagnostic:
        """An error at the key that `keys` lead to."""
        return error(code, message, FILE, *place_of(self.text, *keys), hint)
