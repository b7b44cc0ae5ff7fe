"""The `pubengine` program: reads the command line, calls the command, and nothing else.

Each of the engine's own commands is a module of this package with `add_arguments` and `run`.

Exit statuses: 0 good; 1 the content has errors; 2 usage or configuration; 3 a plugin failed;
4 input or output failed; 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from pubengine import __version__
from pubengine.cli import report
from pubengine.command import ENGINE_COMMANDS

INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Runs the program on the given words, or on the command line's; returns the exit status."""
    if words is None:
        _speak_utf8()
    given = list(sys.argv[1:] if words is None else words)
    if odd := next((word for word in given if not _is_text(word)), None):
        report.say(f"pubengine: {os.fsencode(odd)!r} on the command line is not UTF-8")
        return 2
    try:
        return _run(given)
    except KeyboardInterrupt:
        report.say("interrupted; the published site is whole")
        return INTERRUPTED
    except FileNotFoundError as problem:
        report.say(f"the working folder is gone: {problem.strerror}")
        report.say("  hint: change to a folder that is there")
        return 4
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as problem:
        from pubengine.errors import PubengineError

        if not isinstance(problem, PubengineError):
            raise
        report.problems(problem.diagnostics)
        return problem.exit_code


def _speak_utf8() -> None:
    """Begins anew in Python's UTF-8 mode where the locale is not UTF-8, for files have names in all scripts."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-m", "pubengine", *sys.argv[1:]])  # noqa: S606


def _is_text(word: str) -> bool:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _run(given: list[str]) -> int:
    name = next((word for word in given if not word.startswith("-")), "")
    if name and name not in ENGINE_COMMANDS:
        return _run_plugin_command(name, given)
    if given == ["--version"]:
        report.out(f"pubengine {__version__}")
        return 0
    parser = _parser(only=name)
    arguments = parser.parse_args(given)
    if not arguments.command:
        parser.print_help(sys.stderr)
        return 2
    return int(_module(arguments.command).run(arguments))


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"pubengine.cli.{name}")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in the engine's own form."""

    def error(self, message: str) -> NoReturn:
        report.say(f"{self.prog}: {message}")
        report.say(f"  hint: {self.prog} --help shows what there is")
        raise SystemExit(2)


def _parser(only: str) -> argparse.ArgumentParser:
    parser = _Parser(prog="pubengine", description="A publishing engine for people who write.")
    parser.add_argument("--version", action="version", version=f"pubengine {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=_Parser)
    for name, help_text in ENGINE_COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".")
        if only in (name, ""):
            _module(name).add_arguments(command)
    return parser


def _run_plugin_command(name: str, given: list[str]) -> int:
    """A command that a plugin of the site adds: `pubengine NAME [WORDS…]`, in the site's folder."""
    from pathlib import Path

    from pubengine.config import read_config
    from pubengine.paths import find_site
    from pubengine.registry import open_registry
    from pubengine.text import nearest

    root = find_site(Path())
    commands = {}
    if (root / "engine.toml").is_file():
        registry = open_registry(read_config(root), root)
        commands = registry.commands()
        if name in commands:
            return commands[name].run(root, given[given.index(name) + 1 :])
    known = [*ENGINE_COMMANDS, *commands]
    meant = nearest(name, known)
    report.say(f"pubengine: there is no command {name!r}")
    report.say(f"  hint: is it {meant!r}?" if meant else f"  hint: there are: {', '.join(known)}")
    return 2
