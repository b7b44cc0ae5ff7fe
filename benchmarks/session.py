"""Measures engines in turn, with one corpus in one place."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.layout import Site
from benchmarks.measure import Cost, RunFailed, RunTooLong, measure
from benchmarks.results import LeftOut, Measured, Session
from benchmarks.scenarios import Scenario, WrongOutcome, look_at, word_of

SETTLING = 2.5
"""Seconds between a change and the builds after it.

Who changes a file and builds within the same tick of the file system's clock may be overlooked, so engines that go by
times of files distrust very young ones: pubengine those of less than two seconds."""
OURS = "pubengine"


@dataclass(frozen=True)
class Rules:
    """How long and how often."""

    runs: int
    """How often each engine builds for a scenario; once more, before, for the memory."""
    limit: float
    """Seconds after which a run is ended; its engine is not tried any further."""
    budget: float
    """Seconds after which an engine has no further run for the same scenario."""


class Turns:
    """The measuring of one session."""

    def __init__(
        self, session: Session, sites: Sequence[Site], engines_folder: Path, rules: Rules, note: Callable[[str], None]
    ) -> None:
        """`sites`: written already, in the order of turns; `note` tells how far it is."""
        self._session = session
        self._sites = list(sites)
        self._engines_folder = engines_folder
        self._rules = rules
        self._note = note
        self._primed = False
        self._tag: dict[str, str] = {}
        """What the renamed tag is called by now, by engine."""

    def take(self, scenario: Scenario) -> None:
        """Measures one scenario; whatever comes out is added to the session."""
        if not scenario.cold and not self._primed:
            self._prime(scenario)
            self._primed = True
        self._measure(scenario)

    def _prime(self, scenario: Scenario) -> None:
        """Builds everything once, as engines are told to where they may keep something for the next time."""
        for site in list(self._sites):
            self._note(f"{site.engine.name}: a whole build before the changes")
            try:
                self._build(site, cold=False)
            except (RunFailed, RunTooLong) as problem:
                self._drop(site, scenario, str(problem))

    def _measure(self, scenario: Scenario) -> None:
        spent: dict[str, float] = defaultdict(float)
        there = [site for site in self._sites if site.engine.builds_cold or not scenario.cold]
        alone = {site.engine.name for site in there} == {OURS}
        for number in range(self._rules.runs + 1):
            turn = [site for site in there if site in self._sites and self._may_go_on(site, spent)]
            if not alone and {site.engine.name for site in turn} <= {OURS}:
                break
            word = word_of(scenario, number)
            for site in turn:
                scenario.change(site, word)
            if not scenario.cold:
                time.sleep(SETTLING)
            for site in turn:
                name, wall = site.engine.name, self._run(site, scenario, number)
                self._note(f"{scenario.title}, run {number}, {name}: " + (f"{wall:.2f} s" if wall else "left out"))
                if wall is None:
                    there.remove(site)
                elif number:
                    spent[name] += wall

    def _may_go_on(self, site: Site, spent: Mapping[str, float]) -> bool:
        """The budget is for others: they are compared with us, run by run."""
        return site.engine.name == OURS or spent[site.engine.name] < self._rules.budget

    def _run(self, site: Site, scenario: Scenario, number: int) -> float | None:
        """One run, that of number 0 for the memory: adds what came out to the session.

        Returns the seconds, or None if it did not go well and its engine is to have no further run.
        """
        word, name = word_of(scenario, number), site.engine.name
        earlier = self._tag.get(name, site.corpus.renamed_tag())
        try:
            cost = self._build(site, cold=scenario.cold, memory=not number)
            outcome = look_at(site, scenario, word, earlier)
        except (RunFailed, RunTooLong) as problem:
            self._drop(site, scenario, str(problem))
            return None
        except WrongOutcome as problem:
            self._session.left_out.append(LeftOut(scenario.name, name, f"wrong: {problem}"))
            return None
        finally:
            if scenario.name == "tag":
                self._tag[name] = word
        self._session.measured.append(Measured(scenario.name, name, number, **cost._asdict(), **outcome._asdict()))
        return cost.wall

    def _build(self, site: Site, *, cold: bool, memory: bool = False) -> Cost:
        """Builds once everything written so far is on the disk, so that no build pays for another."""
        os.sync()
        command = site.engine.command(self._engines_folder / site.engine.name, cold=cold)
        environment = environment_of(site.engine.name)
        return measure(command, site.folder, environment, self._rules.limit, memory=memory)

    def _drop(self, site: Site, scenario: Scenario, why: str) -> None:
        self._sites.remove(site)
        self._session.left_out.append(LeftOut(scenario.name, site.engine.name, why))


def environment_of(engine: str) -> dict[str, str]:
    """That of this process; only pubengine may be found by way of PYTHONPATH."""
    ours = engine == OURS
    return {name: value for name, value in os.environ.items() if ours or name != "PYTHONPATH"}
