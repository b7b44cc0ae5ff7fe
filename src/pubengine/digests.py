"""Hashes of files, and when a file need not be opened to know that it still has the bytes it had."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pubengine.cache import Cache, decoded

Stat = tuple[int, int, int, int]
"""Size in bytes, time of change of the bytes and of the entry, both in nanoseconds since 1970, and number of the inode."""

SETTLED = 2_000_000_000
"""Nanoseconds after a change from which on another one would show in the times; the coarsest file systems count in two seconds."""
FINE = 100_000_000
"""Likewise where a time is no multiple of 10 ms, so that it was taken from a clock that ticks at least as often as that."""


def digest_of(data: bytes) -> str:
    """The hash of some bytes, as 32 hexadecimal digits (BLAKE2b, RFC 7693)."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def digest_of_file(path: str | Path) -> str:
    """The hash of a file's bytes, without holding them all. Raises OSError."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def digest_of_texts(texts: Iterable[str]) -> str:
    """The hash of several texts in their order; no two different lists of texts without NUL have the same."""
    return digest_of("\0".join(texts).encode("utf-8", "surrogatepass"))


def stat_of(state: os.stat_result) -> Stat:
    """What of a file's state tells of a change."""
    return (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)


def is_settled(stat: Stat, now: int) -> bool:
    """Whether a file last changed so long before `now`, in nanoseconds, that a change after it would show."""
    coarse, fine = now - SETTLED, now - min(FINE, SETTLED)
    return all(moment < coarse or (moment < fine and moment % 10_000_000 != 0) for moment in stat[1:3])


class Digests:
    """Hashes of files by path; opens only those whose state is not what it was when they were hashed last.

    A state is believed only if it was settled when it was noted: a change in the same tick of the file
    system's clock, with the same size, would not show. The others are opened again.
    """

    def __init__(self, root: Path, known: dict[str, tuple[Stat, str]]) -> None:
        self._root = str(root)
        self._known = known
        self._now = time.time_ns()
        self._seen: dict[str, tuple[Stat, str]] = {}

    def of(self, path: str, stat: Stat | None = None) -> str:
        """The hash of the file at `path`, absolute or relative to the site's root. Raises OSError.

        `stat`: its state, where that is known from moments ago; it must have been asked for before the file is read.
        """
        if path in self._seen:
            return self._seen[path][1]
        full = os.path.join(self._root, path)
        stat = stat or stat_of(os.stat(full))
        digest = self.believed(path, stat) or digest_of_file(full)
        self._seen[path] = (stat, digest)
        return digest

    def believed(self, path: str, stat: Stat) -> str:
        """The hash of a file in that state, or an empty string where only opening it can tell."""
        known = self._known.get(path)
        return known[1] if known and known[0] == stat else ""

    def note(self, path: str, stat: Stat, digest: str) -> None:
        """Keeps what somebody else found: the file, in the state it had before it was read, has that hash."""
        self._seen[path] = (stat, digest)

    def settled(self) -> dict[str, tuple[Stat, str]]:
        """What may be believed next time of the files that were asked for this time."""
        return {path: (stat, digest) for path, (stat, digest) in self._seen.items() if is_settled(stat, self._now)}


def known_states(cache: Cache) -> dict[str, tuple[Stat, str]]:
    """What the cache knows of files' states. Raises CacheError."""
    return decoded(cache.note("states"), dict[str, tuple[Stat, str]]) or {}


def keep_states(cache: Cache, digests: Digests) -> None:
    """Keeps what may be believed next time."""
    cache.keep_note("states", msgspec.json.encode(digests.settled()))
