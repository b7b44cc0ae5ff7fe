"""What lies under `content/`: sources of posts and pages, and files to publish as they are."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from msgspec import Struct

from pubengine.diagnostics import Diagnostic, error, warning
from pubengine.digests import Stat, stat_of
from pubengine.model import Kind
from pubengine.paths import Paths

TEXTS = frozenset(
    {".md", ".markdown", ".rst", ".org", ".adoc", ".textile", ".ipynb", ".mdx", ".mdown", ".mkd", ".text"}
)
"""Suffixes of files that somebody who puts one into `content/` takes for a post or page."""

_MEDIA = frozenset(
    {
        ".avif",
        ".gif",
        ".gz",
        ".ico",
        ".jpeg",
        ".jpg",
        ".mp3",
        ".mp4",
        ".ogg",
        ".pdf",
        ".png",
        ".svg",
        ".webm",
        ".webp",
        ".zip",
    }
)
"""Suffixes of files that are never opened to see whether they are posts."""

_FIELDS = re.compile(rb"\s*(\+\+\+|---)[ \t]*\r?\n\s*[\w-]+[ \t]*[=:]")

_PUBLISHED_DOT_FILES = frozenset({".well-known", ".nojekyll", ".htaccess", ".domains"})


class Found(Struct, frozen=True):
    """One file under `content/`."""

    path: str
    """Relative to the site's root, with `/`."""
    kind: Kind
    stat: Stat
    """Its state, as asked for during the walk."""


class Content(Struct, frozen=True):
    """The content tree, sorted by path."""

    texts: tuple[Found, ...]
    """Files that some plugin may load."""
    files: tuple[str, ...]
    """Paths of the files to publish as they are."""
    stats: dict[str, Stat]
    """The state of each of those."""
    problems: tuple[Diagnostic, ...]


def discover(paths: Paths, suffixes: frozenset[str]) -> Content:
    """Walks `content/`. Nothing is opened; symbolic links that lead out of the site are errors."""
    walker = _Walker(paths, suffixes)
    if paths.content.is_dir():
        walker.walk(str(paths.content), "content", frozenset())
    else:
        hint = "make the folder; without it the whole site would be taken away"
        walker.problems.append(error("content-missing", "there is no folder content", "content", hint=hint))
    return Content(
        tuple(sorted(walker.texts, key=lambda found: found.path)),
        tuple(sorted(walker.files)),
        walker.files,
        tuple(sorted(walker.problems, key=Diagnostic.sort_key)),
    )


class _Walker:
    def __init__(self, paths: Paths, suffixes: frozenset[str]) -> None:
        self.root = paths.root.resolve()
        self.suffixes = suffixes
        self.texts: list[Found] = []
        self.files: dict[str, Stat] = {}
        self.problems: list[Diagnostic] = []

    def walk(self, folder: str, shown: str, above: frozenset[tuple[int, int]]) -> None:
        try:
            state = os.stat(folder)
            here = (state.st_dev, state.st_ino)
            if here in above:
                self.problems.append(warning("symlink-loop", "the link leads back to a folder it lies in", shown))
                return
            with os.scandir(folder) as entries:
                found = [entry for entry in entries if not _ignored(entry.name)]
            inside = above | {here}
            for entry in found:
                with contextlib.suppress(FileNotFoundError):  # deleted a moment ago
                    self.visit(entry, f"{shown}/{entry.name}", inside)
        except OSError as problem:
            self.problems.append(error("file-unreadable", f"cannot be read: {problem.strerror}", shown))

    def visit(self, entry: os.DirEntry[str], shown: str, above: frozenset[tuple[int, int]]) -> None:
        if not entry.name.isascii() and not _is_utf8(entry.name):
            name = shown.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            self.problems.append(error("file-name", "the file's name is not UTF-8", name, hint="rename it"))
            return
        if entry.is_symlink() and not self.stays_inside(Path(entry.path), shown):
            return
        if entry.is_dir():
            self.walk(entry.path, shown, above)
        elif entry.is_file():
            self.file(shown, stat_of(entry.stat()))
        else:
            self.problems.append(warning("file-special", "neither a file nor a folder; left out", shown))

    def stays_inside(self, path: Path, shown: str) -> bool:
        try:
            target = path.resolve(strict=True)
        except (OSError, RuntimeError):
            hint = "remove it, or mend where it points"
            self.problems.append(error("symlink-dangling", "the link leads nowhere", shown, hint=hint))
            return False
        if target.is_relative_to(self.root / "content" if target.is_dir() else self.root):
            return True
        what = "out of content/" if target.is_relative_to(self.root) else "out of the site"
        message = f"the link leads {what}, so what it shows is not published"
        self.problems.append(error("symlink-outside", message, shown, hint="copy the file into content/"))
        return False

    def file(self, shown: str, stat: Stat) -> None:
        suffix = os.path.splitext(shown)[1].lower()
        is_post = shown.startswith("content/posts/")
        if suffix in self.suffixes:
            self.texts.append(Found(shown, "post" if is_post else "page", stat))
            return
        if suffix in TEXTS or (is_post and suffix not in _MEDIA and self.begins_with_fields(shown)):
            message = "no plugin reads such a file, so it is published as it is, not as a post or page"
            hint = "give it the suffix .md, or add a plugin that loads it"
            self.problems.append(warning("post-unread", message, shown, hint=hint))
        self.files[shown] = stat

    def begins_with_fields(self, shown: str) -> bool:
        try:
            with open(self.root / shown, "rb") as file:
                return begins_with_fields(file.read(80))
        except OSError:
            return False


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def begins_with_fields(data: bytes) -> bool:
    """Whether a file begins like the front matter of a post."""
    return bool(_FIELDS.match(data))


def _ignored(name: str) -> bool:
    """Whether a file is somebody's bookkeeping: dot files, and what editors and desktops leave about."""
    if name in _PUBLISHED_DOT_FILES:
        return False
    return (
        name.startswith((".", "#"))
        or name.endswith(("~", ".swp", ".tmp", ".bak"))
        or name in ("Thumbs.db", "desktop.ini")
    )


def published_path(path: str) -> str:
    """Where a file under `content/` is published in the output."""
    return path.removeprefix("content/")
