"""Many damages to a file that the engine keeps, each held against the promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from endurance.blows import unbuilt
from endurance.changing import Changing

ALLOWED = {"cache-set-aside", "cache-unusable"}
"""What a build may say of a cache that is damaged."""


class Flips:
    """Many damages to one file of a site that changes, each held against the promise."""

    def __init__(self, site: Changing, path: Path, allowed: set[str]) -> None:
        self.site = site
        self.path = path
        self.allowed = allowed
        self.broken: list[str] = []
        self.codes: Counter[str] = Counter()
        self.version = "one"
        site.turn_to("one")
        site.build()

    def damage(self, name: str, change: Callable[[bytearray], bytes]) -> None:
        """Changes the file's bytes, then builds the other version, or the same one again."""
        good = self.path.read_bytes()
        self.path.write_bytes(change(bytearray(good)))
        self.version = "two" if self.version == "one" else "one"
        self.site.turn_to(self.version)
        try:
            built = self.site.build()
        except Exception as problem:  # noqa: BLE001 - what the program does not catch is what is looked for
            self.broken.append(f"{type(problem).__name__} escapes ({name}) {problem}")
        else:
            self.codes.update(set(built.codes) & ALLOWED)
            if built.exit_code or self.site.published() != self.version:
                self.broken.append(f"status {built.exit_code}, {built.codes} ({name}) {built.data['diagnostics'][:1]}")
            elif not (len(built.codes) <= 1 and set(built.codes) <= self.allowed):
                self.broken.append(f"warnings {built.codes} ({name})")
        again = self.site.build()
        if again.exit_code or again.codes or self.site.published() != self.version:
            self.broken.append(f"the next build is no better: {again.exit_code} {again.codes} ({name})")
            unbuilt(self.site)
            self.site.build()

    def verdict(self, rounds: int) -> None:
        """Fails the test if anything was broken; says how much was tried, for `pytest -s`."""
        kinds = Counter(one.partition(" (")[0] for one in self.broken)
        print(f"\n{rounds} damages; warnings: {dict(self.codes)}; broken promises: {dict(kinds)}")  # noqa: T201 - shown by pytest -s
        assert not self.broken, "\n".join(self.broken[:40])
