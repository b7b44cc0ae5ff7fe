"""A session of the preview: what was saved is built, one build at a time, and whoever listens is told."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from pubengine.assemble import NEVER
from pubengine.serve.builder import Builder
from pubengine.serve.rebuild import Rebuilt
from pubengine.serve.watch import Watcher, is_code

_CALM = 2.0
"""Seconds without anything saved after which a whole build follows a quick one."""
_LOOK = 30.0
"""Seconds after which the clock is looked at again: a machine that slept does not count them."""


class Shown(Struct, frozen=True):
    """What the preview shows at one time."""

    number: int = 0
    """How many builds there were."""
    ready: bool = False
    """Whether there is something to show at all."""
    building: bool = True
    last: Rebuilt = Rebuilt(published=False)
    """The last build."""
    good: Rebuilt = Rebuilt(published=False)
    """The last build that was published."""


class Teller(Protocol):
    """Somebody at the terminal."""

    def built(self, rebuilt: Rebuilt, changed: frozenset[str], seconds: float) -> None:
        """Told what a build did, what it was for (nothing: it was the first, or the clock wanted it), and how long it took."""


class Preview:
    """Holds what is shown; `run` keeps it up to date."""

    def __init__(self, builder: Builder, teller: Teller) -> None:
        self.root = builder.order.paths.root
        self.session = secrets.token_urlsafe(9)
        """What tells this server from the one before it."""
        self.shown = Shown()
        self.watcher = Watcher(self.root, self.heard)
        self.closing = False
        self._builder = builder
        self._teller = teller
        self._waiting: set[str] = set()
        self._wake = asyncio.Event()
        self._first = asyncio.Event()
        self._listeners: set[asyncio.Event] = set()
        self._assets: dict[str, int] = {}
        self._due = NEVER
        self._rough = False
        """Whether a whole build has to follow the last one."""
        self._whole = 0.0
        """Seconds that the last whole build took."""

    def heard(self, paths: set[str]) -> None:
        """Told what was saved. During a build it waits; however much it is, one more build follows."""
        self._waiting |= paths
        self._wake.set()

    async def run(self) -> None:
        """Builds at once, and then whenever something was saved or the clock wants it, until cancelled."""
        try:
            await self.watcher.ready.wait()
            changed: frozenset[str] = frozenset()
            while True:
                await self._build(changed)
                changed = await self._next()
        finally:
            await self._builder.end()

    async def _build(self, changed: frozenset[str]) -> None:
        self._show(replace(self.shown, building=True))
        started = time.perf_counter()
        if any(is_code(path) for path in changed):
            await self._builder.end()  # only a new process is sure to run nothing of the old code
        self.watcher.begin()
        rebuilt = await self._rebuilt(changed)
        if rebuilt is None:
            return
        follows, self._rough = self._rough and not changed, rebuilt.rough
        self.watcher.learn(rebuilt.inputs)
        shown = self.shown
        number = shown.number + 1
        if rebuilt.published:
            self._assets |= dict.fromkeys(rebuilt.assets, number)
            self._due = rebuilt.until if not rebuilt.rough else time.time() + max(_CALM, self._whole)
        else:
            self._due = max(self._due, time.time() + 2 * _LOOK)
        good = rebuilt if rebuilt.published else shown.good
        self._show(Shown(number, shown.ready or rebuilt.published, building=False, last=rebuilt, good=good))
        self._first.set()
        took = time.perf_counter() - started
        if not rebuilt.rough:
            self._whole = took
        if not follows or rebuilt.diagnostics:
            self._teller.built(rebuilt, changed, took)

    async def _rebuilt(self, changed: frozenset[str]) -> Rebuilt | None:
        """What a build does; None if it is given up, because its code changes meanwhile and it may never end."""
        building = asyncio.ensure_future(self._builder.rebuild(changed))
        try:
            while not building.done():
                waking = asyncio.ensure_future(self._wake.wait())
                await asyncio.wait([building, waking], return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
                if not building.done():
                    if any(is_code(path) for path in self._waiting):
                        return None
                    self._wake.clear()
            return building.result()
        finally:
            building.cancel()

    async def _next(self) -> frozenset[str]:
        """Waits for a reason to build: what was saved, or nothing if it is the clock."""
        while not self._waiting:
            left = self._due - time.time()
            if left <= 0:
                break
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), min(left, _LOOK))
            except TimeoutError:
                continue
        changed, self._waiting = frozenset(self._waiting), set()
        return changed

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        for listener in self._listeners:
            listener.set()

    async def first_build(self, seconds: float | None) -> None:
        """Waits for the first build, for so many seconds at most."""
        if not self._first.is_set():
            try:
                await asyncio.wait_for(self._first.wait(), seconds)
            except TimeoutError:
                return

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever something else is shown, and at the end."""
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            yield event
        finally:
            self._listeners.discard(event)

    def assets_since(self, number: int) -> list[str]:
        """Files other than pages that builds after that one changed, by path in the output."""
        return sorted(path for path, changed in self._assets.items() if changed > number)

    def close(self) -> None:
        """Lets those who listen go."""
        self.closing = True
        for listener in self._listeners:
            listener.set()
