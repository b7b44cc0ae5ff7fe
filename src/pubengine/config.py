"""Reading `engine.toml`: a key that means nothing is refused, with the one it resembles, and all at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from pubengine.dates import zone
from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ConfigError
from pubengine.paths import FILE
from pubengine.permalinks import problem_with_pattern
from pubengine.settings import BuildConfig, Config, Permalinks, PluginsConfig, SiteConfig, ThemeConfig
from pubengine.text import FORBIDDEN, nearest
from pubengine.toml_places import parse_toml, place_of

_ADDRESS = re.compile(
    r"https?://([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*"
)

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
