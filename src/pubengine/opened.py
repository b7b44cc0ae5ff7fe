"""What plugins open by themselves: noted for what they do meanwhile, and for all that they do later.

A plugin may keep what it read, in a global or by `functools.cache`, so what it opened once in a process counts for
each of its later calls there. One that opens very many files hardly keeps them all; what it does is not remembered.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pubengine.audit import watching
from pubengine.inputs import Inputs, digest_of_path

MOST = 64
"""How many files of one plugin are told apart."""


class Opened:
    """What the plugins of one registry opened in this process."""

    def __init__(self, root: Path, inputs: Inputs) -> None:
        self.root = root
        self.inputs = inputs
        self._known: defaultdict[str, dict[tuple[str, str], str]] = defaultdict(dict)

    @contextmanager
    def by(self, plugin: str) -> Iterator[None]:
        """Notes as inputs what a plugin opens meanwhile, and what it opened before."""
        try:
            with watching(partial(self._note, plugin)):
                yield
        finally:
            for (kind, name), digest in self._known[plugin].items():
                self.inputs.note(kind, name, digest)

    def _note(self, plugin: str, kind: str, path: str) -> None:
        known = self._known[plugin]
        if kind == "unseen" or len(known) > MOST:
            known["unseen", path if kind == "unseen" else "many files"] = ""
            return
        inside = os.path.relpath(path, self.root)
        name = path if inside.startswith("..") else inside
        known[kind, name] = digest_of_path(path)
