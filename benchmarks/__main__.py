"""Measures pubengine beside other engines, in one session; README.md beside this file says what and how.

    python -m benchmarks /dev/shm/benchmark --disk /var/tmp/benchmark
    python -m benchmarks --from results.json --report content/guide/measurements.md
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.engines import ENGINES, Engine, Pubengine
from benchmarks.install import InstallationFailed
from benchmarks.machine import machine, place
from benchmarks.report import in_order, page, session_report
from benchmarks.results import LeftOut, Session, read, with_session, write
from benchmarks.scenarios import SCENARIOS
from benchmarks.session import Rules, Turns, environment_of
from benchmarks.sites import Site, write_sites

HERE = Path(__file__).parent


def main() -> int:
    """Does what the command line asks for; returns the exit status."""
    given = arguments()
    try:
        sessions = read(given.results_from) if given.results_from else _measure_all(given)
        if given.report:
            given.report.write_text(page(sessions) if sessions else "", "utf-8")
    except (InstallationFailed, OSError, ValueError, subprocess.CalledProcessError) as problem:
        _note(str(problem))
        return 1
    return 0


def _measure_all(given: argparse.Namespace) -> list[Session]:
    """Measures in every place with every number of posts; what is done is in the results file at once."""
    engines = [_engine(name, given) for name in given.engines]
    for engine in engines:
        _note(f"installing {engine.name}")
        engine.install(given.installed / engine.name)
    versions = {one.name: _version(one, given.installed / one.name) for one in engines}
    results = given.results or given.folder / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    sessions = read(results) if results.exists() else []
    too_slow: dict[str, str] = {}
    for posts in sorted(given.posts):
        for folder in filter(None, (given.folder, given.disk)):
            taking_part = [one for one in engines if given.all_sizes or posts <= (one.most_posts or posts)]
            session = _begin(given, folder, posts, versions)
            _measure_session(session, taking_part, folder / str(posts), given, too_slow)
            sessions = with_session(sessions, session)
            write(results, sessions)
            print(session_report(session), flush=True)
    return in_order(sessions)


def _begin(given: argparse.Namespace, folder: Path, posts: int, versions: dict[str, str]) -> Session:
    folder.mkdir(parents=True, exist_ok=True)
    return Session(
        place=place(folder),
        posts=posts,
        seed=given.seed,
        limit=given.limit * 60,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=machine(folder),
        versions=versions,
        remark=given.remark,
    )


def _measure_session(
    session: Session, engines: Sequence[Engine], folder: Path, given: argparse.Namespace, too_slow: dict[str, str]
) -> None:
    """`too_slow`: engines that took too long with as many posts or fewer, and why; kept up to date."""
    scenarios = [SCENARIOS[name] for name in given.scenarios]
    session.left_out += [LeftOut(scenarios[0].name, one.name, too_slow[one.name]) for one in engines if one.name in too_slow]
    corpus = Corpus(session.posts, session.seed)
    sites = [Site(folder / one.name, one, corpus) for one in engines if one.name not in too_slow]
    note = _noting(f"{session.place}, {session.posts:,} posts")
    note("writing the sites")
    write_sites(sites, given.installed)
    Turns(session, sites, given.installed, Rules(given.runs, given.limit * 60, given.budget * 60)).take(scenarios, note)
    too_slow |= {one.engine: one.why for one in session.left_out if one.why.startswith("longer")}
    if not given.keep:
        shutil.rmtree(folder)


def _engine(name: str, given: argparse.Namespace) -> Engine:
    return Pubengine(given.pubengine.split()) if name == "pubengine" and given.pubengine else ENGINES[name]()


def _version(engine: Engine, folder: Path) -> str:
    """What the engine says of itself, without its name."""
    said = subprocess.run(
        engine.version_command(folder), capture_output=True, text=True, check=True, env=environment_of(engine.name)
    )
    words = said.stdout.split("\n")[0].split()
    return next(word for word in words if word.lstrip("v")[:1].isdigit()).removeprefix("v").split("-")[0]


def _noting(where: str) -> Callable[[str], None]:
    return lambda text: _note(f"{where}: {text}")


def _note(text: str) -> None:
    """Tells the one who waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures pubengine beside other engines.")
    add = parser.add_argument
    add("folder", type=Path, nargs="?", help="where to write and build the sites; a RAM disk leaves the disk out of it")
    add("--disk", type=Path, metavar="FOLDER", help="a second place; everything is measured there as well")
    add("--posts", type=int, nargs="+", default=[1_000, 10_000, 100_000], metavar="N", help="how many posts, each its own session")
    add("--engines", type=_names(ENGINES), default=list(ENGINES), metavar="A,B", help=f"of {', '.join(ENGINES)}")
    add("--scenarios", type=_names(SCENARIOS), default=list(SCENARIOS), metavar="A,B", help=f"of {', '.join(SCENARIOS)}")
    add("--runs", type=int, default=5, help="how often each engine builds for a scenario (default: %(default)s)")
    add("--limit", type=float, default=30, metavar="MINUTES", help="after which a run is ended (default: %(default)s)")
    add("--budget", type=float, default=5, metavar="MINUTES", help="after which an engine has no further run for a scenario (default: %(default)s)")
    add("--all-sizes", action="store_true", help="try all engines with all numbers of posts, also those known to be too slow")
    add("--seed", type=int, default=1, help="another seed, other posts (default: %(default)s)")
    add("--pubengine", metavar="COMMAND", help="how to start pubengine (default: as a module of this Python)")
    add("--installed", type=Path, default=HERE / ".engines", metavar="FOLDER", help="where the others are installed")
    add("--keep", action="store_true", help="leave the sites where they are when all is measured")
    add("--results", type=Path, metavar="FILE", help="where the numbers go, in JSON; earlier ones are kept (default: results.json in the folder)")
    add("--remark", default="", metavar="TEXT", help="what the report is to say about these numbers")
    add("--report", type=Path, metavar="FILE", help="write the page of the project's site")
    add("--from", dest="results_from", type=Path, metavar="FILE", help="measure nothing; report what is in this file")
    given = parser.parse_args(words)
    if not given.folder and not given.results_from:
        parser.error("name a folder, or with --from a file of results")
    return given


def _names(known: Sequence[str] | dict[str, object]) -> Callable[[str], list[str]]:
    """Reads names with commas between them, and puts them into the order in which they are known."""

    def names(text: str) -> list[str]:
        asked = text.split(",")
        if unknown := [name for name in asked if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return [name for name in known if name in asked]

    return names


if __name__ == "__main__":
    sys.exit(main())
