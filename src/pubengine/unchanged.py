"""Whether anything changed since the last build: answered by asking for the states of files, without opening them.

It decides for a whole site at once, and never that something is what it was unless it is sure: the
states of all that the last build read, and of all that it wrote, are one hash, compared with the one
that was kept. In doubt the build is run, which looks at each thing by itself. Only what Python starts
with is imported here, and what is kept is a file of its own, so that the answer comes at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Self

from pubengine.meanwhile import Meanwhile
from pubengine.paths import FILE, Paths

_NAME = "unchanged"
_FORMAT = 1
_MANY = 2_000
"""From so many files in the output on, their states are asked for while those of the sources are."""
_SETTLED = 2_000_000_000
_FINE = 100_000_000
"""Nanoseconds after a change from which on another one would show in the times, coarse or fine; as in `digests.py`."""


Stat = tuple[int, int, int, int]
"""Size in bytes (0 of folders), time of change of the bytes and of the entry in nanoseconds, and number of the inode."""
Found = tuple[str, str, Stat | None]
"""A path; `file`, `folder` or `missing`; and the state."""
Left = tuple[dict[str, Stat], dict[str, Stat], dict[str, str]]
"""The states of an output's folders and of its files, and the files' hashes, by path; the output itself is an empty path."""


class Look:
    """The states of all that a build may read, as they were before it read anything."""

    def __init__(self, paths: Paths, wanted: dict[str, Any]) -> None:
        self._paths = paths
        self._wanted = wanted
        self._file = os.path.join(paths.aside, _NAME)
        self._known, self._output = _read(self._file)
        self.inputs = Inputs(*(tuple(self._known.get("inputs", ((), ()))[n]) for n in (0, 1)))
        self._now = time.time_ns()
        look = partial(_states, self._left(), self._now)
        self._there = Meanwhile(look) if self._output.count("\n") > _MANY else None
        self._names = _names(str(paths.root))
        self._state, young = _states(_everything(paths), self._now)
        self._read, more = _states(_inputs(paths, self.inputs), self._now)
        young += more
        # Before anything is read, so that what is kept is never newer than what was built from.
        self._young = {path: _digest(path) for path in young}

    def result(self, moment: float) -> dict[str, Any] | None:
        """What the last build found and did, as `report.as_json` tells it, if another one would find and do the same.

        `moment`: of this build, in seconds since 1970.
        """
        known = self._known
        if known.get("format") != _FORMAT or known["wanted"] != self._wanted:
            return None
        if (known["state"], known["read"]) != (self._state, self._read):
            return None
        if not known["moment"] <= moment < known["until"]:
            return None
        state, young = self._there.result() if self._there else _states(self._left(), self._now)
        before = {**known["young"], **known["young_output"]}
        if state != known["output"] or any(_digest(path) != digest for path, digest in before.items()):
            return None
        if before and not (self._young or young):
            self._write(known | {"young": {}, "young_output": {}})
        return dict(known["result"])

    def end(self) -> None:
        """Nothing more is going to be asked about the last build."""
        if self._there:
            self._there.drop()

    def remember(self, inputs: Inputs, moment: float, until: float, left: Left, result: dict[str, Any]) -> None:
        """Keeps what a build found and did, together with the states that this look found before it.

        `inputs`: what it read besides the site's own folders; `until`: when the clock alone will change
        something; `left`: what it left in the output.
        """
        folders, files, digests = left
        self._output = "\n".join(folders) + "\0" + "\n".join(files)
        root = f"{self._paths.output}/"
        found = [(f"{root}{path}" if path else root[:-1], "folder", state) for path, state in folders.items()]
        found += [(f"{root}{path}", "file", state) for path, state in files.items()]
        state, young = _states(found, time.time_ns())
        sure = inputs == self.inputs
        if not sure:  # what is old enough was the same when we looked
            self._read, young_inputs = _states(_inputs(self._paths, inputs), self._now)
            there = all(self._was_there(path) for group in inputs for path in group)
            sure = there and not young_inputs
        self._write({
            "format": _FORMAT if sure else 0,
            "wanted": self._wanted,
            "inputs": (inputs.files, inputs.folders),
            "state": self._state,
            "read": self._read,
            "young": self._young,
            "output": state,
            "young_output": {path: digests.get(path.removeprefix(root)) or _digest(path) for path in young},
            "moment": moment,
            "until": until,
            "result": result,
        })  # fmt: skip

    def _was_there(self, path: str) -> bool:
        """Whether something is there, or neither it nor anything above it in the site was when we looked."""
        return os.path.lexists(os.path.join(self._paths.root, path)) or path.partition("/")[0] not in self._names

    def forget(self) -> None:
        """Keeps nothing: the next build will have to look for itself."""
        with contextlib.suppress(OSError):
            os.unlink(self._file)

    def _left(self) -> Iterator[Found]:
        """The state of each file and folder of the output."""
        root = str(self._paths.output)
        lstat = os.lstat
        for names, kind in zip(self._output.split("\0"), ("folder", "file"), strict=False):
            for name in names.split("\n"):
                path = f"{root}/{name}" if name else root
                try:
                    state = lstat(path)
                except OSError:
                    yield path, "missing", None
                else:
                    size = state.st_size if kind == "file" else 0
                    yield path, kind, (size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)

    def _write(self, known: dict[str, Any]) -> None:
        text = json.dumps(known) + "\n" + self._output
        data = text.encode("utf-8")
        temporary = f"{self._file}.{os.getpid()}"
        try:
            with open(temporary, "wb") as file:
                file.write(hashlib.blake2b(data, digest_size=16).hexdigest().encode() + b"\n" + data)
            os.replace(temporary, self._file)
        except OSError:
            self.forget()
            with contextlib.suppress(OSError):
                os.unlink(temporary)


class Inputs(tuple[tuple[str, ...], tuple[str, ...]]):
    """What is read besides the site's own folders: files, and folders in which files are looked for."""

    __slots__ = ()

    def __new__(cls, files: Iterable[str] = (), folders: Iterable[str] = ()) -> Self:
        """Both relative to the site's root, or absolute."""
        return super().__new__(cls, (tuple(sorted(set(files))), tuple(sorted(set(folders)))))

    @property
    def files(self) -> tuple[str, ...]:
        """Files, whether they are there or not."""
        return self[0]

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders that count with all that is in them."""
        return self[1]


def _read(path: str) -> tuple[dict[str, Any], str]:
    """What was kept, and the paths of the output; nothing if it is not there or not what it was."""
    try:
        with open(path, "rb") as file:
            seal, _, data = file.read().partition(b"\n")
        if hashlib.blake2b(data, digest_size=16).hexdigest().encode() == seal:
            head, _, rest = data.decode("utf-8").partition("\n")
            known = json.loads(head)
            if isinstance(known, dict) and known.get("format") in (0, _FORMAT):
                return known, rest
    except (OSError, ValueError):
        pass
    return {}, ""


def _states(found: Iterable[Found], now: int) -> tuple[str, list[str]]:
    """One hash of many states, and the paths of what changed so lately that another change would not show in it."""
    lines = []
    young = []
    coarse, fine = now - _SETTLED, now - min(_FINE, _SETTLED)
    for path, kind, state in found:
        if state is None:
            lines.append(f"{path}\0{kind}")
            continue
        size, changed, touched, number = state
        lines.append(f"{path}\0{size} {changed} {touched} {number}")
        for moment in (changed, touched) if changed >= coarse or touched >= coarse else ():
            if moment >= fine or (moment >= coarse and moment % 10_000_000 == 0):
                young.append(path)
                break
    return hashlib.blake2b("\n".join(lines).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest(), young


def _everything(paths: Paths) -> Iterator[Found]:
    """The state of whatever any build may read."""
    root = str(paths.root)
    yield from _tree(os.path.dirname(os.path.abspath(__file__)), frozenset(), _COMPILED)
    for folder in sys.path:
        if folder.endswith("-packages"):  # it changes when something is installed there
            yield from _one(folder)
    yield sys.version, "", None
    yield from _one(os.path.join(root, FILE))
    for name, passed_over in (("content", ""), ("plugins", _COMPILED), ("themes", "")):
        yield from _tree(os.path.join(root, name), frozenset(), passed_over)


def _inputs(paths: Paths, inputs: Inputs) -> Iterator[Found]:
    """The state of what this site's build read besides."""
    for path in inputs.files:
        yield from _one(os.path.join(paths.root, path))
    for path in inputs.folders:
        yield from _tree(os.path.join(paths.root, path), frozenset())


def _one(path: str) -> Iterator[Found]:
    try:
        state = os.lstat(path)
        if state.st_mode & 0o170000 == 0o120000:
            yield path, "file", _stat(state)
            state = os.stat(path)
    except OSError:
        yield path, "missing", None
        return
    is_folder = state.st_mode & 0o170000 == 0o040000
    yield path, "folder" if is_folder else "file", _stat(state, is_folder)


def _stat(state: os.stat_result, is_folder: bool = False) -> Stat:
    return (0 if is_folder else state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)


_COMPILED = "__pycache__"


def _tree(folder: str, above: frozenset[tuple[int, int]], passed_over: str = "") -> Iterator[Found]:
    """Everything in a folder, with what symbolic links lead to, but for folders of one name."""
    try:
        here = os.stat(folder)
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:
        yield folder, "missing", None
        return
    place = (here.st_dev, here.st_ino)
    if place in above:
        return
    yield folder, "folder", _stat(here, is_folder=True)
    for entry in sorted(found, key=lambda one: one.name):
        if entry.is_symlink():
            yield from _one(entry.path)
        try:
            if entry.is_dir():
                if entry.name != passed_over:
                    yield from _tree(entry.path, above | {place}, passed_over)
            elif not entry.is_symlink():
                yield entry.path, "file", _stat(entry.stat())
        except OSError:
            yield entry.path, "missing", None


def _digest(path: str) -> str:
    """The hash of a file's bytes, or of a folder's names; an empty string for what cannot be read."""
    try:
        kind = os.stat(path).st_mode & 0o170000
        if kind == 0o040000:
            data = "\0".join(_names(path)).encode("utf-8", "surrogateescape")
            return hashlib.blake2b(data, digest_size=16).hexdigest()
        if kind != 0o100000:  # opening a pipe would wait for somebody to write into it
            return ""
        with open(path, "rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError:
        return ""


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
