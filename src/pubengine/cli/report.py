"""The only module that writes to the terminal: diagnostics, progress and results, for people or as data."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import OutputError

if TYPE_CHECKING:
    from pubengine.build import BuildResult

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
        raise OutputError(error("output-failed", "stdout is closed"))
    try:
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise OutputError(error("output-failed", f"stdout: {problem.strerror}")) from None


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
    colour = _is_terminal() and "NO_COLOR" not in os.environ
    for one in diagnostics:
        place = f"{one.place}: " if one.file else ""
        blame = f" (plugin {one.plugin!r}, in {one.hook})" if one.hook and repr(one.plugin) not in one.message else ""
        say_plain = f"{place}{one.severity}[{one.code}]: {one.message}{blame}"
        if colour:
            mark = f"\x1b[1;{_COLOURS[one.severity]}m{one.severity}\x1b[0m[{one.code}]"
            _to_stderr(f"{_escaped(place)}{mark}{_escaped(f': {one.message}{blame}')}\n")
        else:
            say(say_plain)
        if one.hint:
            say(f"  hint: {one.hint}")


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

    def say(self, line: str) -> None:
        """A line of its own."""
        self.clear()
        say(line)

    def clear(self) -> None:
        """Takes the line away."""
        if self._shown:
            _to_stderr("\r\x1b[K")


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
    result = {
        "exit_code": built.exit_code,
        "published": built.written is not None,
        "posts": built.posts,
        "pages": built.pages,
        "seconds": built.seconds,
        "written": built.written,
        "hidden": built.hidden,
        "diagnostics": [full(one) for one in built.diagnostics],
    }
    data(msgspec.json.format(msgspec.json.encode(result), indent=2).decode("utf-8") + "\n")


def several(count: int, word: str) -> str:
    """A number of things, in words: `1 page`, `2 pages`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def full(one: Diagnostic) -> dict[str, object]:
    """A diagnostic with every field, the empty ones too."""
    return {name: getattr(one, name) for name in Diagnostic.__struct_fields__}
