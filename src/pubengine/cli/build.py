"""`pubengine build`: builds the site."""

from __future__ import annotations

import argparse
from pathlib import Path

from pubengine.cli import report


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
    parser.add_argument("--json", action="store_true", help="write the result and the diagnostics to stdout as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Builds, reports, and returns the exit status."""
    from pubengine.build import BuildResult, Options, build
    from pubengine.errors import PubengineError
    from pubengine.paths import find_site, site_paths

    root = arguments.site if arguments.site is not None else find_site(Path())
    progress = report.Progress(quiet=arguments.json)
    with report.stdout_kept():
        try:
            options = Options(
                drafts=arguments.drafts,
                future=arguments.future,
                strict=arguments.strict,
                keep_going=arguments.keep_going,
                clean=arguments.clean,
                jobs=max(0, arguments.jobs),
            )
            built = build(site_paths(root, arguments.output), options, progress)
        except PubengineError as problem:
            built = BuildResult(problem.exit_code, problem.diagnostics)
        finally:
            progress.clear()
    if arguments.json:
        report.as_json(built)
    else:
        report.result(built)
    return built.exit_code
