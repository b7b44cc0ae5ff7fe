"""A command of the `pubengine` program that a plugin adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ENGINE_COMMANDS = {
    "init": "start a new site in a folder",
    "new": "start a new post",
    "build": "build the site",
    "serve": "show the site in a browser, and follow what is saved",
    "explain": "tell why a post, a page or a file is as it is",
    "plugins": "show the plugins, what they do and what can be set",
}
"""The engine's own commands with what each does; no plugin can take their names."""


class Command(NamedTuple):
    """One more word that `pubengine` understands."""

    name: str
    """The word, as typed after `pubengine`."""
    help: str
    """What it does, in a line."""
    run: Callable[[Path, Sequence[str]], int]
    """Given the site's folder and the words that followed, does it and returns the exit status."""
