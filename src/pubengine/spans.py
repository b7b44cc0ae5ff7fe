"""Where the time of a build went: stretches of time with what was done in them, for a table and for a trace."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of time."""

    kind: str
    """`step` of the build, `hook` of a plugin, `template`, or `page` made by a plugin's function."""
    name: str
    """Of the step; `plugin: hook`; of the template; the plugin."""
    subject: str
    """What it was done to: a source, a page."""
    start: int
    """Nanoseconds of the machine's monotonic clock, which all its processes share."""
    length: int
    """Nanoseconds."""
    process: int


class Spans:
    """Takes the times of one process."""

    def __init__(self) -> None:
        self._taken: list[Span] = []
        self._home = os.getpid()

    @contextmanager
    def span(self, kind: str, name: str, subject: str = "") -> Iterator[None]:
        """Takes the time of what is done within."""
        start = time.perf_counter_ns()
        try:
            yield
        finally:
            self._taken.append(Span(kind, name, subject, start, time.perf_counter_ns() - start, os.getpid()))

    def add(self, spans: Iterable[Span]) -> None:
        """Adds what another process took."""
        self._taken += spans

    def take(self) -> tuple[Span, ...]:
        """What was taken since the last time; not what the process had taken that this one is a copy of."""
        taken, self._taken = self._taken, []
        return tuple(span for span in taken if span.process == os.getpid() or self._home == os.getpid())


class Row(NamedTuple):
    """Stretches of one name together."""

    kind: str
    name: str
    times: int
    seconds: float
    longest: float
    """Seconds of the longest."""
    of: str
    """What the longest was done to."""


def table(spans: Iterable[Span]) -> list[Row]:
    """The times by kind and name: steps in their order, everything else the longest first."""
    groups: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda one: one.start):
        groups[span.kind, span.name].append(span)
    rows = []
    for (kind, name), some in groups.items():
        longest = max(some, key=lambda one: one.length)
        total = sum(one.length for one in some)
        rows.append(Row(kind, name, len(some), total / 1e9, longest.length / 1e9, longest.subject))
    order = {kind: number for number, kind in enumerate(("step", "hook", "template", "page"))}
    return sorted(rows, key=lambda row: (order[row.kind], 0 if row.kind == "step" else -row.seconds))


def trace(spans: Iterable[Span]) -> str:
    """The times as JSON in the Trace Event Format, which speedscope and Perfetto open."""
    spans = list(spans)
    first = min((span.start for span in spans), default=0)
    events = [
        {
            "ph": "X",
            "cat": span.kind,
            "name": span.name,
            "ts": (span.start - first) / 1000,
            "dur": span.length / 1000,
            "pid": span.process,
            "tid": span.process,
            "args": {"of": span.subject} if span.subject else {},
        }
        for span in sorted(spans, key=lambda one: (one.start, -one.length))
    ]
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}, ensure_ascii=False, indent=None)
