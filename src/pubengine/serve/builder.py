"""The server's end of the pipe to the process that builds."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from pubengine.diagnostics import error
from pubengine.serve.builder_main import LENGTH, framed
from pubengine.serve.rebuild import Order, Rebuilt

_PATIENCE = 3.0
"""Seconds that the process is given to end by itself."""


class Builder:
    """Builds for the preview, in a process that lives as long as the code that it has loaded is what it should be."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._process: Process | None = None

    async def rebuild(self, changed: Iterable[str] = ()) -> Rebuilt:
        """Builds once, because of what was saved. A process that dies over it is a problem like others; the next build begins a new one."""
        process = self._process = self._process or await self._begin()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(framed(replace(self.order, changed=tuple(sorted(changed)))))
            await process.stdin.drain()
            length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
            return msgspec.json.decode(await process.stdout.readexactly(length), type=Rebuilt)
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.end()
            message = f"the process that builds the preview died (status {process.returncode})"
            hint = "the terminal may say why; it is started anew with the next change"
            return Rebuilt(False, (error("builder-died", message, hint=hint),))

    async def end(self) -> None:
        """Ends the process, and whatever it started. The next build begins a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _PATIENCE)
        with suppress(ProcessLookupError, PermissionError):  # it leads a group of its own
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def _begin(self) -> Process:
        # The same places to import from as here, whatever way this program was started.
        code = f"import sys; sys.path[:] = {sys.path!r}; from pubengine.serve.builder_main import main; main()"
        options = ["-X", "utf8"] if sys.flags.utf8_mode else []
        return await asyncio.create_subprocess_exec(
            sys.executable, *options, "-c", code, stdin=PIPE, stdout=PIPE, stderr=None, start_new_session=True
        )
