"""`pubengine plugins`: what is loaded, from where, which hooks it implements and what can be set."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pubengine.cli import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--site", type=Path, metavar="DIR", help="the site's folder (default: this one, or one above it)"
    )
    parser.add_argument("--json", action="store_true", help="write it to stdout as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Prints the plugins in their order."""
    from pubengine.config import read_config
    from pubengine.paths import find_site
    from pubengine.plugin_docs import describe_plugins
    from pubengine.registry import open_registry

    root = arguments.site if arguments.site is not None else find_site(Path())
    plugins = describe_plugins(open_registry(read_config(root), root))
    if arguments.json:
        report.data(json.dumps(plugins, indent=2, ensure_ascii=False) + "\n")
        return 0
    for plugin in plugins:
        report.out(f"{plugin['name']}  ({plugin['where']}: {plugin['path']})")
        report.out(f"  {plugin['about']}")
        report.out(f"  hooks: {', '.join(plugin['hooks'])}")
        for setting in plugin["settings"]:
            report.out(
                f"  {setting['name']} = {json.dumps(setting['value'], ensure_ascii=False)}  ({setting['type']}) {setting['about']}"
            )
    return 0
