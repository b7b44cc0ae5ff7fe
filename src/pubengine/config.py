"""`engine.toml` as one frozen value; a key that means nothing is refused, with the one it resembles."""

from __future__ import annotations

import hashlib
import re
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, field

from pubengine.dates import zone
from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ConfigError
from pubengine.model import Link
from pubengine.permalinks import problem_with_pattern
from pubengine.text import FORBIDDEN, nearest
from pubengine.toml_places import parse_toml, place_of

FILE = "engine.toml"

_ADDRESS = re.compile(
    r"https?://([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*"
)


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


_TABLES: dict[str, type[Struct]] = {"permalinks": Permalinks, "theme": ThemeConfig, "build": BuildConfig}


def read_config(root: Path) -> Config:
    """Reads `engine.toml` in the folder `root`. Raises ConfigError with everything that is wrong with it."""
    text = _read_text(root / FILE)
    values = parse_toml(text, FILE, "config-toml")
    if isinstance(values, Diagnostic):
        raise ConfigError(values)
    reader = _Reader(text, values)
    reader.refuse_controls(values)
    tables = {name: reader.table(kind, name) for name, kind in _TABLES.items()}
    plugins = reader.plugins()
    config = Config(site=reader.site(), plugins=plugins, text=text, **tables)  # type: ignore[arg-type]  # _TABLES types each
    if reader.problems:
        failure = ConfigError(*sorted(set(reader.problems), key=Diagnostic.sort_key))
        failure.partial = config
        raise failure
    return config


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        message = f"there is no {FILE} in {path.parent.resolve()}, so it is not a site"
        raise ConfigError(
            error("config-missing", message, hint="run `pubengine init DIR` to start one, or name one with --site")
        ) from None
    except UnicodeDecodeError as problem:
        raise ConfigError(error("config-encoding", f"not UTF-8 at byte {problem.start}", FILE)) from None
    except OSError as problem:
        raise ConfigError(error("config-unreadable", f"cannot be read: {problem.strerror}", FILE)) from None


class _Reader:
    def __init__(self, text: str, values: dict[str, Any]) -> None:
        self.text = text
        self.values = values
        self.problems: list[Diagnostic] = []

    def say(self, message: str, *keys: str, code: str = "config-invalid", hint: str = "") -> None:
        self.problems.append(error(code, message, FILE, *place_of(self.text, *keys), hint))

    def unknown(self, table: dict[str, Any], known: list[str], *keys: str) -> None:
        for key in table:
            if key not in known:
                meant = nearest(key, known)
                hint = f"is it {meant!r}?" if meant else f"known here: {', '.join(known)}"
                self.say(f"unknown key {'.'.join((*keys, key))!r}", *keys, key, code="config-unknown", hint=hint)

    def refuse_controls(self, value: Any, *keys: str) -> None:
        """No text may hold what XML and HTML cannot, or steer a terminal."""
        if isinstance(value, dict):
            for key, one in value.items():
                self.refuse_controls(one, *keys, key)
        elif isinstance(value, list):
            for one in value:
                self.refuse_controls(one, *keys)
        elif isinstance(value, str) and (found := FORBIDDEN.search(value)):
            self.say(f"{'.'.join(keys)} holds the control character U+{ord(found[0]):04X}", *keys, hint="delete it")

    def table(self, kind: type[Struct], name: str) -> Struct:
        table = self.values.get(name, {})
        if not isinstance(table, dict):
            self.say(f"{name!r} must be a table", name, hint=f"write [{name}] on a line of its own")
            return kind()
        known = list(kind.__struct_fields__)
        self.unknown(table, known, name)
        made = kind(**self.fields(table, kind, name))
        if isinstance(made, Permalinks) and (problem := problem_with_pattern(made.posts)):
            self.say(f"permalinks.posts cannot be used: {problem}", "permalinks", "posts")
            return Permalinks()
        if isinstance(made, BuildConfig) and made.max_post_size < 1:
            self.say("build.max_post_size must be at least 1", "build", "max_post_size")
        return made

    def fields(self, table: dict[str, Any], kind: type[Struct], *keys: str) -> dict[str, Any]:
        """The fields of a class that are given and right; each wrong one is said, not only the first."""
        values = {}
        for one in msgspec.structs.fields(kind):
            if one.name not in table:
                continue
            try:
                values[one.name] = msgspec.convert(table[one.name], one.type)
            except msgspec.ValidationError as problem:
                message, inner = validation_message(problem)
                path = (*keys, one.name, *inner)
                code = "config-unknown" if "unknown field" in message else "config-invalid"
                self.say(f"{'.'.join(path)}: {message}", *path, code=code)
        return values

    def plugins(self) -> PluginsConfig:
        table = self.values.get("plugins", {})
        if not isinstance(table, dict):
            self.say("'plugins' must be a table", "plugins")
            return PluginsConfig()
        settings = {key: one for key, one in table.items() if isinstance(one, dict)}
        rest = {key: one for key, one in table.items() if key not in settings}
        self.unknown(rest, ["use", "disable", "order"], "plugins")
        known = {key: one for key, one in rest.items() if key in ("use", "disable", "order")}
        return PluginsConfig(**self.fields(known | {"settings": settings}, PluginsConfig, "plugins"))

    def site(self) -> SiteConfig:
        known = list(SiteConfig.__struct_fields__)
        table = {key: one for key, one in self.values.items() if key not in (*_TABLES, "plugins")}
        self.unknown(table, [*known, *_TABLES, "plugins"])
        for key, example in _EXAMPLES.items():
            if not table.get(key):
                self.say(f"{key!r} is missing", key, code="config-missing-key", hint=f'add: {key} = "{example}"')
                table[key] = example
        right = _EXAMPLES | self.fields(table, SiteConfig)
        for key in [key for key in right if not self.check(key, right[key])]:
            right.pop(key)
        return SiteConfig(**{**_EXAMPLES, **right})

    def check(self, key: str, value: Any) -> bool:
        """Whether a setting means something; says so if not."""
        before = len(self.problems)
        if key == "url" and not (_ADDRESS.fullmatch(value) and _is_sound(value)):
            self.say(f"url must be a web address, not {value!r}", "url", hint='such as "https://example.org/"')
        if key == "timezone":
            try:
                zone(value)
            except ValueError as problem:
                self.say(f"timezone: {problem}", "timezone", hint='use a name such as "Europe/London"')
        if key == "language":
            self.check_language(value)
        if key == "date_format":
            from pubengine.wording import problem_with_format

            if why := problem_with_format(value):
                self.say(f"date_format: {why}", "date_format", hint="use full, long, medium or a CLDR pattern")
        return len(self.problems) == before

    def check_language(self, value: str) -> None:
        from pubengine.wording import is_known

        if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}", value):
            self.say(f"language must be a tag such as 'en' or 'pt-BR', not {value[:40]!r}", "language")
        elif not is_known(value):
            message = f"nothing is known of the language {value!r}, so its dates could not be written"
            self.say(message, "language", code="language-unknown", hint="use a tag such as 'en' or 'pt-BR'")


def _is_sound(url: str) -> bool:
    """Whether what looks like a web address is one: a port that there is, a path without `..`."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return False
    return port != 0 and not {".", ".."} & set(urlsplit(url).path.split("/"))


_EXAMPLES = {"title": "My Blog", "url": "https://example.org/"}
"""What must be given, with something to put there."""

_PATH = re.compile(r"(?P<message>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)


def validation_message(problem: msgspec.ValidationError) -> tuple[str, tuple[str, ...]]:
    """A msgspec complaint as a sentence and the keys that lead to the value."""
    match = _PATH.fullmatch(str(problem))
    assert match is not None
    keys = tuple(part for part in re.split(r"[.\[]", match["path"] or "") if part and not part.endswith("]"))
    message = match["message"].replace("`", "").replace("Expected", "expected").replace("Object", "it")
    return message, keys


def digest_of(config: SiteConfig) -> str:
    """Hash of the settings that any step may read."""
    return hashlib.blake2b(msgspec.json.encode(config), digest_size=16).hexdigest()
