"""`pubengine explain`: why a post, a page or a file is as it is."""

from __future__ import annotations

import argparse
from pathlib import Path

from pubengine.cli import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("subject", metavar="WHAT", help="a source (or SOURCE:LINE), an id, a title, a URL, or a file")
    parser.add_argument(
        "--site", type=Path, metavar="DIR", help="the site's folder (default: this one, or one above it)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="the output that is meant (default: public in the site's folder)"
    )
    parser.add_argument("--drafts", action="store_true", help="as if drafts were published too")
    parser.add_argument("--future", action="store_true", help="as if posts were published whose time has not come")
    parser.add_argument("--json", action="store_true", help="write what is known to stdout as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Explains, and returns the exit status."""
    import json

    from pubengine.explain import explain
    from pubengine.paths import find_site, site_paths
    from pubengine.results import Options

    root = arguments.site if arguments.site is not None else find_site(Path())
    options = Options(drafts=arguments.drafts, future=arguments.future)
    with report.stdout_kept():
        found = explain(site_paths(root, arguments.output), arguments.subject, options)
    if arguments.json:
        things = [{"about": one.about, "name": one.name, "facts": [list(fact) for fact in one.facts]} for one in found]
        report.data(json.dumps(things, indent=2, ensure_ascii=False) + "\n")
        return 0
    for one in found:
        report.out(f"{one.name}  ({one.about})")
        width = max((len(word) for word, _ in one.facts), default=0)
        for word, sentence in one.facts:
            report.out(f"  {word:{width}}  {sentence}")
    return 0
