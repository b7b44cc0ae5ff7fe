"""Installs the engines, and measures session after session; whatever is measured is in the results file at once."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.engines import ENGINES, Engine, Pubengine
from benchmarks.layout import Site, write_sites
from benchmarks.machine import machine, place
from benchmarks.report import in_order, session_report
from benchmarks.results import LeftOut, Session, read, with_session, write
from benchmarks.scenarios import SCENARIOS
from benchmarks.session import Rules, Turns, environment_of


class Campaign:
    """All sessions that one command asks for."""

    def __init__(self, given: argparse.Namespace) -> None:
        """`given`: the command line, as `__main__.arguments` reads it."""
        self._given = given
        self._engines = [_engine(name, given.pubengine) for name in given.engines]
        self._file: Path = given.results or given.folder / "results.json"
        self._too_slow: dict[str, str] = {}
        """Engines that took too long with as many posts or fewer, and what was said of it."""

    def run(self) -> list[Session]:
        """Measures everything, and returns all sessions of the results file, also those that were in it before."""
        for engine in self._engines:
            note(f"installing {engine.name}")
            engine.install(self._given.installed / engine.name)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        sessions = read(self._file) if self._file.exists() else []
        for posts in sorted(self._given.posts):
            for folder in filter(None, (self._given.folder, self._given.disk)):
                session = self._begin(folder, posts)
                sessions = with_session(sessions, session)
                self._measure(session, sessions, folder / str(posts))
                print(session_report(session), flush=True)
        return in_order(sessions)

    def _begin(self, folder: Path, posts: int) -> Session:
        """A session without numbers; the engines of earlier ones that were too slow are left out of it already."""
        folder.mkdir(parents=True, exist_ok=True)
        first = self._given.scenarios[0]
        return Session(
            place=place(folder),
            posts=posts,
            seed=self._given.seed,
            limit=self._given.limit * 60,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            machine=machine(folder),
            versions={one.name: _version(one, self._given.installed / one.name) for one in self._fit_for(posts)},
            remark=self._given.remark,
            left_out=[LeftOut(first, name, why) for name, why in self._too_slow.items()],
        )

    def _measure(self, session: Session, sessions: Sequence[Session], folder: Path) -> None:
        """Fills the session; `sessions`: all that the results file holds, this one among them."""
        given = self._given
        corpus = Corpus(session.posts, session.seed)
        sites = [Site(folder / one.name, one, corpus) for one in self._fit_for(session.posts)]
        where = f"{session.place}, {session.posts:,} posts"
        note(f"{where}: writing the sites")
        write_sites(sites, given.installed)
        rules = Rules(given.runs, given.limit * 60, given.budget * 60)
        turns = Turns(session, sites, given.installed, rules, lambda text: note(f"{where}: {text}"))
        for name in given.scenarios:
            turns.take(SCENARIOS[name])
            write(self._file, sessions)
        self._too_slow |= {one.engine: one.why for one in session.left_out if one.why.startswith("longer")}
        if not given.keep:
            shutil.rmtree(folder)

    def _fit_for(self, posts: int) -> list[Engine]:
        everyone = [one for one in self._engines if one.name not in self._too_slow]
        return [one for one in everyone if self._given.all_sizes or posts <= (one.most_posts or posts)]


def note(text: str) -> None:
    """Tells the one who waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def _engine(name: str, start: str | None) -> Engine:
    return Pubengine(start.split()) if name == Pubengine.name and start else ENGINES[name]()


def _version(engine: Engine, folder: Path) -> str:
    """What the engine says of itself, without its name and without a commit."""
    said = subprocess.run(
        engine.version_command(folder), capture_output=True, text=True, check=True, env=environment_of(engine.name)
    )
    words = said.stdout.split("\n")[0].split()
    return next(word for word in words if word.lstrip("v")[:1].isdigit()).removeprefix("v").split("-")[0]
