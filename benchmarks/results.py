"""What was measured, as it is kept in a JSON file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """One run."""

    scenario: str
    engine: str
    number: int
    """Runs of the same number were made one after another, and can be compared as a pair. Run 0 is for the memory: its
    times say nothing, and those after it say nothing of the memory."""
    wall: float
    """Seconds."""
    cpu: float
    """Seconds."""
    memory: float
    """MiB."""
    files: int
    size: float
    """MiB."""
    shown: int
    """How many files show the change."""
    stale: bool
    """Whether a page was left that should be gone."""


@dataclass(frozen=True)
class LeftOut:
    """What could not be measured."""

    scenario: str
    engine: str
    why: str


@dataclass
class Session:
    """All runs with one corpus in one place, made in turn."""

    place: str
    """`RAM disk` or `disk`."""
    posts: int
    seed: int
    limit: float
    """Seconds that a run may take."""
    started: str
    """Date and time in UTC, ISO 8601."""
    machine: dict[str, str]
    """Things that matter of the machine, by their names."""
    versions: dict[str, str]
    """Of engines, by their names on the command line."""
    remark: str = ""
    measured: list[Measured] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def read(path: Path) -> list[Session]:
    """The sessions of a file; raises `OSError` or `ValueError`."""
    return [_session(one) for one in json.loads(path.read_text("utf-8"))["sessions"]]


def _session(data: dict[str, Any]) -> Session:
    measured = [Measured(**one) for one in data.pop("measured")]
    left_out = [LeftOut(**one) for one in data.pop("left_out")]
    return Session(**data, measured=measured, left_out=left_out)


def write(path: Path, sessions: Sequence[Session]) -> None:
    """Writes the sessions."""
    text = json.dumps({"sessions": [asdict(one) for one in sessions]}, indent=1)
    path.write_text(text + "\n", "utf-8")


def with_session(sessions: Sequence[Session], new: Session) -> list[Session]:
    """The sessions, the new one in the place of one with the same corpus in the same place."""
    return [one for one in sessions if (one.place, one.posts) != (new.place, new.posts)] + [new]
