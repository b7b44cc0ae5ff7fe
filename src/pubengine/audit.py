"""Files that plugins open without asking the engine: noticed as Python opens them, and noted as inputs all the same.

Python tells every audit hook (PEP 578) what is opened, listed and started. A hook cannot be taken away
again, so there is one for the life of a process, which looks only while a plugin's function runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pubengine.fingerprints import installed_places

Note = Callable[[str, str], None] | None
"""Told a kind (`file`, `folder`, or `unseen` for what nobody can follow), and a path or a name."""

_OPENED = frozenset({"open", "os.listdir", "os.scandir"})
_UNSEEN = frozenset(
    {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "socket.connect", "socket.getaddrinfo"}
)


class _Watch:
    """What the hook does with what it hears."""

    def __init__(self) -> None:
        self.note: Note = None
        self.installed = False
        self.busy = False


_watch = _Watch()


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch.note is None or _watch.busy or (event not in _OPENED and event not in _UNSEEN):
        return
    if sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):  # noqa: SLF001 - nothing public tells a caller
        return  # modules count by themselves, wherever they are looked for
    _watch.busy = True
    try:
        if event in _UNSEEN:
            _watch.note("unseen", event)
        else:
            _heard(event, arguments, _watch.note)
    finally:
        _watch.busy = False


def _heard(event: str, arguments: tuple[Any, ...], note: Callable[[str, str], None]) -> None:
    path = arguments[0] if arguments else None
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, (str, os.PathLike)):
        path = "." if event != "open" and path is None else None
    if path is None or (event == "open" and _writes(arguments)):
        return
    full = os.path.abspath(os.fspath(path))
    if not full.startswith(installed_places()) and not full.endswith(".pyc"):
        note("file" if event == "open" else "folder", full)


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode = arguments[1] if len(arguments) > 1 else None
    flags = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], int) else 0
    return (isinstance(mode, str) and "r" not in mode) or bool(flags & (os.O_WRONLY | os.O_CREAT | os.O_TRUNC))


@contextmanager
def watching(note: Note) -> Iterator[None]:
    """Notes what is opened meanwhile; with None, nothing is noted."""
    if note is not None and not _watch.installed:
        sys.addaudithook(_hook)
        _watch.installed = True
    before, _watch.note = _watch.note, note
    # Python takes a compiled module for new by its second and size, which two edits can share.
    compiled, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        _watch.note = before
        sys.dont_write_bytecode = compiled
