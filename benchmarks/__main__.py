"""Measures pubengine beside other engines, in one session; README.md beside this file says what and how.

python -m benchmarks /dev/shm/benchmark --disk /var/tmp/benchmark
python -m benchmarks --from results.json --report content/guide/measurements.md
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from benchmarks.campaign import Campaign, note
from benchmarks.engines import ENGINES
from benchmarks.install import InstallationFailed
from benchmarks.report import in_order, page, session_report
from benchmarks.results import read
from benchmarks.scenarios import SCENARIOS

HERE = Path(__file__).parent


def main() -> int:
    """Does what the command line asks for; returns the exit status."""
    given = arguments()
    try:
        sessions = in_order(read(given.results_from)) if given.results_from else Campaign(given).run()
        if given.report:
            given.report.write_text(page(sessions), "utf-8", newline="\n")
        elif given.results_from:
            print("\n\n".join(session_report(one) for one in sessions))
    except (InstallationFailed, OSError, ValueError, subprocess.CalledProcessError) as problem:
        note(str(problem))
        return 1
    return 0


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures pubengine beside other engines."
    )
    add = parser.add_argument
    add("folder", type=Path, nargs="?", help="where to write and build the sites; a RAM disk leaves the disk out of it")
    add("--disk", type=Path, metavar="FOLDER", help="a second place; everything is measured there as well")
    add(
        "--posts",
        type=int,
        nargs="+",
        default=[1_000, 10_000, 100_000],
        metavar="N",
        help="how many posts, each its own session",
    )
    add("--engines", type=_names(ENGINES), default=list(ENGINES), metavar="A,B", help=f"of {', '.join(ENGINES)}")
    add(
        "--scenarios", type=_names(SCENARIOS), default=list(SCENARIOS), metavar="A,B", help=f"of {', '.join(SCENARIOS)}"
    )
    add("--runs", type=int, default=5, help="how often each engine builds for a scenario (default: %(default)s)")
    add("--limit", type=float, default=30, metavar="MINUTES", help="after which a run is ended (default: %(default)s)")
    add(
        "--budget",
        type=float,
        default=5,
        metavar="MINUTES",
        help="after which an engine has no further run for a scenario (default: %(default)s)",
    )
    add(
        "--all-sizes",
        action="store_true",
        help="try all engines with all numbers of posts, also those known to be too slow",
    )
    add("--seed", type=int, default=1, help="another seed, other posts (default: %(default)s)")
    add("--pubengine", metavar="COMMAND", help="how to start pubengine (default: as a module of this Python)")
    add("--installed", type=Path, default=HERE / ".engines", metavar="FOLDER", help="where the others are installed")
    add("--keep", action="store_true", help="leave the sites where they are when all is measured")
    add(
        "--results",
        type=Path,
        metavar="FILE",
        help="where the numbers go, in JSON; earlier ones are kept (default: results.json in the folder)",
    )
    add("--remark", default="", metavar="TEXT", help="what the report is to say about these numbers")
    add("--report", type=Path, metavar="FILE", help="write the page of the project's site")
    add("--from", dest="results_from", type=Path, metavar="FILE", help="measure nothing; report what is in this file")
    given = parser.parse_args(words)
    if not given.folder and not given.results_from:
        parser.error("name a folder, or with --from a file of results")
    return given


def _names(known: Collection[str]) -> Callable[[str], list[str]]:
    """Reads names with commas between them, and puts them into the order in which they are known."""

    def names(text: str) -> list[str]:
        asked = text.split(",")
        if unknown := [name for name in asked if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return [name for name in known if name in asked]

    return names


if __name__ == "__main__":
    sys.exit(main())
