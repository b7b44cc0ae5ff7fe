"""Runs a command and measures it. Memory is read from `/proc`, so this needs Linux."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

INTERVAL = 0.01
"""Seconds between two looks at the memory, at least."""
SHARE = 20
"""A look is followed by so many times its own duration without one: looking takes time from who is looked at."""


class Cost(NamedTuple):
    """What one run took."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of all processors together, in the program and in the system, child processes included."""
    memory: float
    """The most memory of all its processes at one time, in MiB; what several share counts once. 0: nobody looked."""


class RunFailed(Exception):  # noqa: N818 - what happened, not a kind of error
    """A run ended with another status than 0; the message has what it said last."""


class RunTooLong(Exception):  # noqa: N818 - what happened, not a kind of error
    """A run was ended because it took longer than allowed."""


def measure(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: float, *, memory: bool = False
) -> Cost:
    """Runs the command in the folder, for `limit` seconds at most.

    `memory`: look at the memory. That makes a run slower, one of many threads by a tenth; do not believe its times.
    Raises `RunFailed` or `RunTooLong`. All processes that it starts must be its own children, or theirs.
    """
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL, process_group=0
        )
        watch = _Watch(process.pid, started + limit, memory=memory)
        watch.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            # The terminal tells only this program's own group of processes.
            os.killpg(process.pid, signal.SIGKILL)
            raise
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.finish()
        if watch.too_long:
            raise RunTooLong(f"longer than {limit / 60:g} minutes")
        if process.returncode:
            said.seek(0)
            last = said.read()[-1500:].decode("utf-8", "replace").strip()
            raise RunFailed(f"status {process.returncode}: {last}")
    return Cost(wall, used.ru_utime + used.ru_stime, watch.peak / 1024)


class _Watch(Thread):
    """Ends a process and all below it when their time is over, and looks at their memory if asked to."""

    def __init__(self, pid: int, deadline: float, *, memory: bool) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        """In KiB."""
        self.too_long = False
        self._pid = pid
        self._deadline = deadline
        self._memory = memory
        self._over = Event()

    def run(self) -> None:
        pause = 0.0 if self._memory else self._deadline - time.perf_counter()
        while not self._over.wait(pause):
            began = time.perf_counter()
            if began >= self._deadline:
                self._end()
                return
            self.peak = max(self.peak, sum(proportional_memory(pid) for pid in tree(self._pid)))
            pause = max(INTERVAL, SHARE * (time.perf_counter() - began))

    def _end(self) -> None:
        self.too_long = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)

    def finish(self) -> None:
        """Stops looking."""
        self._over.set()
        self.join()


def tree(pid: int) -> Iterator[int]:
    """A process and all below it, as far as they are still there."""
    yield pid
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as children:
                for child in children.read().split():
                    yield from tree(int(child))


def proportional_memory(pid: int) -> int:
    """The memory of a process in KiB, of what it shares with others its part (PSS); 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
