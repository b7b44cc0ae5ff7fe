"""Those who watch a build."""

from __future__ import annotations

from typing import Protocol


class Outlook(Protocol):
    """Somebody who watches a build."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Told how much of a step is done."""

    def say(self, line: str) -> None:
        """Told something in words."""


class Unwatched:
    """Nobody."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """Nothing."""
