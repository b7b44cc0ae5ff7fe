"""Output trees: what we wrote there, whether it still is as we left it, and what is not ours."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from pubengine.digests import Stat, digest_of_file, stat_of
from pubengine.permalinks import MANIFEST, OURS

FORMAT = 1


class Manifest(Struct, frozen=True):
    """What the engine wrote into a tree; the file says it in JSON."""

    format: int = 0
    site: str = ""
    """Id of the site whose output it is."""
    files: dict[str, str] = {}
    """Hashes of the files, by path."""


Files = dict[str, tuple[Stat, str]]
"""States and hashes of files, by path."""
Stats = dict[str, Stat]
"""States by path; the path of a tree itself is an empty text."""


class Left(Struct, frozen=True):
    """How the two trees were left, as far as that can be believed later."""

    files: Files = {}
    """Of the output's files, the states and hashes."""
    folders: Stats = {}
    """Of the output's folders."""
    other_folders: Stats = {}
    """Of the other tree's."""


def read_manifest(tree: Path) -> Manifest:
    """The manifest of a tree; an empty one where there is none that can be read."""
    try:
        manifest = msgspec.json.decode((tree / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return Manifest()
    return manifest if manifest.format == FORMAT else Manifest()


def write_manifest(tree: Path, manifest: Manifest) -> None:
    """Writes a tree's manifest; a file there is taken away first, for another tree may share it. Raises OSError."""
    path = tree / MANIFEST
    path.unlink(missing_ok=True)
    path.write_bytes(_written(manifest))


def _written(manifest: Manifest) -> bytes:
    """A manifest as it is written, a line for each file, for people who compare; a quotation mark is in no path."""
    return msgspec.json.encode(manifest).replace(b'","', b'",\n"') + b"\n"


def says(tree: Path, manifest: Manifest) -> bool:
    """Whether a tree's manifest is just that one. Raises OSError."""
    try:
        return (tree / MANIFEST).read_bytes() == _written(manifest)
    except FileNotFoundError:
        return False


def held(tree: Path, paths: Iterable[str], believed: Files) -> Files:
    """The states and hashes of those files that are in a tree, whatever its manifest says of them.

    `believed`: states in which files need not be opened, with the hashes that they then have.
    """
    found = {}
    for path in paths:
        full = f"{tree}/{path}"
        try:
            state = os.lstat(full)
            known, stat = believed.get(path), stat_of(state)
            if known and known[0] == stat:
                found[path] = known
            elif _is_plain(state):
                found[path] = (stat, digest_of_file(full))
        except OSError:
            continue
    return found


def _is_plain(state: os.stat_result) -> bool:
    return (state.st_mode & 0o170000) == 0o100000


def looked_over(tree: Path, ours: Iterable[str], believed: Stats) -> tuple[Stats, list[str]]:
    """The states of the folders that our files lie in, and the paths of whatever else is in a tree.

    Links to folders count as somebody else's, and are not followed. `believed`: states of folders in which
    they hold nothing else.
    """
    files = set(ours)
    folders = list(folders_of(files))
    states = {folder: state for folder in folders if (state := folder_stat(tree, folder))}
    found: list[str] = []
    for folder, state in states.items():
        if believed.get(folder) != state:
            found += _foreign_in(tree, folder, files, states)
    return states, sorted(found)


def _foreign_in(tree: Path, folder: str, files: set[str], folders: Container[str]) -> Iterator[str]:
    with os.scandir(tree / folder) as entries:
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if path not in folders and not path.startswith(OURS):
                    yield from _foreign_in(tree, path, files, folders)
            elif path not in files and not path.startswith(OURS):
                yield path


def folder_stat(tree: Path, folder: str) -> Stat | None:
    """The state of a folder in a tree; None if it is not there."""
    try:
        state = os.lstat(f"{tree}/{folder}")
    except OSError:
        return None
    return (0, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)


def folders_of(paths: Iterable[str]) -> Iterator[str]:
    """Every folder that some of the paths lie in, those above before those below; the first is the tree itself, ""."""
    seen = {""}
    yield ""
    for path in paths:
        missing = []
        folder = path
        while (folder := folder.rpartition("/")[0]) not in seen:
            seen.add(folder)
            missing.append(folder)
        yield from reversed(missing)
