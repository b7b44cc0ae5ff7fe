"""Jekyll, from Debian."""

from __future__ import annotations

from pathlib import Path

from benchmarks.corpus import Post
from benchmarks.engines.engine import Engine, dated_file, yaml_front_matter
from benchmarks.install import install_debian


class Jekyll(Engine):
    """Ruby, one process. It keeps what Markdown became, and makes everything else anew."""

    name = "jekyll"
    title = "Jekyll"
    skeleton = "jekyll"
    leftovers = (".jekyll-cache", ".jekyll-metadata")
    template = "_layouts/post.html"
    most_posts = 10_000

    def install(self, folder: Path) -> None:
        """Into the system: Debian has one place for its packages."""
        packages = ("jekyll-archives", "jekyll-feed", "jekyll-paginate", "jekyll-sitemap", "rouge")
        install_debian(folder, "jekyll", *(f"ruby-{name}" for name in packages))

    def command(self, folder: Path, *, cold: bool) -> list[str]:  # noqa: ARG002 - one command does both
        """The same, whether or not there was a build before."""
        return ["jekyll", "build", "--quiet"]

    def version_command(self, folder: Path) -> list[str]:  # noqa: ARG002 - it is not in there
        """Prints `jekyll 4.3.1`."""
        return ["jekyll", "--version"]

    def post_file(self, post: Post) -> str:
        """The name must begin with the date."""
        return f"_posts/{dated_file(post)}"

    def front_matter(self, post: Post) -> str:
        """YAML."""
        return yaml_front_matter(post)

    def tag_feed(self, tag: str) -> str:
        """Atom, where its plugin puts it."""
        return f"feed/by_tag/{tag}.xml"


class JekyllIncremental(Jekyll):
    """Jekyll with its option for builds after a change, which leaves pages as they were that should have changed."""

    name = "jekyll-incremental"
    title = "Jekyll --incremental"
    builds_cold = False

    def command(self, folder: Path, *, cold: bool) -> list[str]:
        """The option that its documentation calls experimental."""
        return [*super().command(folder, cold=cold), "--incremental"]
