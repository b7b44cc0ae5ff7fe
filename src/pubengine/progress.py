"""Those who watch a build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pubengine.plan import Opened, Plan


class Outlook(Protocol):
    """Somebody who watches a build."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Told how much of a step is done."""

    def say(self, line: str) -> None:
        """Told something in words."""

    def planned(self, site: Opened, plan: Plan) -> None:
        """Told what is going to be published, before any page is made."""


class Unwatched:
    """Nobody."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """Nothing."""

    def planned(self, site: Opened, plan: Plan) -> None:
        """Nothing."""
