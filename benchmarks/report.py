"""Makes tables, and the page of the project's site, from what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from statistics import median
from string import Template
from typing import NamedTuple

from benchmarks.engines import ENGINES
from benchmarks.results import LeftOut, Measured, Session
from benchmarks.scenarios import SCENARIOS, Scenario

OURS = "pubengine"
PAGE = Path(__file__).with_name("page.md")


class Spread(NamedTuple):
    """Some numbers: the one in the middle, the lowest, the highest."""

    middle: float
    low: float
    high: float

    def __format__(self, form: str) -> str:
        """The middle, and the others in brackets."""
        return f"{self.middle:{form}} ({self.low:{form}} to {self.high:{form}})"


def spread(numbers: Iterable[float]) -> Spread:
    """Raises `StatisticsError` if there are none."""
    some = list(numbers)
    return Spread(median(some), min(some), max(some))


def ratios(mine: Iterable[Measured], others: Iterable[Measured], of: Callable[[Measured], float]) -> Spread | None:
    """Our number over the other's, pair by pair: runs of one number were made one after the other.

    None if there is no pair. Below 1, ours is the smaller.
    """
    by_number = {run.number: of(run) for run in others}
    pairs = [of(run) / by_number[run.number] for run in mine if by_number.get(run.number)]
    return spread(pairs) if pairs else None


def runs_of(session: Session, scenario: str, engine: str) -> list[Measured]:
    """The runs of one engine, without the one for the memory."""
    return [run for run in session.measured if (run.scenario, run.engine) == (scenario, engine) and run.number]


def memory_of(session: Session, scenario: str, engine: str) -> float:
    """The peak memory of one engine, in MiB; 0 if nobody looked."""
    runs = (run for run in session.measured if (run.scenario, run.engine) == (scenario, engine))
    return max((run.memory for run in runs), default=0)


def table(rows: Sequence[Sequence[str]], *, numbers: bool = True) -> str:
    """A Markdown table; the first row is its head. `numbers`: all columns but the first are flush right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    rule = ["-" * widths[0], *("-" * (width - 1) + (":" if numbers else "-") for width in widths[1:])]
    head, *body = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def scenario_table(session: Session, scenario: Scenario) -> str:
    """What each engine took for one kind of build, and our numbers over its own; empty if nothing was measured."""
    mine = runs_of(session, scenario.name, OURS)
    head = ["Engine", "Wall, s", "CPU, s", "Peak, MiB", "Files", "MiB", "Shown on", "Runs"]
    rows = [[*head, "Wall ratio", "CPU ratio", "Memory ratio"]]
    for name, engine in ENGINES.items():
        if runs := runs_of(session, scenario.name, name):
            memory = memory_of(session, scenario.name, name)
            share = memory_of(session, scenario.name, OURS) / memory if memory else 0
            rows.append([engine.title, *_costs(runs, memory), *_ratio_cells(name, mine, runs, share)])
    return table(rows) if len(rows) > 1 else ""


def _costs(runs: Sequence[Measured], memory: float) -> list[str]:
    last = runs[-1]
    return [
        f"{spread(run.wall for run in runs):.2f}",
        f"{median(run.cpu for run in runs):.2f}",
        f"{memory:.0f}" if memory else "",
        f"{last.files:,}",
        f"{last.size:.1f}",
        f"{last.shown:,}" + (" *" if last.stale else ""),
        str(len(runs)),
    ]


def _ratio_cells(name: str, mine: Sequence[Measured], runs: Sequence[Measured], memory: float) -> list[str]:
    if name == OURS:
        return ["", "", ""]
    wall, cpu = ratios(mine, runs, lambda run: run.wall), ratios(mine, runs, lambda run: run.cpu)
    return [f"{wall:.2f}" if wall else "", f"{cpu:.2f}" if cpu else "", f"{memory:.2f}" if memory else ""]


def summary_table(sessions: Sequence[Session], scenario: Scenario) -> str:
    """Our wall time over that of each other engine, by place and number of posts; empty if there is no pair."""
    peers = [name for name in ENGINES if name != OURS and any(runs_of(one, scenario.name, name) for one in sessions)]
    rows = [["Place, posts", *(ENGINES[name].title for name in peers)]]
    for session in sessions:
        mine = runs_of(session, scenario.name, OURS)
        cells = [ratios(mine, runs_of(session, scenario.name, name), lambda run: run.wall) for name in peers]
        if any(cells):
            rows.append([f"{session.place}, {session.posts:,}", *(f"{cell:.2f}" if cell else "" for cell in cells)])
    return table(rows) if len(rows) > 1 else ""


def session_report(session: Session, level: int = 3) -> str:
    """Everything of one session, in Markdown; `level`: that of its headings."""
    parts = [f"{'#' * level} {session.posts:,} posts, {session.place}"]
    for scenario in SCENARIOS.values():
        if made := scenario_table(session, scenario):
            parts += [f"{'#' * (level + 1)} {scenario.title}, {session.posts:,} posts, {session.place}", made]
    if session.left_out:
        parts.append("\n".join(map(_missing, session.left_out)))
    return "\n\n".join(parts)


def _missing(one: LeftOut) -> str:
    """Why an engine is not in a table. After what is wrong it goes on with the next scenario, otherwise not."""
    rest = "" if one.why.startswith("wrong") else " and those after it"
    return f"- {ENGINES[one.engine].title} is not in “{SCENARIOS[one.scenario].title}”{rest}: {_short(one.why)}"


def _short(text: str) -> str:
    return " ".join(text.split())[:200]


def in_order(sessions: Iterable[Session]) -> list[Session]:
    """By place, then by number of posts."""
    return sorted(sessions, key=lambda one: (one.place != "RAM disk", one.posts))


def page(sessions: Sequence[Session]) -> str:
    """The page of the project's site."""
    sessions = in_order(sessions)
    summaries = [f"### {one.title}\n\n{made}" for one in SCENARIOS.values() if (made := summary_table(sessions, one))]
    remarks = dict.fromkeys(one.remark for one in sessions if one.remark)
    return Template(PAGE.read_text("utf-8")).substitute(
        remarks="".join(f'!!! warning "Not the last word"\n    {remark}\n\n' for remark in remarks),
        days=_listed(dict.fromkeys(one.started[:10] for one in sessions)),
        summaries="\n\n".join(summaries),
        machine=_machine_table(sessions),
        versions=_versions_table(sessions),
        sessions="\n\n".join(session_report(one) for one in sessions),
    )


def _machine_table(sessions: Sequence[Session]) -> str:
    """One line for what was the same always, several for what was not."""
    rows = [["What", "On this machine"]]
    for name in dict.fromkeys(name for one in sessions for name in one.machine):
        values = [(one.machine.get(name, ""), f"{one.place}, {one.posts:,}") for one in sessions]
        groups = groupby(sorted(values), key=lambda pair: pair[0])
        found = {value: [where for _, where in some] for value, some in groups}
        told = (
            next(iter(found)) if len(found) == 1 else "; ".join(f"{v} ({_listed(some)})" for v, some in found.items())
        )
        rows.append([name, told])
    return table(rows, numbers=False)


def _versions_table(sessions: Sequence[Session]) -> str:
    rows = [["Engine", "Version"]]
    for name, engine in ENGINES.items():
        if found := dict.fromkeys(one.versions[name] for one in sessions if name in one.versions):
            rows.append([engine.title, _listed(found)])
    return table(rows, numbers=False)


def _listed(values: Iterable[str]) -> str:
    return "; ".join(values)
