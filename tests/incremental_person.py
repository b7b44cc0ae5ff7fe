"""Somebody who has a site, changes it and builds it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import incremental_material as material
from hypothesis.stateful import RuleBasedStateMachine
from incremental_builds import Resident, Wanted, by_the_program, in_a_fresh_process
from incremental_site import Build, ChangingSite


class Order(NamedTuple):
    """A build that a rule ends with."""

    wanted: Wanted
    way: str


def files_in(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() or path.is_symlink():
            yield path.as_posix()


class Person(RuleBasedStateMachine):
    """Holds a site; the rules are in `incremental_machine.py`."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="incremental-"))
        self.site = ChangingSite(self.folder / "site")
        self.settings = dict(material.FIRST)
        self.resident: Resident | None = None
        self.moves = 0

    def teardown(self) -> None:
        try:
            self.build(Order(Wanted(), "fresh"))
        finally:
            if self.resident:
                self.resident.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    # Building.

    def way(self, name: str) -> Build:
        if name == "program":
            return by_the_program
        # Python imports a module of the site's own once in a process.
        if name == "resident" and not (self.site.root / "plugins/imports.py").exists():
            self.resident = self.resident or Resident()
            return self.resident.build
        return in_a_fresh_process

    def build(self, order: Order) -> None:
        wanted = order.wanted._replace(strict=order.wanted.strict)
        self.site.build(wanted, self.way(order.way))

    def then(self, order: Order | None) -> None:
        if order:
            self.build(order)

    def source(self, number: int) -> Path | None:
        """One of the files that a person may have written."""
        names = ("content", "plugins", "themes", "data", "extra", "lib")
        found = [path for name in names for path in files_in(self.site.root / name) if "__pycache__" not in path]
        return Path(found[number % len(found)]) if found else None

    def put(self, files: dict[str, Any]) -> None:
        """Writes those of the files that no folder or file stands in the way of."""
        self.site.write({name: data for name, data in files.items() if self.free(self.site.root / name)})

    def free(self, path: Path) -> bool:
        """Whether a file can be at that path, without writing through a link."""
        if path.is_dir() or path.is_symlink():
            return False
        above = [one for one in path.parents if one.is_relative_to(self.site.root)]
        return all(not one.is_symlink() and (one.is_dir() or not one.exists()) for one in above)
