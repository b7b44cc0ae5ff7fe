"""Disks for tests: small ones, and ones that refuse to be written to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _may_mount() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0


needs_mount = pytest.mark.skipif(not _may_mount(), reason="needs Linux and the right to mount disks")


@contextmanager
def mounted(place: Path, *words: str) -> Iterator[Path]:
    """Mounts something at a place by mount(8), and takes it away in the end."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *words, str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of so many bytes, in memory."""
    return mounted(place, "-t", "tmpfs", "-o", f"size={size}", "none")


class Ballast:
    """A file that fills a disk up."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / ".ballast"

    def fill(self, free: int) -> None:
        """Leaves so many bytes free."""
        self.drop()
        room = os.statvfs(self._file.parent)
        with self._file.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - free))

    def drop(self) -> None:
        """Space returns."""
        self._file.unlink(missing_ok=True)


@contextmanager
def immutable(path: Path, within: Path) -> Iterator[None]:
    """Nobody, not even root, can change this; skips the test where the file system has no such thing.

    `within`: the folder in which it may have moved in the end.
    """
    done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, check=False)
    try:
        if done.returncode:
            pytest.skip(f"chattr does not work here: {done.stderr.decode().strip()}")
        yield
    finally:
        subprocess.run(["chattr", "-R", "-f", "-i", str(within)], check=False)
