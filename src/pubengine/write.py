"""Pages to the output folder: the only module, with `trees.py` and `turns.py`, that touches it.

What a build makes goes into a stage beside the folder. To publish it, the tree of the build before,
which is kept there too, is brought up to date by what changed (`turns.py`), and exchanged with the
output folder by one rename. So the folder is wholly the old site or wholly the new one.

The manifest in a tree says which files are ours; nothing else is ever overwritten or deleted.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from pubengine import in_place
from pubengine.cache import Cache, CacheError
from pubengine.diagnostics import Diagnostic, error, warning
from pubengine.digests import Stat, digest_of, is_settled, stat_of
from pubengine.errors import OutputError
from pubengine.exchange import exchange, recover
from pubengine.lock import locked
from pubengine.paths import Paths
from pubengine.permalinks import MANIFEST, problem_with_output
from pubengine.removal import remove
from pubengine.settings import Config
from pubengine.trees import (
    FORMAT,
    Left,
    Manifest,
    Stats,
    folder_stat,
    folders_of,
    held,
    looked_over,
    read_manifest,
    says,
)
from pubengine.turns import bring_up_to_date


class Written(Struct, frozen=True):
    """What publishing changed."""

    new: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


class States(Struct, frozen=True):
    """The states of an output's files and folders."""

    files: Stats
    folders: Stats
    manifest: Stat


class Output:
    """The output folder, held by one build. Leaving the `with` block without `publish` leaves it as it was."""

    def __init__(self, paths: Paths, config: Config, cache: Cache, say: Callable[[str], None] = lambda _: None) -> None:
        self._root = paths.root
        self._output = paths.output
        self._site = config.site.id
        self._in_place = config.build.replace == "in-place"
        self._cache = cache
        self._say = say
        self._aside = paths.aside
        self._other = self._aside / "tree"
        self._open_things = ExitStack()
        self.problems: tuple[Diagnostic, ...] = ()
        self.states: States | None = None
        """Of the output's files and folders, once it is published."""

    def __enter__(self) -> Self:
        """Waits for other builds, and looks at what is there. Raises OutputError."""
        with self._blamed():
            self._output.parent.mkdir(parents=True, exist_ok=True)
            self._aside.mkdir(parents=True, exist_ok=True)
            try:
                self._open_things.enter_context(locked(self._aside / "lock", self._say))
                self._open()
            except BaseException:
                self._open_things.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open_things.close()

    def _open(self) -> None:
        recover(self._other, self._output)
        in_place.carry_on(self._output)
        self._left = _read_left(self._cache.note(f"output {self.name}"))
        manifest = read_manifest(self._output)
        if manifest.site and self._site and manifest.site != self._site:
            message = f"{self._output} holds another site, whose id is {manifest.site!r}"
            raise OutputError(error("output-foreign", message, hint="name another folder with --output, or delete it"))
        self._old = {path: digest for path, digest in manifest.files.items() if not problem_with_output(path)}
        self._opened = time.time_ns()
        self._folders = self._look_over()
        self._held = held(self._output, self._old, self._left.files)
        for name in os.listdir(self._aside):
            if name.startswith(("stage-", "unchanged.")):  # of a build that died, for we hold the lock
                remove(self._aside / name)
        if self._in_place:
            self.stage = in_place.stage_of(self._output)
        else:
            self.stage = Path(tempfile.mkdtemp(prefix="stage-", dir=self._aside))
        self._open_things.callback(remove, self.stage)

    @property
    def name(self) -> str:
        """What the cache calls this output."""
        return os.path.relpath(self._output, self._root)

    def holds(self, path: str, digest: str) -> bool:
        """Whether the output has a file with those bytes now."""
        return self.digest_of(path) == digest

    def digest_of(self, path: str) -> str:
        """The hash of a file of ours that the output has; an empty string if there is none."""
        return self._held[path][1] if path in self._held else ""

    def copy(self, path: str, source: Path) -> str:
        """Stages a copy of a file, and returns the hash of its bytes. Raises OutputError."""
        try:
            return stage_file(self.stage, path, source.read_bytes())
        except OSError as problem:
            raise refused(problem, source) from None

    def publish(self, new: dict[str, str]) -> Written:
        """Makes the output folder the site of those files, by hash: staged ones, and others that it has already.

        Raises OutputError, the old site staying.
        """
        new = dict(sorted(new.items()))
        manifest = Manifest(FORMAT, self._site, new)
        fresh = {path for path, digest in new.items() if not self.holds(path, digest)}
        with self._blamed():
            if fresh or new != self._old or not says(self._output, manifest):
                self._replace(manifest, fresh)
            else:
                self.states = self._states(new, set(), self._folders)
                self._note(new, self._left.other_folders, self._left)
        added = tuple(path for path in new if path not in self._old)
        removed = tuple(sorted(self._old.keys() - new.keys()))
        updated = tuple(path for path in new if path in fresh and path in self._old)
        return Written(added, updated, removed, len(new) - len(added) - len(updated))

    def _replace(self, manifest: Manifest, fresh: set[str]) -> None:
        if self._in_place:
            touched = in_place.replace(self._output, manifest, fresh, self._old)
            changed = set(folders_of(touched))
            folders = {folder: state for folder, state in self._folders.items() if folder not in changed}
            self.states = self._states(manifest.files, touched, folders)
            self._note(manifest.files, {}, self._left)
        else:
            self._exchange(manifest)

    def _exchange(self, manifest: Manifest) -> None:
        other, output = self._other, self._output
        touched, folders = bring_up_to_date(other, manifest, self.stage, output, self._held, self._left)
        other.chmod(_mode_of(output))
        if not self._is_there():
            output.mkdir()
        exchange(other, output)
        try:  # the site is published; what fails now costs the next build time, and nothing else
            self._tidy_up(manifest, touched, folders)
        except (OSError, OutputError) as problem:
            self._say_unkept(problem)

    def _tidy_up(self, manifest: Manifest, touched: set[str], folders: Stats) -> None:
        """What can be done once the site is published, so that the next build has less to do. Raises OSError and OutputError."""
        if self._other.is_symlink():  # put in the output's place at the last moment; what it leads to is not ours
            self._other.unlink()
        other_folders = self._keep_latecomers()
        if not self._old:  # the first site has none before it to take turns with
            output = self._output
            there = {path: (stat_of(os.lstat(f"{output}/{path}")), one) for path, one in manifest.files.items()}
            bring_up_to_date(self._other, manifest, self.stage, output, there, Left())
            other_folders = {}
        self.states = self._states(manifest.files, touched, folders)
        swapped = Left(self._left.files, self._left.other_folders, self._left.folders)
        self._note(manifest.files, other_folders, swapped)

    def _say_unkept(self, problem: Exception) -> None:
        self.states = None
        message = f"the site is published, but not all is kept that makes the next build quick: {problem}"
        self.problems = (warning("cache-unkept", message),)

    def _states(self, new: dict[str, str], touched: set[str], folders: Stats) -> States:
        """The states of the new site: of what was not touched, those that are known already."""
        known = {path: one[0] for path, one in self._held.items() if path not in touched}
        folders = {folder: state for folder, state in folders.items() if folder}  # the top was renamed
        return States(
            {path: known.get(path) or stat_of(os.lstat(f"{self._output}/{path}")) for path in new},
            {
                name: state
                for name in folders_of(new)
                if (state := folders.get(name) or folder_stat(self._output, name))
            },
            stat_of(os.lstat(self._output / MANIFEST)),
        )

    def _note(self, new: dict[str, str], other_folders: Stats, before: Left) -> None:
        """Keeps the states of both trees for the next build to compare, as far as it can believe them."""
        assert self.states is not None
        now = time.time_ns()
        believed = before.files
        left = Left(
            {
                path: one
                for path, state in self.states.files.items()
                if believed.get(path) == (one := (state, new[path])) or is_settled(state, now)
            },
            _settled(self.states.folders, before.folders, now),
            _settled(other_folders, before.other_folders, now),
        )
        if left != self._left:
            self._cache.keep_note(f"output {self.name}", msgspec.msgpack.encode(left))

    def _look_over(self) -> Stats:
        """The states of the output's folders. Raises OutputError if they hold anything that is not ours: it would be lost."""
        if not self._is_there():
            return {}
        states, found = looked_over(self._output, self._old, self._left.folders)
        if found:
            shown = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
            hint = (
                "move them away (under content/ they are published as they are), or name another folder with --output"
            )
            message = f"{self._output} holds files that pubengine did not write: {shown}"
            raise OutputError(error("output-foreign", message, hint=hint))
        return states

    def _is_there(self) -> bool:
        """Whether there is an output folder. Raises OutputError where something else has its name."""
        if self._output.is_symlink() or (self._output.exists() and not self._output.is_dir()):
            raise OutputError(error("output-foreign", f"the output {self._output} is not a folder"))
        return self._output.exists()

    def _keep_latecomers(self) -> Stats:
        """Moves what somebody put into the old tree meanwhile over into the new one; the states of the old one's folders."""
        believed = _settled(self._folders, self._left.folders, self._opened)
        states, found = looked_over(self._other, self._old, believed)
        for path in found:
            target = self._output / path
            if not os.path.lexists(target):
                try:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.rename(self._other / path, target)
                except OSError:  # then it stays in a tree that nobody will clear
                    os.rename(self._other, tempfile.mkdtemp(prefix="kept-", dir=self._aside))
                    raise
        hurt = {folder for path in self._old if not self.holds(path, self._old[path]) for folder in folders_of([path])}
        return {} if found else {folder: state for folder, state in states.items() if folder not in hurt}

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise refused(problem, self._output) from None


def stage_file(stage: Path, path: str, data: bytes) -> str:
    """Puts a file into the stage, and returns the hash of its bytes. Raises OSError, or OutputError for a path that is no good."""
    if why := problem_with_output(path):
        raise OutputError(error("output-failed", f"{path!r} cannot be written: {why}"))
    target = f"{stage}/{path}"
    try:
        _write(target, data)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _write(target, data)
    return digest_of(data)


def _write(target: str, data: bytes) -> None:
    """Writes a new file. The standard library's way is twice as long, which counts for a hundred thousand small ones."""
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
    finally:
        os.close(file)


def _settled(states: Stats, believed: Stats, now: int) -> Stats:
    """Those of some states that can be believed later."""
    return {name: state for name, state in states.items() if is_settled(state, now) or believed.get(name) == state}


def _read_left(data: bytes) -> Left:
    try:
        return msgspec.msgpack.decode(data, type=Left) if data else Left()
    except (msgspec.MsgspecError, ValueError) as problem:
        raise CacheError(f"an entry cannot be read: {problem}") from None


def _mode_of(output: Path) -> int:
    """The permissions of the output folder, or those that a new folder gets."""
    try:
        return stat.S_IMODE(output.stat().st_mode)
    except FileNotFoundError:
        return 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_MOUNTED = 'the output folder is a mount point, which cannot be exchanged: set [build] replace = "in-place"'
_HINTS = {
    errno.ENOSPC: "free some space and build again",
    errno.EDQUOT: "free some space and build again",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.EBUSY: _MOUNTED,
    errno.EXDEV: _MOUNTED,
    errno.EROFS: "name an output folder that can be written to",
    errno.EACCES: "name an output folder that can be written to, and whose parent can",
}


def refused(problem: OSError, path: Path) -> OutputError:
    """What the disk said, for people."""
    what = problem.strerror or str(problem)
    place = problem.filename if isinstance(problem.filename, str) else str(path)
    hint = _HINTS.get(problem.errno or 0, "")
    return OutputError(
        Diagnostic("output-failed", "error", f"{place}: {what}; the published site is as it was", hint=hint)
    )
