"""Nikola, from PyPI."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.corpus import Post
from benchmarks.engines.engine import Engine
from benchmarks.install import install_python, program


class Nikola(Engine):
    """Python; a graph of tasks that is kept between builds."""

    name = "nikola"
    title = "Nikola"
    skeleton = "nikola"
    leftovers = ("cache", ".doit.db", ".doit.db.db", ".doit.db.dat", ".doit.db.dir", ".doit.db.bak", "__pycache__")
    template = "templates/post.tmpl"
    most_posts = 10_000

    def install(self, folder: Path) -> None:
        """With Jinja, which no template here uses: Nikola waits two seconds where a plugin of its own does not load."""
        install_python(folder, "nikola", "markdown", "pygments", "jinja2")

    def command(self, folder: Path, *, cold: bool) -> list[str]:  # noqa: ARG002 - one command does both
        """With a process for each processor, which is an option of the library that runs its tasks."""
        return [str(program(folder, "nikola")), "build", "--quiet", "--process", str(os.cpu_count())]

    def version_command(self, folder: Path) -> list[str]:
        """Prints `Nikola v8.3.3`."""
        return [str(program(folder, "nikola")), "version"]

    def post_file(self, post: Post) -> str:
        """Folders become part of the address."""
        return f"posts/{post.address.strip('/')}.md"

    def front_matter(self, post: Post) -> str:
        """Its own form, in a comment."""
        fields = {
            "title": post.title,
            "slug": post.slug,
            "date": f"{post.moment:%Y-%m-%d %H:%M:%S} UTC",
            "tags": ", ".join(post.tags),
        }
        return "\n".join(["<!--", *(f".. {name}: {value}" for name, value in fields.items()), "-->", "", ""])

    def tag_feed(self, tag: str) -> str:
        """RSS."""
        return f"tags/{tag}.xml"
