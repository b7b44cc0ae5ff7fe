"""Eleventy, from npm."""

from __future__ import annotations

from pathlib import Path

from benchmarks.corpus import Post
from benchmarks.engines.engine import Engine, dated_file, yaml_front_matter
from benchmarks.install import install_node


class Eleventy(Engine):
    """JavaScript, one process. It builds everything every time; see README.md for its `--incremental`."""

    name = "eleventy"
    title = "Eleventy"
    skeleton = "eleventy"
    template = "content/_includes/post.njk"
    most_posts = 10_000

    def install(self, folder: Path) -> None:
        """With its plugin for code."""
        install_node(folder, "@11ty/eleventy", "@11ty/eleventy-plugin-syntaxhighlight")

    def command(self, folder: Path, *, cold: bool) -> list[str]:  # noqa: ARG002 - one command does both
        """Node itself with the program, as `npx` would start it."""
        return ["node", str(_program(folder)), "--quiet"]

    def version_command(self, folder: Path) -> list[str]:
        """Prints `3.1.8`."""
        return ["node", str(_program(folder)), "--version"]

    def post_file(self, post: Post) -> str:
        """In the folder whose data file gives layout and address."""
        return f"content/posts/{dated_file(post)}"

    def front_matter(self, post: Post) -> str:
        """YAML."""
        return yaml_front_matter(post)

    def prepare(self, site: Path, folder: Path) -> None:
        """Node looks for packages in the site's folder."""
        (site / "node_modules").symlink_to(folder.resolve() / "node_modules")


def _program(folder: Path) -> Path:
    return folder / "node_modules/@11ty/eleventy/cmd.cjs"
