"""Many blows at a site that changes, each held against the promise."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from endurance.changing import Changing, environment, leftovers
from endurance.trace import calls_at


class Blows:
    """Many blows at the change from one version to the other and back, and what became of the site after each."""

    def __init__(self, site: Changing, *, first: bool = False, may_stay: tuple[str, ...] = ()) -> None:
        self.may_stay = {*may_stay}
        self.site = site
        self.first = first
        self.old, self.new = "none", "one"
        self.tried = 0
        self.struck = 0
        self.broken: list[str] = []

    def strike(
        self, name: str, run: Callable[[], subprocess.CompletedProcess[bytes]]
    ) -> subprocess.CompletedProcess[bytes]:
        """Lets a build be struck by `run`, then holds the site against the promise; what is broken is noted."""
        site = self.site
        self.old, self.new = ("none" if self.first else self.new), {"one": "two", "two": "one"}[self.new]
        site.turn_to(self.new)
        if self.first:
            unbuilt(site)
        sources = site.sources()
        done = run()
        self.tried += 1
        self.struck += done.returncode != 0
        found = site.published()
        self._hold(name, found in (self.old, self.new), f"the output is {found}")
        self._hold(name, site.sources() == sources, "sources changed")
        self._hold(name, b"Traceback" not in done.stderr, "a traceback", done.stderr.decode())
        if b"as it was" in done.stderr:
            self._hold(
                name, found == self.old, "it says that the site is as it was, and it is the new one", done.stderr
            )
        if done.returncode == 0:
            self._hold(name, found == self.new, "status 0, and not the new site")
        if 0 < done.returncode < 5:
            self._hold(name, b"error[" in done.stderr, "status not 0 without an error", done.stderr)
            self._hold(name, found == self.old, "an error, and yet the new site", done.stderr)
        built = site.build()
        self._hold(name, built.exit_code == 0, "the next build fails", f"{built.stderr}{built.data}")
        self._hold(name, site.published() == self.new, "the next build is not what a clean one is")
        if done.returncode:  # else the next build had nothing to do, and did not look
            self._hold(name, not set(leftovers(site)) - self.may_stay, "something is left", leftovers(site))
        self._hold(name, not built.codes, "the next build warns", built.codes)
        if site.published() != self.new or leftovers(site):
            unbuilt(site)
            site.build()
        return done

    def _hold(self, name: str, good: bool, what: str, shown: object = "") -> None:
        if not good:
            self.broken.append(f"{what} ({name}) {shown}")

    def verdict(self, least: float = 0.5) -> None:
        """Fails the test if anything was broken, or fewer blows struck than a share; says how many, for `pytest -s`."""
        kinds = Counter(one.partition(" (")[0] for one in self.broken)
        print(f"\n{self.tried} points, {self.struck} struck; broken promises: {dict(kinds)}")  # noqa: T201
        assert self.struck >= self.tried * least
        assert not self.broken, "\n".join(self.broken[:40])


def unbuilt(site: Changing) -> None:
    """Takes everything away that builds made."""
    for folder in ("public", ".pubengine"):
        shutil.rmtree(site.root / folder, ignore_errors=True)


def made_ready(site: Changing, *, first: bool = False) -> None:
    """The second version is published, or nothing if that is a first build, and the sources are the first."""
    site.turn_to("two")
    site.build()
    site.turn_to("one")
    if first:
        unbuilt(site)


def points(site: Changing, tmp_path: Path, *options: str, first: bool = False) -> dict[str, list[int]]:
    """The system calls that have to do with the site, in a build that changes it from one version to the other."""
    made_ready(site, first=first)
    return calls_at(site.root, site.command(*options), tmp_path / "log", environment())
