"""A site that is changed and built again and again, each build held against one from nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from incremental_builds import MANIFEST, Answer, KilledError, Wanted, contents, from_nothing, in_a_fresh_process

from pubengine import testing

Build = Callable[[Path, Wanted], Answer]

CACHE_TROUBLE = {"cache-set-aside", "cache-unusable"}
"""Warnings that a build may give that finds its cache damaged, and no other."""


AT_ONCE = Wanted()


class DifferenceError(AssertionError):
    """A build was not what a build from nothing is."""


class Seen(NamedTuple):
    """What a published file looked like."""

    data: bytes
    changed: int


class ChangingSite:
    """A site in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.damaged = False
        """Whether the cache was tampered with, and no build has complained yet."""
        self._saved_damaged = False
        """Whether files that shared their room do not any more."""
        self.write({"engine.toml": testing.ENGINE, "content/about.md": "+++\ntitle = 'About'\n+++\nWe.\n"})

    @property
    def public(self) -> Path:
        """The folder that is published."""
        return self.root / "public"

    @property
    def kept(self) -> Path:
        """The folder of the cache."""
        return self.root / ".pubengine"

    @property
    def look(self) -> Path:
        """The file by which a build sees at once that nothing changed."""
        return self.kept / "outputs/public/unchanged"

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files in place, by path."""
        for name, data in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)

    def seen(self) -> dict[str, Seen]:
        """The published files as they are."""
        return {
            path: Seen(data, os.lstat(self.public / path).st_mtime_ns) for path, data in contents(self.public).items()
        }

    def foreign(self) -> set[str]:
        """Published files that no manifest speaks of."""
        try:
            ours = json.loads((self.public / MANIFEST).read_bytes())["files"]
        except (OSError, ValueError, KeyError, TypeError):
            ours = {}
        return set(contents(self.public)) - {*ours, MANIFEST}

    # Building.

    def build(self, wanted: Wanted = AT_ONCE, by: Build = in_a_fresh_process, again: Build | None = None) -> Answer:
        """Builds, compares with a build from nothing, and builds once more. Raises DifferenceError."""
        before = self.seen()
        answer = by(self.root, wanted)
        return self.compare(answer, wanted, before, again or in_a_fresh_process)

    def compare(self, answer: Answer, wanted: Wanted, before: dict[str, Seen], again: Build) -> Answer:
        """Looks at what a build said and left."""
        after = self.seen()
        clean, files = from_nothing(self.root, wanted)
        self._refuse(answer, clean)
        if answer.published and answer.exit_code > int(wanted.keep_going):
            raise DifferenceError(f"a build with exit status {answer.exit_code} published")
        if not answer.published:
            _same(before, after, "a build that published nothing changed the output")
        else:
            _same(files, {path: one.data for path, one in after.items()}, "the output is not what a clean build makes")
            self._refuse_rewritten(before, after)
        if answer.codes & CACHE_TROUBLE:
            self.damaged = False
        self._once_more(answer, wanted, after, again)
        return answer

    def _refuse(self, answer: Answer, clean: Answer) -> None:
        told, wanted = answer.told(), clean.told()
        if self.damaged:
            told["diagnostics"] = [one for one in told["diagnostics"] if one["code"] not in CACHE_TROUBLE]
        for name in told:
            if told[name] != wanted[name]:
                raise DifferenceError(f"{name}: {told[name]!r}, and of a clean build: {wanted[name]!r}")

    def _refuse_rewritten(self, before: dict[str, Seen], after: dict[str, Seen]) -> None:
        for path in before.keys() & after.keys() - {MANIFEST}:
            if before[path].data == after[path].data and before[path].changed != after[path].changed:
                raise DifferenceError(f"{path} has the bytes it had, but was written again")

    def _once_more(self, answer: Answer, wanted: Wanted, after: dict[str, Seen], by: Build) -> None:
        """Right after a build another has nothing to do."""
        if wanted.thorough:
            self.look.unlink(missing_ok=True)
        again = by(self.root, wanted)
        told = answer.told()
        told["diagnostics"] = [one for one in told["diagnostics"] if one["code"] not in CACHE_TROUBLE]
        if again.told() != told:
            raise DifferenceError(f"another build right after it says: {again.told()!r}; before: {told!r}")
        _same(after, self.seen(), "another build right after it changed the output")
        if answer.published and answer.exit_code == 0:
            done = {name: again.data[name] for name in ("loaded", "made")} | dict(again.data["written"] or {})
            idle = {"loaded": 0, "made": 0, "new": [], "updated": [], "removed": []}
            if {name: done[name] for name in idle} != idle:
                raise DifferenceError(f"another build right after it was not idle: {done}")

    def refused(self, wanted: Wanted, by: Build) -> None:
        """Builds where something foreign is in the output: it must stay, and everything else."""
        before = self.seen()
        answer = by(self.root, wanted)
        if answer.published or not answer.exit_code:
            raise DifferenceError("a build published over what is not its own")
        _same(before, self.seen(), "a build that refuses changed the output")

    def killed(self, wanted: Wanted, by: Build) -> bool:
        """Builds until it is killed; the output is then the old site or the new. Returns whether it was killed."""
        before = self.seen()
        try:
            answer = by(self.root, wanted)
        except KilledError:
            left = self.seen()
            if left != before:
                _same(from_nothing(self.root, wanted)[1], {path: one.data for path, one in left.items()}, "half a site")
            return True
        self.compare(answer, wanted, before, in_a_fresh_process)
        return False

    # Copies of the whole, or of the cache.

    def move(self, name: str, *, leave: bool) -> None:
        """Copies the site to another folder, every file with a new inode, and goes on there."""
        target = self.root.with_name(name)
        shutil.copytree(self.root, target, symlinks=True, copy_function=shutil.copyfile)
        if not leave:
            shutil.rmtree(self.root)
        self.root = target

    def save_cache(self, *, rename: bool) -> None:
        """Puts the cache aside: a copy, or the very folder."""
        saved = self.root.with_name("saved-cache")
        shutil.rmtree(saved, ignore_errors=True)
        self._saved_damaged = self.damaged
        if self.kept.exists():
            if rename:
                os.rename(self.kept, saved)
            else:
                shutil.copytree(self.kept, saved, symlinks=True)

    def restore_cache(self, *, rename: bool) -> None:
        """Puts back the cache that was put aside."""
        saved = self.root.with_name("saved-cache")
        if not saved.exists():
            return
        shutil.rmtree(self.kept, ignore_errors=True)
        if rename:
            os.rename(saved, self.kept)
        else:
            shutil.copytree(saved, self.kept, symlinks=True)
        self.damaged = self._saved_damaged


def _same(one: Mapping[str, object], other: Mapping[str, object], what: str) -> None:
    if one == other:
        return
    lines = [f"{what}; in brackets, what it should be and what it is:"]
    paths = sorted(one.keys() | other.keys(), key=lambda path: (path == MANIFEST, path))
    lines += [
        f"  {path}: {_parting(one.get(path), other.get(path))}" for path in paths if one.get(path) != other.get(path)
    ]
    raise DifferenceError("\n".join(lines))


def _parting(one: object, other: object) -> str:
    """Where two files part, with a little of each."""
    if isinstance(one, Seen) and isinstance(other, Seen):
        return _parting(one.data, other.data) if one.data != other.data else "another time of change"
    if not isinstance(one, bytes) or not isinstance(other, bytes):
        return f"[{'missing' if one is None else 'there'}] [{'missing' if other is None else 'there'}]"
    start = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(min(one, other, key=len))
    )
    around = slice(max(0, start - 30), start + 50)
    return f"at byte {start} [{one[around]!r}] [{other[around]!r}]"
