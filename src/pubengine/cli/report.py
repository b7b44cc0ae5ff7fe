"""The only module that writes to the terminal: diagnostics, progress and results, for people or as data."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from pubengine.diagnostics import Diagnostic

if TYPE_CHECKING:
    from pubengine.build import BuildResult

_COLOURS = {"error": "31", "warning": "33"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_EVERY = 0.1
"""Seconds between two signs of progress."""


def say(line: str) -> None:
    """A line to stderr; characters that could steer a terminal are shown as escapes."""
    shown = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", line)
    encoding = sys.stderr.encoding or "utf-8"
    print(shown.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)


def out(line: str) -> None:
    """A line to stdout."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))


def problems(diagnostics: Iterable[Diagnostic]) -> None:
    """Diagnostics, each with its place, code and hint."""
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    for one in diagnostics:
        place = f"{one.place}: " if one.file else ""
        say_plain = f"{place}{one.severity}[{one.code}]: {one.message}"
        if colour:
            mark = f"\x1b[1;{_COLOURS[one.severity]}m{one.severity}\x1b[0m[{one.code}]"
            print(_escaped(place) + mark + _escaped(f": {one.message}"), file=sys.stderr)
        else:
            say(say_plain)
        if one.hint:
            say(f"  hint: {one.hint}")


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


class Progress:
    """A line that is written over as a build goes on; nothing where stderr is not a terminal."""

    def __init__(self, quiet: bool = False) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._last = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Shows how far a step is, a few times a second."""
        now = time.monotonic()
        if self._shown and (now - self._last >= _EVERY or done == total):
            self._last = now
            print(f"\r\x1b[K{step} {done:,}/{total:,}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def result(built: BuildResult) -> None:
    """What a build found and did, for people."""
    problems(built.diagnostics)
    errors = sum(one.severity == "error" for one in built.diagnostics)
    warnings = len(built.diagnostics) - errors
    counts = ", ".join(several(count, word) for count, word in ((errors, "error"), (warnings, "warning")) if count)
    hidden: dict[str, int] = {}
    for one in built.hidden:
        hidden[one.reason] = hidden.get(one.reason, 0) + 1
    if built.written is None:
        say(f"{counts or 'stopped'}: nothing was published, the site is as it was ({built.seconds:.2f} s)")
        return
    written = built.written
    say(
        f"{several(built.posts, 'post')} and {several(built.pages, 'page')} published; files: {len(written.new)} new, "
        f"{len(written.updated)} changed, {len(written.removed)} removed, {written.unchanged} as they were ({built.seconds:.2f} s)"
    )
    if hidden:
        say("not published: " + ", ".join(f"{count} {reason}" for reason, count in sorted(hidden.items())))
    if counts:
        say(counts)


def as_json(built: BuildResult) -> None:
    """What a build found and did, as one JSON object on stdout."""
    data = {
        "exit_code": built.exit_code,
        "published": built.written is not None,
        "posts": built.posts,
        "pages": built.pages,
        "seconds": built.seconds,
        "written": built.written,
        "hidden": built.hidden,
        "diagnostics": [full(one) for one in built.diagnostics],
    }
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(data), indent=2).decode("utf-8") + "\n")


def several(count: int, word: str) -> str:
    """A number of things, in words: `1 page`, `2 pages`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def full(one: Diagnostic) -> dict[str, object]:
    """A diagnostic with every field, the empty ones too."""
    return {name: getattr(one, name) for name in Diagnostic.__struct_fields__}
