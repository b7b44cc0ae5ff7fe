"""`pubengine build`: makes and publishes the site."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pubengine.cli import report
from pubengine.paths import Paths, find_site, site_paths
from pubengine.unchanged import Look

if TYPE_CHECKING:
    from pubengine.errors import PubengineError
    from pubengine.results import BuildResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--site", type=Path, metavar="DIR", help="the site's folder (default: this one, or one above it)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="where to publish (default: public in the site's folder)"
    )
    parser.add_argument("--drafts", action="store_true", help="publish drafts too")
    parser.add_argument("--future", action="store_true", help="publish posts whose time has not come too")
    parser.add_argument("--strict", action="store_true", help="take warnings for errors")
    parser.add_argument("--keep-going", action="store_true", help="publish the good posts even if others have errors")
    parser.add_argument("--clean", action="store_true", help="make everything anew, whatever earlier builds kept")
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="how many processes (default: by the amount of work)"
    )
    parser.add_argument(
        "--verify", action="store_true", help="compare what was published with what a build from nothing makes"
    )
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        nargs="?",
        const=Path("pubengine-profile.json"),
        help="show where the time went, and write a trace that speedscope and Perfetto open "
        "(default: pubengine-profile.json)",
    )
    parser.add_argument("--json", action="store_true", help="write the result and the diagnostics to stdout as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Builds, reports, and returns the exit status."""
    started = time.perf_counter()
    root = arguments.site if arguments.site is not None else find_site(Path())
    try:
        result = _result(root, arguments)
    except Exception as problem:
        from pubengine.errors import PubengineError

        if not isinstance(problem, PubengineError):
            raise
        result = _failed(problem)
    result["seconds"] = round(time.perf_counter() - started, 3)
    if arguments.json:
        report.as_json(result)
    else:
        report.result(result)
    return int(result["exit_code"])


def _result(root: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """What a build found and did, or what another would, if nothing changed since the last."""
    paths = site_paths(root, arguments.output)
    wanted = {name: getattr(arguments, name) for name in ("drafts", "future", "strict", "keep_going")}
    look = Look(paths, wanted)
    moment = _moment()
    anew = arguments.clean or arguments.verify or arguments.profile
    known = None if anew or moment is None else look.result(moment)
    look.end()
    return known or _built(paths, look, wanted, arguments)


def _moment() -> float | None:
    """The moment of the build in seconds since 1970; None for one that the build itself has to refuse."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return time.time()
    return float(given) if given.isascii() and given.isdigit() and len(given) < 13 else None


def _built(paths: Paths, look: Look, wanted: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    from pubengine.build import build
    from pubengine.errors import PubengineError
    from pubengine.permalinks import MANIFEST
    from pubengine.results import Options

    progress = report.Progress(quiet=arguments.json)
    with report.stdout_kept():
        try:
            profile = arguments.profile is not None
            options = Options(**wanted, clean=arguments.clean, jobs=max(0, arguments.jobs), profile=profile)
            built = build(paths, options, progress)
            if profile:
                _profile(built, arguments.profile)
            if arguments.verify:
                from pubengine.verify import verify

                built = verify(built, paths, options, progress)
        except PubengineError as problem:
            return _failed(problem)
        finally:
            progress.clear()
    basis = built.basis
    if basis and basis.inputs is not None:
        files = {**basis.states.files, MANIFEST: basis.states.manifest}
        left = (basis.states.folders, files, basis.files)
        look.remember(basis.inputs, options.now.timestamp(), basis.until, left, built.again())
    else:
        look.forget()
    return built.data()


def _profile(built: BuildResult, file: Path) -> None:
    """Shows and writes where the time went. Raises OutputError where the file cannot be written."""
    from pubengine.spans import table, trace
    from pubengine.write import refused

    report.times(table(built.spans))
    try:
        file.write_text(trace(built.spans), "utf-8")
    except OSError as problem:
        raise refused(problem, file) from None


def _failed(problem: PubengineError) -> dict[str, Any]:
    from pubengine.results import BuildResult

    return BuildResult(problem.exit_code, problem.diagnostics).data()
