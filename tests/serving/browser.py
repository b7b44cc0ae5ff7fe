"""A headless Chromium that a test tells what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = Path(os.environ.get("PUBENGINE_VALIDATORS") or ROOT / ".validators").absolute()
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def need(there: object, what: str) -> None:
    """Skips where a tool is missing; where all are promised, that is a failure."""
    if not there:
        reason = f"{what} is missing; README.md says how to install it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


class Browser:
    """One page in a browser."""

    def __init__(self) -> None:
        need(shutil.which("node"), "node")
        need(CHROMIUM, "chromium")
        need((TOOLS / "node_modules/puppeteer-core").is_dir(), "puppeteer-core")
        script = Path(__file__).with_name("browser.mjs")
        command = ["node", script, TOOLS, CHROMIUM]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, order: str, **more: Any) -> Any:
        """Sends an order and returns what came of it; fails the test if that is a failure."""
        self._process.stdin.write(json.dumps({"do": order, **more}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "failed" not in answer, (order, more, answer)
        return answer["value"]

    def look(self, width: int = 1000, height: int = 700, scheme: str = "light") -> None:
        """Gives the window a size, and the reader a liking for light or dark."""
        self.tell("look", width=width, height=height, scheme=scheme)

    def open(self, url: str) -> int:
        """Opens a page, and returns the status."""
        return int(self.tell("open", url=url))

    def evaluate(self, code: str) -> Any:
        """The value of an expression in the page."""
        return self.tell("evaluate", code=code)

    def wait(self, code: str) -> None:
        """Waits until an expression in the page is true."""
        self.tell("wait", code=code)

    def press(self, key: str) -> None:
        """Presses a key."""
        self.tell("press", key=key)

    def close(self) -> None:
        """Ends the browser."""
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
