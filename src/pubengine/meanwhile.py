"""Some milliseconds of work, done by another processor while this process goes on: in a copy of it, which costs next to nothing."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Meanwhile:
    """Work that a copy of this process does, if one can be made; otherwise it is done when its result is asked for.

    `work` gives plain data that JSON can say, and changes nothing.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._child = 0
        threads = sys.modules.get("threading")  # a copy of a process with several threads may hang
        if sys.platform == "linux" and (threads is None or threads.active_count() == 1):
            with suppress(OSError):
                self._begin()

    def _begin(self) -> None:
        self._pipe, end = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            try:
                with os.fdopen(end, "wb") as stream:
                    stream.write(json.dumps(self._work()).encode("utf-8", "surrogatepass"))
            finally:
                os._exit(0)
        os.close(end)

    def result(self) -> Any:
        """What the work gave; what it raises if it is done here."""
        if not self._child:
            return self._work()
        with os.fdopen(self._pipe, "rb") as stream:
            data = stream.read()
        os.waitpid(self._child, 0)
        self._child = 0
        try:
            return json.loads(data.decode("utf-8", "surrogatepass"))
        except ValueError:  # the copy died
            return self._work()

    def drop(self) -> None:
        """Nobody needs the result."""
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            os.close(self._pipe)
            self._child = 0
