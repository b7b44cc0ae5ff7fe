"""What the measuring needs to know of an engine; each has a module of its own beside this one."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.corpus import Post

SITES = Path(__file__).parent.parent / "sites"


class Engine(ABC):
    """An engine with its layout, its installation and its commands.

    What is the same on every site (configuration, templates) lies in `benchmarks/sites/` and is copied as it is.
    """

    name: ClassVar[str]
    """What the command line calls it."""
    title: ClassVar[str]
    """What it calls itself."""
    skeleton: ClassVar[str]
    """Its folder in `benchmarks/sites/`."""
    output: ClassVar[str] = "public"
    """Folder that it publishes into, in the site's."""
    leftovers: ClassVar[Sequence[str]] = ()
    """What else a build leaves in the site's folder; removed before a cold build."""
    template: ClassVar[str]
    """The template of a post's page, in the site's folder; it has the line that `layout.NOTE` names."""
    most_posts: ClassVar[int | None] = None
    """The largest corpus that it is tried with, unless somebody asks for more."""
    builds_cold: ClassVar[bool] = True
    """Whether it takes part in cold builds; no, where that would be what another one does already."""

    @abstractmethod
    def install(self, folder: Path) -> None:
        """Installs the pinned version into the folder, or raises `InstallationFailed`."""

    @abstractmethod
    def command(self, folder: Path, *, cold: bool) -> list[str]:
        """What builds the site in the current folder: from nothing, or after a build."""

    @abstractmethod
    def version_command(self, folder: Path) -> list[str]:
        """What prints the version."""

    @abstractmethod
    def post_file(self, post: Post) -> str:
        """Where the post's source lies in the site's folder."""

    @abstractmethod
    def front_matter(self, post: Post) -> str:
        """What stands above the text of the post."""

    def post_page(self, post: Post) -> str:
        """The post's page, in the output folder."""
        return f"{post.address[1:]}index.html"

    def tag_page(self, tag: str) -> str:
        """The (first) page of a tag, in the output folder."""
        return f"tags/{tag}/index.html"

    def tag_feed(self, tag: str) -> str:
        """The feed of a tag, in the output folder."""
        return f"tags/{tag}/atom.xml"

    def prepare(self, site: Path, folder: Path) -> None:  # noqa: B027 - most have nothing to do here
        """Does what is left to do when the site is written; `folder`: where the engine is installed."""


def dated_file(post: Post) -> str:
    """A name that begins with the date, in a folder for each year."""
    return f"{post.moment:%Y}/{post.moment:%Y-%m-%d}-{post.slug}.md"


def yaml_front_matter(post: Post, *more: str) -> str:
    """Title, date, tags, and further lines between `---`."""
    lines = [f"title: {json.dumps(post.title)}", f"date: {post.moment:%Y-%m-%dT%H:%M:%SZ}"]
    return "\n".join(["---", *lines, f"tags: {json.dumps(post.tags)}", *more, "---", "", ""])


def toml_front_matter(post: Post, *more: str) -> str:
    """Title, date, tags, and further lines between `+++`."""
    lines = [f'title = "{post.title}"', f"date = {post.moment.isoformat()}Z"]
    return "\n".join(["+++", *lines, f"tags = {json.dumps(post.tags)}", *more, "+++", "", ""])
