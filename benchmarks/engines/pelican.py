"""Pelican, from PyPI."""

from __future__ import annotations

from pathlib import Path

from benchmarks.corpus import Post
from benchmarks.engines.engine import Engine, dated_file
from benchmarks.install import install_python, program


class Pelican(Engine):
    """Python, one process. After a cold build it keeps what it read, as its documentation advises; see `again.py`."""

    name = "pelican"
    title = "Pelican"
    skeleton = "pelican"
    leftovers = ("cache", "__pycache__")
    template = "theme/templates/article.html"
    most_posts = 10_000

    def install(self, folder: Path) -> None:
        """With Markdown, which is an extra."""
        install_python(folder, "pelican", "markdown", "pygments")

    def command(self, folder: Path, *, cold: bool) -> list[str]:
        """Two settings files: writing the cache would only make a cold build slower."""
        return [str(program(folder, "pelican")), "--quiet", "--settings", "cold.py" if cold else "again.py"]

    def version_command(self, folder: Path) -> list[str]:
        """Prints `4.12.0`."""
        return [str(program(folder, "pelican")), "--version"]

    def post_file(self, post: Post) -> str:
        """Below the folder that `ARTICLE_PATHS` names."""
        return f"content/posts/{dated_file(post)}"

    def front_matter(self, post: Post) -> str:
        """Lines above the text, without marks around them."""
        lines = [f"Title: {post.title}", f"Date: {post.moment:%Y-%m-%d %H:%M}", f"Slug: {post.slug}"]
        return "\n".join([*lines, f"Tags: {', '.join(post.tags)}", "", ""])
