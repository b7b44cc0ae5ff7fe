"""The only module that writes to the terminal: diagnostics, progress and results, for people or as data."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pubengine.diagnostics import Diagnostic
    from pubengine.errors import OutputError
    from pubengine.plan import Opened, Plan
    from pubengine.spans import Row

_COLOURS = {"error": "31", "warning": "33"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_EVERY = 0.1
"""Seconds between two signs of progress."""


def say(line: str) -> None:
    """A line to stderr; characters that could steer a terminal are shown as escapes."""
    _to_stderr(_escaped(line) + "\n")


def _to_stderr(text: str) -> None:
    stream = sys.stderr
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    with contextlib.suppress(OSError):  # there is nobody to complain to
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()


def out(line: str) -> None:
    """A line to stdout."""
    data(f"{line}\n")


def data(text: str) -> None:
    """Text to stdout. Raises OutputError where it cannot be written, for then somebody waits in vain."""
    stream = sys.stdout
    if stream is None:  # Python's word for a stream that was closed before it began
        raise _no_stdout("stdout is closed")
    try:
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise _no_stdout(f"stdout: {problem.strerror}") from None


def _no_stdout(why: str) -> OutputError:
    from pubengine.diagnostics import error
    from pubengine.errors import OutputError

    return OutputError(error("output-failed", why))


@contextlib.contextmanager
def stdout_kept() -> Iterator[None]:
    """Leads whatever is printed meanwhile to stderr, by programs that plugins start too: stdout is for data."""
    with contextlib.redirect_stdout(sys.stderr):
        try:
            kept = os.dup(1)
            os.dup2(2, 1)
        except OSError:  # one of the two is closed
            yield
            return
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def problems(diagnostics: Iterable[Diagnostic]) -> None:
    """Diagnostics, each with its place, code and hint."""
    _problems({name: getattr(one, name) for name in one.__struct_fields__} for one in diagnostics)


def _problems(diagnostics: Iterable[Mapping[str, Any]]) -> None:
    colour = _is_terminal() and "NO_COLOR" not in os.environ
    for one in diagnostics:
        place = ":".join(str(part) for part in (one["file"], one["line"], one["column"]) if part) if one["file"] else ""
        place += ": " * bool(place)
        code, severity, message, plugin = one["code"], one["severity"], one["message"], one["plugin"]
        blame = f" (plugin {plugin!r}, in {one['hook']})" if one["hook"] and repr(plugin) not in message else ""
        if colour:
            mark = f"\x1b[1;{_COLOURS[severity]}m{severity}\x1b[0m[{code}]"
            _to_stderr(f"{_escaped(place)}{mark}{_escaped(f': {message}{blame}')}\n")
        else:
            say(f"{place}{severity}[{code}]: {message}{blame}")
        if one["hint"]:
            say(f"  hint: {one['hint']}")


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class Progress:
    """A line that is written over as a build goes on; nothing where stderr is not a terminal."""

    def __init__(self, quiet: bool = False) -> None:
        self._shown = _is_terminal() and not quiet
        self._last = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        """Shows how far a step is, a few times a second."""
        now = time.monotonic()
        if self._shown and (now - self._last >= _EVERY or done == total):
            self._last = now
            _to_stderr(f"\r\x1b[K{step} {done:,}/{total:,}")

    def planned(self, site: Opened, plan: Plan) -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """A line of its own."""
        self.clear()
        say(line)

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            _to_stderr("\r\x1b[K")


def times(rows: Iterable[Row]) -> None:
    """Where the time of a build went, as a table."""
    say(f"{'':40} {'times':>8} {'seconds':>9} {'each':>9}  the longest")
    for row in rows:
        each = f"{row.seconds / row.times * 1000:.2f} ms"
        longest = f"{row.longest * 1000:.1f} ms {row.of}" if row.of else ""
        say(f"{row.kind + ' ' + row.name:40} {row.times:>8,} {row.seconds:>9.3f} {each:>9}  {longest}")


def result(built: Mapping[str, Any]) -> None:
    """What a build found and did (`BuildResult.data`), for people."""
    _problems(built["diagnostics"])
    errors = sum(one["severity"] == "error" for one in built["diagnostics"])
    warnings = len(built["diagnostics"]) - errors
    counts = ", ".join(several(count, word) for count, word in ((errors, "error"), (warnings, "warning")) if count)
    hidden: dict[str, int] = {}
    for one in built["hidden"]:
        hidden[one["reason"]] = hidden.get(one["reason"], 0) + 1
    written, seconds = built["written"], built["seconds"]
    if written is None:
        say(f"{counts or 'stopped'}: nothing was published, the site is as it was ({seconds:.2f} s)")
        return
    say(
        f"{several(built['posts'], 'post')} and {several(built['pages'], 'page')} published; "
        f"files: {len(written['new'])} new, {len(written['updated'])} changed, {len(written['removed'])} removed, "
        f"{written['unchanged']} as they were ({seconds:.2f} s)"
    )
    if hidden:
        say("not published: " + ", ".join(f"{count} {reason}" for reason, count in sorted(hidden.items())))
    if counts:
        say(counts)


def as_json(built: Mapping[str, Any]) -> None:
    """What a build found and did (`BuildResult.data`), as one JSON object on stdout."""
    data(json.dumps(built, indent=2, ensure_ascii=False) + "\n")


def several(count: int, word: str) -> str:
    """A number of things, in words: `1 page`, `2 pages`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
