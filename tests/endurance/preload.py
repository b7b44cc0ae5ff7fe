"""Signals just before any chosen change that a process makes in a folder, by functions preloaded into it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from endurance.changing import Changing, environment

needs_preload = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("cc"), reason="needs Linux and a C compiler"
)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The functions to be preloaded, compiled."""
    target = tmp_path_factory.mktemp("library") / "strike_at.so"
    source = Path(__file__).with_name("strike_at.c")
    subprocess.run(["cc", "-O1", "-Wall", "-shared", "-fPIC", "-o", target, source, "-ldl"], check=True)
    return target


class Striker:
    """Builds a site, and sends the build a signal just before one of its changes."""

    def __init__(self, site: Changing, library: Path, *options: str) -> None:
        self._site = site
        self._library = library
        self._options = options

    def changes(self) -> int:
        """How many changes a build makes that nobody strikes."""
        told = self._site.root.parent / "changes"
        self._run({"STRIKE_COUNT": str(told)})
        return int(told.read_text())

    def strike(self, number: int, signal: int) -> subprocess.CompletedProcess[bytes]:
        """Strikes before the nth change of each of the build's processes."""
        return self._run({"STRIKE_NUMBER": str(number), "STRIKE_SIGNAL": str(signal)})

    def _run(self, told: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
        given = {"LD_PRELOAD": str(self._library), "STRIKE_UNDER": str(self._site.root), **told}
        command = self._site.command(*self._options)
        return subprocess.run(command, capture_output=True, check=False, timeout=100, env=environment() | given)
