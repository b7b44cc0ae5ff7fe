"""Measures how long pubengine and Hugo take to build the same blog from nothing, and what they need for it.

    python benchmarks/compare.py FOLDER --hugo PATH
    python benchmarks/compare.py FOLDER --scaling --posts 2500

README.md beside this file says what is compared and how to read the numbers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

GENERATOR = Path(__file__).with_name("generate.py")
ENGINES = ("pubengine", "hugo")


class Run(NamedTuple):
    """What one build took."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of all processors together, in the program and in the system, child processes included."""
    memory: float
    """Most memory resident at a time, in MiB; of several processes, that of the largest."""


class Output(NamedTuple):
    """What a build wrote."""

    files: int
    size: float
    """In MiB."""


class Failed(Exception):  # noqa: N818 - it is only ever caught by `main`
    """A build, or the writing of its site, did not end well."""


def commands(given: argparse.Namespace) -> dict[str, list[str]]:
    """How each engine is started, in its site's folder."""
    return {
        "pubengine": [*given.pubengine.split(), "build", "--site", "."],
        "hugo": [*given.hugo.split(), "--quiet", "--noBuildLock"],
    }


def write_sites(folder: Path, posts: int, seed: int) -> None:
    """Writes the sites, in a process of its own: this one must stay small, see `measure`."""
    command = [sys.executable, str(GENERATOR), str(folder), "--posts", str(posts), "--seed", str(seed)]
    if subprocess.run(command, check=False).returncode:
        raise Failed("the sites could not be written")


def measure(command: Sequence[str], site: Path) -> Run:
    """Builds once, in a fresh process.

    What `os.wait4` gives as the most memory of a child begins with that of the process that started
    it, so a build that needs less than this program (some 20 MiB) would seem to need as much.
    """
    clean(site)
    with open(os.devnull, "wb") as silence, (site / "build.log").open("wb") as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=site, stdout=silence, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        said = (site / "build.log").read_text("utf-8", "replace")[-2000:]
        raise Failed(f"{command[0]} ended with status {process.returncode}:\n{said}")
    kibibytes = used.ru_maxrss / 1024 if sys.platform == "darwin" else used.ru_maxrss
    return Run(wall, used.ru_utime + used.ru_stime, kibibytes / 1024)


def clean(site: Path) -> None:
    """Removes all that earlier builds left, and lets the disk come to rest."""
    for name in ("public", "resources", ".pubengine"):
        shutil.rmtree(site / name, ignore_errors=True)
    os.sync()


def look_at(public: Path) -> Output:
    """Counts what a build wrote."""
    files = [path for path in public.rglob("*") if path.is_file()]
    return Output(len(files), sum(path.stat().st_size for path in files) / 2**20)


def in_the_middle(runs: Sequence[Run]) -> Run:
    """The median of each number, whichever run it is from."""
    return Run(*(median(numbers) for numbers in zip(*runs, strict=True)))


def compare(given: argparse.Namespace) -> None:
    """Builds with each engine in turn, as often as asked for, and prints the medians and their ratios."""
    write_sites(given.folder, given.posts, given.seed)
    chosen = {name: command for name, command in commands(given).items() if given.only in (None, name)}
    runs: dict[str, list[Run]] = {name: [] for name in chosen}
    for number in range(1, given.runs + 1):
        for name, command in chosen.items():
            run = measure(command, given.folder / name)
            runs[name].append(run)
            note(f"run {number} of {given.runs}, {name}: {run.wall:.2f} s")
    print(f"{given.posts:,} posts, median of {given.runs} runs, {os.cpu_count()} processors")
    print(f"{'':12}{'wall s':>9}{'(lowest to highest)':>21}{'CPU s':>9}{'peak MiB':>10}{'files':>9}{'MiB':>7}")
    for name, some in runs.items():
        print(row(name, some, look_at(given.folder / name / "public")))
    if len(chosen) == len(ENGINES):
        mine, other = (in_the_middle(runs[name]) for name in ENGINES)
        ratios = [a / b for a, b in zip(mine, other, strict=True)]
        print(f"{'ratio':12}{ratios[0]:9.2f}{'':21}{ratios[1]:9.2f}{ratios[2]:10.2f}   (pubengine to Hugo)")


def row(name: str, runs: Sequence[Run], output: Output) -> str:
    """One line of the table."""
    middle = in_the_middle(runs)
    walls = [run.wall for run in runs]
    span = f"({min(walls):.2f} to {max(walls):.2f})"
    return f"{name:12}{middle.wall:9.2f}{span:>21}{middle.cpu:9.2f}{middle.memory:10.0f}{output.files:9,}{output.size:7.0f}"


def scaling(given: argparse.Namespace) -> None:
    """Builds with pubengine at once, twice and four times the posts, in turn, and prints the time for each post."""
    sizes = [given.posts, given.posts * 2, given.posts * 4]
    for posts in sizes:
        write_sites(given.folder / str(posts), posts, given.seed)
    runs: dict[int, list[Run]] = {posts: [] for posts in sizes}
    for number in range(1, given.runs + 1):
        for posts in sizes:
            run = measure(commands(given)["pubengine"], given.folder / str(posts) / "pubengine")
            runs[posts].append(run)
            note(f"run {number} of {given.runs}, {posts:,} posts: {run.wall:.2f} s")
    print(f"pubengine, median of {given.runs} runs, {os.cpu_count()} processors")
    print(
        f"{'posts':>8}{'wall s':>9}{'CPU s':>9}{'ms CPU/post':>13}{'to the first':>14}{'KiB/post':>10}{'files/post':>12}"
    )
    first = in_the_middle(runs[sizes[0]]).cpu / sizes[0]
    for posts in sizes:
        middle = in_the_middle(runs[posts])
        each = middle.cpu / posts
        files = look_at(given.folder / str(posts) / "pubengine" / "public").files / posts
        memory = middle.memory * 1024 / posts
        print(
            f"{posts:8,}{middle.wall:9.2f}{middle.cpu:9.2f}{each * 1000:13.3f}{each / first:14.2f}{memory:10.1f}{files:12.2f}"
        )


def note(line: str) -> None:
    """Tells the one who waits how far it is."""
    print(line, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measures builds of a made-up blog from nothing.")
    parser.add_argument("folder", type=Path, help="where the sites are written and built; on a RAM disk or on a disk")
    parser.add_argument("--posts", type=int, default=10_000, help="how many posts (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="how often each is built (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the posts (default: %(default)s)")
    parser.add_argument("--only", choices=ENGINES, help="build with this one alone")
    parser.add_argument("--scaling", action="store_true", help="pubengine at once, twice and four times --posts")
    parser.add_argument("--hugo", default="hugo", metavar="COMMAND", help="how to start Hugo (default: %(default)s)")
    parser.add_argument(
        "--pubengine",
        default=f"{sys.executable} -m pubengine",
        metavar="COMMAND",
        help="how to start pubengine (default: as a module of the Python that runs this)",
    )
    return parser.parse_args()


def main() -> int:
    """Measures what the command line asks for."""
    given = arguments()
    given.folder = given.folder.resolve()
    try:
        (scaling if given.scaling else compare)(given)
    except (Failed, OSError) as problem:
        note(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
