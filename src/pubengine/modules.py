"""Modules that plugins import, perhaps only as they run, and that no distribution brought: somebody's own, which change."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pubengine.cache import Cache, decoded
from pubengine.registry import Registry

_NOTE = "modules"


class Modules:
    """The files of such modules, as earlier builds found out and as this one does. Raises CacheError."""

    def __init__(self, cache: Cache, registry: Registry, root: Path) -> None:
        self._cache = cache
        self._root = root
        known = decoded(cache.note(_NOTE), list[str]) or ()
        self.files = {os.path.join(root, path) for path in known} | set(registry.modules())
        """Absolute paths."""

    def add(self, files: Iterable[str]) -> None:
        """Adds what some process imported."""
        self.files.update(files)

    def save(self) -> None:
        """Keeps them for the next build: those of the site relative to it, for it may be somewhere else then."""
        inside = f"{self._root}{os.sep}"
        self._cache.keep_note(_NOTE, msgspec.json.encode(sorted(path.removeprefix(inside) for path in self.files)))
