"""What a step read besides what it was given: noted as it is read, so that nobody has to declare it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from pubengine.dates import zone_data
from pubengine.digests import digest_of, digest_of_file
from pubengine.settings import SiteConfig


class Input(Struct, frozen=True, array_like=True):
    """Something that was read, and what was found."""

    kind: str
    """`file`, `folder` and `glob`: relative to the site's root, or absolute; `setting`: of engine.toml; `unseen`:
    another program or machine, of which nothing can be known."""
    name: str
    digest: str
    """Of the file's bytes, of the names in the folder, of the paths that matched, of the value; empty for what is not there."""


class Inputs:
    """Takes notes while a step runs."""

    def __init__(self) -> None:
        self._noted: dict[tuple[str, str], str] = {}

    def note(self, kind: str, name: str, digest: str) -> None:
        """Notes that something was read."""
        self._noted[kind, name] = digest

    def take(self) -> tuple[Input, ...]:
        """What was noted since the last time, sorted."""
        if not self._noted:
            return ()
        noted, self._noted = self._noted, {}
        return tuple(Input(kind, name, digest) for (kind, name), digest in sorted(noted.items()))


class RecordedSettings:
    """The site's settings, as a step sees them that is kept by what it read: notes which are read."""

    def __init__(self, config: SiteConfig, note: Callable[[str], None]) -> None:
        self._config = config
        self._note = note

    def __getattr__(self, name: str) -> Any:
        self._note(name)
        return getattr(self._config, name)

    def __repr__(self) -> str:
        for name in self._config.__struct_fields__:
            self._note(name)
        return repr(self._config)


def setting_digest(config: SiteConfig, name: str) -> str:
    """The hash of a setting's value; for the time zone, of its rules as well, for they change by decree."""
    rules = zone_data(config.timezone) if name in ("zone", "timezone") else b""
    return digest_of(f"{getattr(config, name, None)!r}\0".encode("utf-8", "surrogatepass") + rules)


def digest_of_path(path: str) -> str:
    """The hash of a file's bytes, or of the names in a folder; empty for what is not there or cannot be read."""
    try:
        if os.path.isdir(path):
            return digest_of("\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogateescape"))
        return digest_of_file(path) if os.path.isfile(path) else ""
    except OSError:
        return ""


Lookups = dict[str, Callable[[str], str]]
"""How to find out what inputs are now: by kind, from a name to a hash."""


class Present:
    """What inputs are now, each looked up once."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._found: dict[tuple[str, str], str] = {}
        self._sets: dict[tuple[Input, ...], tuple[tuple[Input, ...], Input | None]] = {}

    def holds(self, one: Input) -> bool:
        """Whether an input is what it was."""
        key = (one.kind, one.name)
        if key not in self._found:
            self._found[key] = self._lookups[one.kind](one.name)
        return self._found[key] == one.digest

    def shared(self, inputs: tuple[Input, ...]) -> tuple[Input, ...]:
        """The same inputs, as one object for all that have them: most sources read the same few things."""
        return self._looked_up(inputs)[0]

    def first_changed(self, inputs: tuple[Input, ...]) -> Input | None:
        """The first input that is not what it was, or None."""
        return self._looked_up(inputs)[1]

    def _looked_up(self, inputs: tuple[Input, ...]) -> tuple[tuple[Input, ...], Input | None]:
        if inputs not in self._sets:
            self._sets[inputs] = inputs, next((one for one in inputs if not self.holds(one)), None)
        return self._sets[inputs]
