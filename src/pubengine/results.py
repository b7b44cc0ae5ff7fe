"""What is asked of a build, and what it answers."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from pubengine.assemble import Hidden
from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ConfigError
from pubengine.spans import Span
from pubengine.unchanged import Inputs
from pubengine.write import States, Written


def moment_of_build() -> datetime:
    """Now; or, for reproducible builds, the moment that SOURCE_DATE_EPOCH gives in seconds since 1970.

    Raises ConfigError where that is not a whole number of seconds before the year 10000.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return datetime.now(UTC)
    seconds = int(given) if given.isascii() and given.isdigit() and len(given) < 13 else _LAST_SECOND + 1
    if seconds > _LAST_SECOND:
        message = f"SOURCE_DATE_EPOCH must be a whole number of seconds since 1970, not {given[:40]!r}"
        raise ConfigError(error("moment-invalid", message, hint="unset it, or correct it"))
    return datetime.fromtimestamp(seconds, UTC)


_LAST_SECOND = 253_402_300_799
"""The last second of the year 9999, after which dates have no name."""


class Options(Struct, frozen=True):
    """What the one who asked for a build wants."""

    drafts: bool = False
    future: bool = False
    strict: bool = False
    keep_going: bool = False
    clean: bool = False
    """Make everything anew."""
    jobs: int = 0
    """How many processes; 0 decides by the amount of work."""
    profile: bool = False
    """Take the time of everything."""
    now: datetime = field(default_factory=moment_of_build)


class BuildResult(Struct, frozen=True):
    """What a build did and found."""

    exit_code: int
    diagnostics: tuple[Diagnostic, ...]
    written: Written | None = None
    """None if nothing was published."""
    posts: int = 0
    pages: int = 0
    hidden: tuple[Hidden, ...] = ()
    loaded: int = 0
    """How many sources were read and parsed; the others were known."""
    made: int = 0
    """How many pages were made; the others were known."""
    seconds: float = 0.0
    basis: Basis | None = None
    """What another build would have to find unchanged to do the same; None if nothing was published."""
    spans: tuple[Span, ...] = ()
    """Where the time went, if that was asked for."""

    def data(self) -> dict[str, Any]:
        """All but the basis and the times as plain data, as `--json` shows it."""
        result = msgspec.to_builtins(replace(self, basis=None, spans=()))
        del result["basis"], result["spans"]
        diagnostics = [{name: getattr(one, name) for name in Diagnostic.__struct_fields__} for one in self.diagnostics]
        return {
            "exit_code": self.exit_code,
            "published": self.written is not None,
            **result,
            "diagnostics": diagnostics,
        }

    def again(self) -> dict[str, Any]:
        """What another build would find and do right after this one, as plain data."""
        assert self.written is not None
        count = self.written.unchanged + len(self.written.new) + len(self.written.updated)
        return replace(self, written=Written((), (), (), count), loaded=0, made=0).data()


class Basis(Struct, frozen=True):
    """What a build hung on besides the site's own folders and the options, and what it left."""

    inputs: Inputs | None
    """None where nobody can tell."""
    until: float
    """When the clock alone will change something, in seconds since 1970."""
    files: dict[str, str]
    """Hashes of the files in the output."""
    states: States
    """Of those files and their folders."""
    makers: dict[str, str]
    """The plugin, or the theme, that each of them comes from."""
    impure: frozenset[str]
    """Those of them that need not be the same next time."""
    base: str
    """Path part of the site's address, beginning and ending with `/`."""
    unpublished: dict[str, Hidden]
    """Pages of posts that are there only because drafts or future posts were asked for, by file, and why they would not be."""
