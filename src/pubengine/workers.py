"""Where steps run: in this process, in several on this machine, or on a cluster; always the same functions.

A task is a function of a module, given the site's folder, its settings and some plain values, so any
`concurrent.futures.Executor` can run it; what it needs of the plugins, each process opens once.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from pubengine.diagnostics import error
from pubengine.errors import ConfigError, OutputError

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor

T = TypeVar("T")

FEW = 200
"""Up to so many things to do, starting another process takes longer than doing them."""
MOST_PER_TASK = 100
"""How many things a task does at most: enough that handing it over costs nothing, few enough to share out evenly."""


def usable_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Crew:
    """Runs tasks for one build, wherever there is most to gain.

    `jobs`: how many processes; 0 decides by the amount of work. `scheduler`: address of a Dask
    cluster that does the work instead, or an empty string.
    """

    def __init__(self, jobs: int = 0, scheduler: str = "") -> None:
        self._jobs = jobs
        self._scheduler = scheduler

    def processes(self, things: int) -> int:
        """How many processes will do so many things; 1 is this one alone."""
        if self._jobs:
            return self._jobs
        return usable_processors() if things > FEW else 1

    @property
    def shares_memory(self) -> bool:
        """Whether tasks find what this process had in memory when they began."""
        return not self._scheduler and _can_fork()

    def run(
        self, task: Callable[[Sequence[Any]], T], things: Sequence[Any], per_task: int = MOST_PER_TASK
    ) -> Iterator[tuple[int, T]]:
        """What the task makes of each slice of things, as it comes in, with the number of things in that slice.

        Raises OutputError if a process dies.
        """
        count = self.processes(len(things))
        size = max(1, min(per_task, -(-len(things) // (4 * count)))) if things else 1
        slices = [things[start : start + size] for start in range(0, len(things), size)]
        scheduler = self._scheduler if len(things) > FEW else ""
        if count == 1 and not scheduler:
            yield from ((len(one), task(one)) for one in slices)
        else:
            try:
                with _executor(count, scheduler) as executor:
                    yield from _shared_out(task, slices, executor)
            except _NoProcessError:  # and so nothing was begun
                yield from ((len(one), task(one)) for one in slices)


class _NoProcessError(Exception):
    """The system gives us no other process."""


def _shared_out(
    task: Callable[[Sequence[Any]], T], slices: Sequence[Sequence[Any]], executor: Executor
) -> Iterator[tuple[int, T]]:
    from concurrent.futures import as_completed
    from concurrent.futures.process import BrokenProcessPool

    try:
        waiting: dict[Future[T], int] = {executor.submit(task, one): len(one) for one in slices}
    except (OSError, RuntimeError) as problem:  # no process, no thread, no file that is left
        raise _NoProcessError from problem
    try:
        for future in as_completed(list(waiting)):
            yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        hint = "is there enough memory? With --jobs 1 everything runs in one process"
        raise OutputError(error("worker-died", "a worker process died", hint=hint)) from None
    except BaseException:
        for future in waiting:
            future.cancel()
        raise


@contextmanager
def _executor(count: int, scheduler: str) -> Iterator[Executor]:
    if scheduler:
        with _cluster(scheduler) as cluster:
            yield cluster
    else:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        gc.freeze()  # a copy that never touches what was there before keeps sharing it
        context = multiprocessing.get_context("fork" if _can_fork() else "spawn")
        try:
            pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(os.getpid(),))
        except OSError as problem:
            raise _NoProcessError from problem
        try:
            yield pool
        except BaseException:
            _kill(pool)
            raise
        finally:
            with suppress(RuntimeError):  # it could not even begin
                pool.shutdown(cancel_futures=True)
            gc.unfreeze()


def _can_fork() -> bool:
    """Whether a copy of this process can be made: not where other threads may hold locks that nobody will open."""
    return sys.platform == "linux" and threading.active_count() == 1


def _kill(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):  # noqa: SLF001 - nothing public ends a task that runs
        process.kill()


def _begin(parent: int) -> None:
    """In a new worker: an interrupt is for the parent to handle, and its death ends us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        message = f"the scheduler {address} of [build] needs Dask, which is not installed"
        raise ConfigError(error("dask-missing", message, "engine.toml", hint="pip install 'pubengine[dask]'")) from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as problem:
        message = f"no Dask scheduler answers at {address}: {problem}"
        hint = "start one, or leave [build] scheduler out"
        raise ConfigError(error("dask-unreachable", message, "engine.toml", hint=hint)) from None
    with client:
        yield client.get_executor()
