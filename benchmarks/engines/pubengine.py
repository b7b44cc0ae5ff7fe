"""pubengine: not installed, but started with the Python that runs the measuring, or as told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpus import Post
from benchmarks.engines.engine import Engine, dated_file, toml_front_matter


class Pubengine(Engine):
    """The engine that this is about."""

    name = "pubengine"
    title = "pubengine"
    skeleton = "pubengine"
    leftovers = (".pubengine",)
    template = "themes/paper/templates/post.html"

    def __init__(self, start: Sequence[str] = (sys.executable, "-m", "pubengine")) -> None:
        self._start = list(start)

    def install(self, folder: Path) -> None:
        """It is there."""

    def command(self, folder: Path, *, cold: bool) -> list[str]:  # noqa: ARG002 - one command does both
        """The same, whether or not there was a build before."""
        return [*self._start, "build", "--site", "."]

    def version_command(self, folder: Path) -> list[str]:  # noqa: ARG002 - it is not in there
        """Prints `pubengine 0.1.0`."""
        return [*self._start, "--version"]

    def post_file(self, post: Post) -> str:
        """Date and slug are taken from the name."""
        return f"content/posts/{dated_file(post)}"

    def front_matter(self, post: Post) -> str:
        """TOML."""
        return toml_front_matter(post)
