"""The values that travel down the line, from a file to a page: frozen plain data, so that each step
can be cached by what went into it and can run anywhere.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from datetime import date as Date
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from pubengine.diagnostics import Diagnostic, Severity
from pubengine.settings import SiteConfig
from pubengine.text import decode

Kind = Literal["post", "page"]


class Source(Struct, frozen=True, dict=True):
    """One file under `content/` that a plugin may turn into posts."""

    path: str
    """Path relative to the site's root, with `/`: `content/posts/2024/hello.md`."""
    data: bytes
    """The file's bytes."""
    kind: Kind
    """`post` under `content/posts/`, `page` anywhere else under `content/`."""

    @cached_property
    def text(self) -> str:
        """The file as text: UTF-8, without a byte order mark, lines ending in a line feed.

        Control characters that no output format may hold are U+FFFD here.
        Raises ContentError (code `encoding`) where the bytes are not UTF-8.
        """
        return decode(self.data, self.path)

    @property
    def folder(self) -> str:
        """The folder that the file lies in, relative to the site's root."""
        return posixpath.dirname(self.path)

    @property
    def stem(self) -> str:
        """The file's name without folder and suffix."""
        return posixpath.splitext(posixpath.basename(self.path))[0]

    @property
    def suffix(self) -> str:
        """The end of the file's name from its last dot, in lower case: `.md`."""
        return posixpath.splitext(self.path)[1].lower()


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a `Post` and its `Card` both say."""

    source: str
    """Path of the file it came from, relative to the site's root."""
    line: int = 1
    """Line in `source` where it begins, from 1."""
    position: int = 0
    """Its place among the posts of its source, from 0 at the top."""
    kind: Kind = "post"
    """A post (dated, in archives and feeds) or a standalone page."""
    id: str
    """What it is called for ever, whatever becomes of its title, file and URL; unique in the site."""
    title: str = ""
    """Plain text, not HTML; empty for an untitled post."""
    slug: str
    """Its part of the URL, already cleaned; for a page, its path under `content/` without suffix."""
    date: datetime | None = None
    """When it was or will be published, with a fixed offset from UTC; None for pages and undated drafts."""
    date_only: bool = False
    """True if the author gave a day without a time; `date` is then that day's midnight."""
    updated: datetime | None = None
    """When it was last changed in substance, if the author says so."""
    expires: datetime | None = None
    """From when on it is not published any more."""
    tags: tuple[str, ...] = ()
    """Tags as the author spelled them."""
    authors: tuple[str, ...] = ()
    """Names; empty where the site's author wrote it."""
    description: str = ""
    """The author's own summary, plain text."""
    draft: bool = False
    """True keeps it out of everything."""
    aliases: tuple[str, ...] = ()
    """Other URLs, from the site's root, that lead here."""
    meta: dict[str, Any] = {}
    """Every other front matter field as it was given; dates and times as ISO 8601 text."""

    @property
    def day(self) -> Date | None:
        """The day it belongs to, in its own offset from UTC."""
        return self.date.date() if self.date else None

    @property
    def origin(self) -> str:
        """Where it stands, for messages: `content/posts/a.md` or `content/posts/j.txt:7`."""
        return self.source if self.line <= 1 else f"{self.source}:{self.line}"


class Post(Entry, frozen=True, kw_only=True):
    """A post or page with its text, as `load` makes it and `transform` changes it."""

    body: str
    """The text, in the markup that `markup` names."""
    markup: str = "html"
    """What `body` is written in; must be `html` when all transforms are done."""
    body_line: int = 1
    """Line in `source` of the body's first line, from 1."""
    excerpt: str = ""
    """HTML of the part to show in lists; empty where the whole body is to be shown."""
    problems: tuple[Diagnostic, ...] = ()
    """What has been found wrong with it; with an error among them it is not published."""

    def replace(self, **changes: Any) -> Post:
        """A copy with the given fields changed."""
        return replace(self, **changes)

    def with_problem(
        self, severity: Severity, code: str, message: str, line: int = 0, column: int = 0, hint: str = ""
    ) -> Post:
        """A copy that reports one more problem; `line` and `column` count in the source file."""
        problem = Diagnostic(code, severity, message, self.source, line or self.line, column, hint)
        return replace(self, problems=(*self.problems, problem))


class Card(Entry, frozen=True, kw_only=True, gc=False):
    """All that the rest of the site knows of a post: everything but its text."""

    url: str
    """Its address from the host's root, percent-encoded: `/2024/10/hello/`."""
    path: str
    """Its file in the output folder: `2024/10/hello/index.html`."""
    digest: str
    """Hash of its text, by which the text is found."""
    summary: str = ""
    """The description, or the first words of the text; plain text."""
    words: int = 0
    """Number of words of the text."""
    has_more: bool = False
    """True if the author marked where the excerpt ends."""
    links: dict[str, str] = {}
    """For each link in the text that leads into the site and needs it: where it leads, as a URL."""


class Body(Struct, frozen=True):
    """The text of a post as HTML, links still as the author wrote them."""

    html: str
    excerpt: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """One file of the output: what it is made from and how."""

    path: str
    """Path in the output folder, with `/`: `tags/index.html`."""
    template: str = ""
    """Name of the theme's template that makes it; or else `make` or `copy` says how."""
    make: Callable[[Page, Any], str | bytes] | None = None
    """A module-level function that makes it from the page and a `View`, what a page may look at."""
    copy: str = ""
    """Path of a file, relative to the site's root or absolute, that is published as it is."""
    values: Mapping[str, Any] = {}
    """What the template or function is given: plain data and cards."""
    title: str = ""
    """What the page is called; empty for the front page."""
    updated: datetime | None = None
    """When its content last changed in substance, for the sitemap."""
    listed: bool = True
    """Whether a sitemap or a search index should know of it."""
    origin: str = ""
    """The file that asked for it, for messages."""
    plugin: str = ""
    """The plugin that emitted it; filled in by the engine."""


class Site(Struct, frozen=True):
    """Everything that is to be published, as one value; what `emit` sees."""

    config: SiteConfig
    """The site's settings."""
    posts: tuple[Card, ...]
    """Published posts, newest first; posts of one day in the order of `pubengine.assemble`."""
    pages: tuple[Card, ...]
    """Standalone pages, by path."""
    files: tuple[str, ...]
    """Files published as they are: paths relative to the site's root."""
    values: Mapping[str, Any] = {}
    """What plugins added in `describe`, by name."""
