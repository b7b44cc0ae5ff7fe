"""One build at a time into one output folder: the second waits, and says for whom."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from pubengine.diagnostics import error
from pubengine.errors import OutputError

PATIENCE = 60.0
"""Seconds to wait for another build."""


@contextmanager
def locked(path: Path, say: Callable[[str], None], patience: float = PATIENCE) -> Iterator[None]:
    """Holds a lock file while something is done. The system frees it when its holder dies, however that dies.

    `say` is told for whom we wait. Raises OutputError after `patience` seconds, and OSError.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _taken(file):
            say(f"waiting for {_holder(path)}")
            until = time.monotonic() + patience
            while not _taken(file):
                if time.monotonic() > until:
                    hint = "wait for it to end, or end it, and build again"
                    raise OutputError(error("output-locked", f"{_holder(path)} is still at work", hint=hint))
                time.sleep(0.1)
        os.ftruncate(file, 0)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(" ", "seconds"),
        }
        os.pwrite(file, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(file)


@contextmanager
def alone(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Keeps other builds of a site from the folder of what it remembers; where nothing can be kept, there is no need."""
    with ExitStack() as held:
        with suppress(OSError):
            folder.mkdir(exist_ok=True)
            held.enter_context(locked(folder / "lock", say))
        yield


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError, KeyError, TypeError):
        holder = json.loads(path.read_text("utf-8"))
        return f"another build (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    return "another build"
