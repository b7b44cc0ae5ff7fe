"""Opening what is published, and nothing else, while builds go on.

A path is walked from the folder of the preview downwards, each part opened relative to the one before
and never through a symbolic link, so that nothing outside can be reached, whoever changes what meanwhile.

The folder is exchanged with another tree by each build, and that other tree is changed by the next one.
So a file that is found is a whole file of the old or the new site; for builds never write into a file that
is there, they put another in its place. That nothing is found counts only if the folder is still the one
in which we looked: its inode and the time of its last rename are compared, and if they differ, we look again.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path
from urllib.parse import unquote_to_bytes

from msgspec import Struct

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_TRIES = 200
_PAUSE = 0.001
"""Seconds between tries where the folder is missing for an instant, on systems that exchange by two renames."""


class Opened(Struct, frozen=True):
    """A regular file, open for reading; whoever gets it closes it."""

    file: int
    """Its descriptor."""
    state: os.stat_result
    path: str
    """Where it lies in the output."""

    def read(self) -> bytes:
        """All that is in it; closes it."""
        with os.fdopen(self.file, "rb") as file:
            return file.read()

    def close(self) -> None:
        """Closes it."""
        os.close(self.file)


class Folder(Struct, frozen=True):
    """The path leads to a folder; an address of one ends in a slash."""


def parts_of(path: bytes) -> tuple[str, ...] | None:
    """The parts of a URL path, decoded once; None if it cannot be the address of anything.

    The last is an empty text if the path ends in a slash. No part can leave its folder, whatever system this is.
    """
    if not path.startswith(b"/"):
        return None
    try:
        parts = tuple(unquote_to_bytes(part).decode("utf-8") for part in path[1:].split(b"/"))
    except UnicodeDecodeError:
        return None
    good = all(_is_name(part) for part in parts[:-1]) and (not parts[-1] or _is_name(parts[-1]))
    return parts if good else None


def _is_name(part: str) -> bool:
    """Whether a part can be the name of something that is served: files with a dot before them are not."""
    if not part or (part.startswith(".") and part != ".well-known"):
        return False
    return not any(char in "/\\\x7f" or char < " " for char in part)


def open_published(output: Path, parts: tuple[str, ...]) -> Opened | Folder | None:
    """Opens the file that the parts of a path lead to, `index.html` where they end in an empty one.

    None if there is none, or if it is no regular file.
    """
    names = (*parts[:-1], parts[-1] or "index.html")
    for _ in range(_TRIES):
        try:
            tree = os.open(output, _FOLDER)
        except FileNotFoundError:
            time.sleep(_PAUSE)
            continue
        try:
            before = _identity(os.fstat(tree))
            found = _walk(tree, names)
            if found is not None or before == _identity(os.lstat(output)):
                return found
        except FileNotFoundError:
            time.sleep(_PAUSE)
        finally:
            os.close(tree)
    return None


def _identity(state: os.stat_result) -> tuple[int, int, int]:
    return state.st_dev, state.st_ino, state.st_ctime_ns


def _walk(tree: int, names: tuple[str, ...]) -> Opened | Folder | None:
    here = tree
    try:
        for name in names[:-1]:
            inside = os.open(name, _FOLDER, dir_fd=here)
            if here != tree:
                os.close(here)
            here = inside
        file = os.open(names[-1], _FILE, dir_fd=here)
    except OSError as problem:
        if problem.errno in _NOT_THERE:
            return None
        raise
    finally:
        if here != tree:
            os.close(here)
    state = os.fstat(file)
    if stat.S_ISREG(state.st_mode):
        return Opened(file, state, "/".join(names))
    os.close(file)
    return Folder() if stat.S_ISDIR(state.st_mode) else None


_NOT_THERE = (
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ELOOP,  # a symbolic link
    errno.EMLINK,  # the same, on FreeBSD
    errno.ENAMETOOLONG,
    errno.ENXIO,  # a socket
    errno.EACCES,
    errno.EINVAL,
)
