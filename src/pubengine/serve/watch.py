"""Noticing that something was saved which the site is made of."""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import awatch

from pubengine.diagnostics import error
from pubengine.errors import OutputError
from pubengine.paths import FILE, KEPT

_STEP = 5
"""Milliseconds: what happens within one step of another change belongs to the same save."""
_CALM_STEP = 25
"""The same for folders in which hardly anything happens: each step costs a little, even if nothing does."""
_LONGEST = 200
"""Milliseconds after which a series of changes without a pause is told all the same."""
_OVERLAP = 0.2
"""Seconds that watching the same goes on twice, when other folders are to be watched."""
_LARGE = 8 * 1024 * 1024
"""Bytes of a file from which on its times stand for what is in it."""
_FOLDERS = ("content", "plugins", "themes", "data")
"""Folders of a site that count with all that is in them."""
_PUBLISHED = frozenset({".well-known", ".nojekyll", ".htaccess", ".domains"})
_OWN = frozenset({"__pycache__", "node_modules", "Thumbs.db", "desktop.ini", "4913"})  # the last is Vim's trial
_PASSING = re.compile(
    r"^\.|^#.*#$|~$|\.(sw[a-z]|tmp|temp|bak|part|crdownload|py[co])$|___jb_(tmp|old)___$", re.IGNORECASE
)
"""Names of what editors and desktops leave for a moment, or beside what is meant."""

_NO_INPUTS = frozenset({"public", "venv"})
"""Folders that hold nothing which a site is made of, though nobody can tell what it is made of."""


class Watcher:
    """Watches a site, and tells which of its files changed, as paths relative to the site's folder or absolute."""

    def __init__(self, root: Path, heard: Callable[[set[str]], None]) -> None:
        self._root = os.path.abspath(root)
        self._heard = heard
        self._inputs: frozenset[str] = frozenset()
        self._sure = False
        self._built: tuple[int, float] = (0, 0)
        self._later: set[str] = set()
        self._unwatched: set[str] = set()
        self._blind: tuple[int, float] = (0, 0)
        self._is_echo = False
        """Whether the last thing told was that something was written in a build, the same as before."""
        self._seen: dict[str, str] = {}
        self._deep: tuple[str, ...] = ()
        self._flat: tuple[str, ...] = ()
        self._came_or_went: set[str] = set()
        self._moved = asyncio.Event()
        self.ready = asyncio.Event()
        """Set as soon as nothing that happens is missed any more."""

    def learn(self, inputs: Iterable[str] | None) -> None:
        """Told that a build ended, and what it read besides the site's own folders.

        None if nobody can tell: then whatever lies in the site may matter, with what earlier builds read.
        """
        before = self._inputs
        self._sure = inputs is not None
        if inputs is not None:
            self._inputs = frozenset(os.path.join(self._root, path) for path in inputs)
        self._built = (self._built[0], self._clock())
        self._tell_later()
        if self._places() != (self._deep, self._flat):
            self._unwatched |= self._inputs - before
            self._blind = self._built
            self._moved.set()

    async def run(self) -> None:
        """Watches until cancelled. Raises OutputError where the system does not let us."""
        watching: list[asyncio.Task[None]] = []
        try:
            while True:
                self._moved.clear()
                deep = self._deep
                self._deep, self._flat = self._places()
                came_or_went, self._came_or_went = self._came_or_went, set()
                before, watching = (
                    watching,
                    [
                        asyncio.create_task(self._follow(folders, deep=deep))
                        for folders, deep in ((self._deep, True), (self._flat, False))
                        if folders
                    ],
                )
                # What they do before they wait for the first time is to begin to watch: from now on nothing is missed.
                await asyncio.sleep(0)
                if missed := came_or_went | self._missed(set(self._deep) - set(deep)):
                    self._heard(missed)
                self.ready.set()
                moved = asyncio.create_task(self._moved.wait())
                # Those before go on for a moment, to tell what they heard already.
                await asyncio.wait([*watching, moved], timeout=_OVERLAP, return_when=asyncio.FIRST_COMPLETED)
                await _ended(before)
                await asyncio.wait([*watching, moved], return_when=asyncio.FIRST_COMPLETED)
                moved.cancel()
                for task in watching:
                    if task.done():
                        task.result()
        except (OSError, RuntimeError) as problem:  # the latter is what watchfiles says of limits
            hint = "raise fs.inotify.max_user_watches, or set WATCHFILES_FORCE_POLLING=1"
            message = f"the site's folders cannot be watched: {problem}"
            raise OutputError(error("watch-failed", message, hint=hint)) from None
        finally:
            await _ended(watching)

    async def _follow(self, folders: tuple[str, ...], *, deep: bool) -> None:
        stream = awatch(
            *folders, watch_filter=None, step=_STEP if deep else _CALM_STEP, debounce=_LONGEST, recursive=deep, rust_timeout=0,
            ignore_permission_denied=True,
        )  # fmt: skip
        try:
            async for changes in stream:
                self._tell({path for _, path in changes})
        except FileNotFoundError:  # a folder went before it could be watched
            await asyncio.sleep(_OVERLAP)
            self._moved.set()

    def _missed(self, folders: set[str]) -> set[str]:
        """What was saved in folders, and in files that a build read, after that build read them and before they were watched."""
        if not self.ready.is_set():
            return set()
        began, ended = self._blind
        unwatched, self._unwatched = self._unwatched, set()
        late = {path for path in unwatched if _changed_after(path, began)}
        for folder in folders:
            for inside, _, names in os.walk(folder):
                paths = (os.path.join(inside, name) for name in names)
                late |= {path for path in paths if _changed_after(path, ended) and self._counts(path)}
        return {self._shown(path) for path in late}

    def begin(self) -> None:
        """Told that a build begins. What happens meanwhile is looked at when it ends, unless it is about code.

        Nothing else would be built before, and what the build itself writes is complete by then.
        """
        self._built = (self._clock(), math.inf)

    def _tell(self, paths: set[str]) -> None:
        counting = {path for path in paths if self._counts(path)}
        if self._built[1] == math.inf:
            self._later |= {path for path in counting if not is_code(self._shown(path))}
            counting -= self._later
        if changed := {self._shown(path) for path in counting if self._differs(path)}:
            self._heard(changed)
        if folders := {name for name in _FOLDERS if os.path.join(self._root, name) in paths}:
            self._came_or_went |= folders
            self._moved.set()

    def _tell_later(self) -> None:
        """Tells of what happened during a build that has ended.

        What is the same as before the build was perhaps something else while it ran, and then changed back. So it
        counts, once: if the same happens in the build after, it is that build's own doing.
        """
        later, self._later = {path for path in self._later if self._counts(path)}, set()
        changed = {path for path in later if self._differs(path)}
        told = changed or (set() if self._is_echo else later)
        self._is_echo = bool(told) and not changed
        if told:
            self._heard({self._shown(path) for path in told})

    def _places(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Folders to watch: with all that is in them, and for themselves alone."""
        deep = {os.path.join(self._root, name) for name in _FOLDERS}
        flat = {self._root}
        if not self._sure:
            deep |= {path for path in self._top() if os.path.basename(path) not in _NO_INPUTS}
        for path in self._inputs:
            if any(path.startswith(f"{folder}{os.sep}") for folder in deep):
                continue
            if path.startswith(f"{self._root}{os.sep}") and os.path.isdir(path):
                deep.add(path)
            else:  # outside, folders may be of any size, and are only listed
                flat.add(path if os.path.isdir(path) else os.path.dirname(path))
        return tuple(sorted(filter(os.path.isdir, deep))), tuple(sorted(filter(os.path.isdir, flat)))

    def _top(self) -> list[str]:
        return [os.path.join(self._root, name) for name in os.listdir(self._root) if not _is_passing(name)]

    def _counts(self, path: str) -> bool:
        """Whether a build might look at a file."""
        if path in self._inputs:
            return True
        inside = os.path.relpath(path, self._root).split(os.sep)
        if any(map(_is_passing, inside)):
            return False
        if inside[0] in _FOLDERS or inside == [FILE]:
            return True
        if not self._sure and inside[0] not in _NO_INPUTS and inside[0] != "..":
            return not self._is_made_by_build(path)
        return any(path.startswith(f"{folder}{os.sep}") for folder in self._inputs)

    def _is_made_by_build(self, path: str) -> bool:
        """Whether something seems to be written by the build itself, a plugin's log for instance: that must not lead to another."""
        try:
            return self._built[0] <= os.stat(path).st_mtime_ns < self._built[1]
        except OSError:
            return False

    def _clock(self) -> int:
        """Now, as the times of files say it, in nanoseconds: those lag some milliseconds behind the clock."""
        try:
            os.utime(os.path.join(self._root, KEPT))
            return os.stat(os.path.join(self._root, KEPT)).st_mtime_ns
        except OSError:
            return time.time_ns()

    def _differs(self, path: str) -> bool:
        """Whether something is not what it was when it was last heard of. So a plugin that writes the same again
        with every build does not make one build follow another for ever.
        """
        state = _state(path)
        before, self._seen[path] = self._seen.get(path), state
        return before != state

    def _shown(self, path: str) -> str:
        inside = os.path.relpath(path, self._root)
        return path if inside.startswith("..") else inside.replace(os.sep, "/")


def is_code(path: str) -> bool:
    """Whether a path, relative to the site's folder, is that of code which a build may have loaded."""
    return path.startswith("plugins/") or path == "plugins" or path.endswith(".py")


def _changed_after(path: str, since: float) -> bool:
    try:
        return os.stat(path).st_mtime_ns >= since
    except OSError:
        return False


def _is_passing(name: str) -> bool:
    return name not in _PUBLISHED and (name in _OWN or bool(_PASSING.search(name)))


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _state(path: str) -> str:
    """The hash of a file's bytes; for what is no file, or a large one, its times; an empty text for what is not there."""
    try:
        state = os.stat(path)
        if state.st_mode & 0o170000 != 0o100000 or state.st_size > _LARGE:
            return f"{state.st_mtime_ns} {state.st_size} {state.st_ino}"
        with open(path, "rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError:
        return ""
