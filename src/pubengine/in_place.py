"""Replacing an output folder's files one by one, for a folder that cannot be exchanged as a whole, such as a mount point.

Each file is replaced by one rename. What is to be done is written down before the first, in a journal in the
folder, so that a replacement that was cut off is carried on by the next build: nothing can be half a file, or
stay half old and half new.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from pubengine.permalinks import MANIFEST, OURS
from pubengine.trees import Manifest, folders_of, write_manifest

_JOURNAL = f"{OURS}journal"
_STAGE = f"{OURS}stage"


class Journal(Struct, frozen=True):
    """A replacement that is decided: everything it needs is in the stage."""

    manifest: Manifest
    """Of the folder as it will be."""
    fresh: list[str]
    """Paths of the files to take from the stage."""
    gone: list[str]
    """Paths of the files to remove."""


def stage_of(output: Path) -> Path:
    """Where new files are put together: on the disk of the output folder, which is in it. It need not be there yet."""
    return output / _STAGE


def replace(output: Path, manifest: Manifest, fresh: Iterable[str], old: Iterable[str]) -> set[str]:
    """Makes the folder the site of a manifest; returns the paths of files whose state that changed. Raises OSError.

    `fresh`: those of its files that are in the stage; `old`: the paths of our files that the folder holds.
    Raises FileExistsError, before anything is changed, where somebody else's file stands in the way.
    """
    before = set(old)
    journal = Journal(manifest, sorted(fresh), sorted(before - manifest.files.keys()))
    for path in journal.fresh:
        if path not in before and os.path.lexists(output / path) and not _will_be_empty(output / path, before, output):
            raise FileExistsError(17, "somebody else's file stands in the way", f"{output}/{path}")
    (output / _STAGE).mkdir(exist_ok=True)
    with open(output / _STAGE / _JOURNAL, "wb") as file:
        file.write(msgspec.json.encode(journal))
        file.flush()
        os.fsync(file.fileno())
    os.rename(output / _STAGE / _JOURNAL, output / _JOURNAL)
    _carry_out(output, journal)
    return {*journal.fresh, *journal.gone}


def carry_on(output: Path) -> None:
    """Ends a replacement that was cut off after it was decided, and drops one that was not. Raises OSError."""
    try:
        journal = msgspec.json.decode((output / _JOURNAL).read_bytes(), type=Journal)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (msgspec.MsgspecError, ValueError):  # somebody else's, for ours is whole or not there
        os.unlink(output / _JOURNAL)
    else:
        _carry_out(output, journal)
    shutil.rmtree(output / _STAGE, ignore_errors=True)


def _carry_out(output: Path, journal: Journal) -> None:
    """Does what is not done yet. Pages come before the disappearance of what may still be linked to."""
    folders = set(folders_of(journal.fresh))
    in_the_way = [path for path in journal.gone if path in folders or _is_below(path, journal.manifest.files)]
    _remove(output, in_the_way, folders)
    for folder in folders_of(journal.fresh):
        with suppress(FileExistsError):
            os.mkdir(f"{output}/{folder}")
    for path in journal.fresh:
        with suppress(FileNotFoundError):  # done before it was cut off
            os.rename(f"{output}/{_STAGE}/{path}", f"{output}/{path}")
    _remove(output, journal.gone, set(folders_of(journal.manifest.files)))
    write_manifest(output / _STAGE, journal.manifest)
    os.rename(output / _STAGE / MANIFEST, output / MANIFEST)
    os.unlink(output / _JOURNAL)
    shutil.rmtree(output / _STAGE, ignore_errors=True)


def _remove(output: Path, gone: Iterable[str], needed: set[str]) -> None:
    """Removes files, and the folders that nothing is left in."""
    paths = list(gone)
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            os.unlink(f"{output}/{path}")
    for folder in reversed(list(folders_of(paths))):
        if folder and folder not in needed:
            with suppress(OSError):
                os.rmdir(f"{output}/{folder}")


def _is_below(path: str, files: dict[str, str]) -> bool:
    """Whether a file is to stand where a folder is that a path lies in."""
    return any(folder in files for folder in folders_of([path]) if folder)


def _will_be_empty(folder: Path, ours: set[str], output: Path) -> bool:
    """Whether what stands somewhere is a folder of files that are all ours."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    inside = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return all(path.relative_to(output).as_posix() in ours for path in inside)
