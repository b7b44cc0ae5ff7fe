"""The tree that is not published: the site of the build before, brought up to date to be exchanged with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pubengine.digests import Stat
from pubengine.permalinks import MANIFEST
from pubengine.trees import Files, Left, Manifest, Stats, folder_stat, folders_of, read_manifest, write_manifest


def bring_up_to_date(
    tree: Path, manifest: Manifest, stage: Path, published: Path, there: Files, believed: Left
) -> tuple[set[str], Stats]:
    """Makes a tree the site of a manifest. Raises OSError.

    Returns the paths of files whose state that changed, and the states of folders in which no such file is.

    Files in the stage are moved over; others are linked from the published tree, which holds those in
    `there`, with their states and hashes. A file that both trees share already stays as it is.
    `believed`: states of the tree's folders in which they hold just the published files, as far as these are in
    the states that they had then. The manifest is taken away
    first and written last, so that a tree left halfway is recognised, and made anew.
    """
    if tree.is_symlink():
        tree.unlink()
    if not there:  # the stage has everything
        shutil.rmtree(tree, ignore_errors=True)
        os.rename(stage, tree)
        write_manifest(tree, manifest)
        return set(manifest.files), {}
    before = read_manifest(tree).files
    folders = list(folders_of(before)) if before else []
    states = {folder: folder_stat(tree, folder) for folder in folders}
    doubtful = {folder for folder, state in states.items() if believed.other_folders.get(folder) != state}
    if not before:
        shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        (tree / MANIFEST).unlink()
    _clear(tree, doubtful, set(folders))
    kept = {
        path
        for path, digest in before.items()
        if manifest.files.get(path) == digest == _hash(there, path)
        and path.rpartition("/")[0] not in doubtful
        and (believed.files.get(path) == there[path] or _is_shared(f"{tree}/{path}", there[path][0]))
    }
    gone = [path for path in before if path not in kept]
    for path in gone:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(f"{tree}/{path}")
    _prune(tree, gone, set(folders_of(manifest.files)))
    copied: list[str] = []
    wanted = [path for path in manifest.files if path not in kept]
    for folder in folders_of(wanted):
        with suppress(FileExistsError):
            os.mkdir(f"{tree}/{folder}")
    for path in wanted:
        linked = _hash(there, path) == manifest.files[path]
        if not _put(f"{tree}/{path}", f"{stage}/{path}", f"{published}/{path}", linked=linked):
            copied.append(path)
    write_manifest(tree, manifest)
    touched = {*wanted, *gone}
    changed = {*folders_of(touched), *doubtful, *folders_of(copied)}
    return touched, {folder: state for folder, state in states.items() if state and folder not in changed}


def _hash(there: Files, path: str) -> str:
    return there[path][1] if path in there else ""


def _is_shared(path: str, published: Stat) -> bool:
    """Whether a file is the published one, by another name: somebody may have changed one that is not."""
    try:
        return os.lstat(path).st_ino == published[3]
    except OSError:
        return False


def _put(target: str, staged: str, published: str, *, linked: bool) -> bool:
    """Puts a file where it belongs; whether it is one that only this tree has, or one that both share."""
    if not linked:
        os.rename(staged, target)
        return True
    try:
        os.link(published, target)
    except OSError:
        shutil.copy2(published, target)
        return False
    return True


def _clear(tree: Path, doubtful: Iterable[str], expected: set[str]) -> None:
    """Empties folders that somebody else may have been in, but for the folders that belong there."""
    for folder in doubtful:
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(tree / folder) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                elif (f"{folder}/{entry.name}" if folder else entry.name) not in expected:
                    shutil.rmtree(entry.path)


def _prune(tree: Path, gone: Iterable[str], needed: set[str]) -> None:
    """Removes folders that no file lies in any more."""
    for folder in reversed(list(folders_of(gone))):
        if folder not in needed:
            with suppress(OSError):
                os.rmdir(f"{tree}/{folder}")
