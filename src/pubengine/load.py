"""Sources to finished posts: each file read, loaded, transformed and checked on its own.

This is the part of a build that knows nothing of other files, so it can run anywhere in any order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pubengine.body import count_words, links_in, plain_text, shorten
from pubengine.diagnostics import Diagnostic, error, warning
from pubengine.discover import Found, begins_with_fields
from pubengine.errors import ContentError, PluginError
from pubengine.model import Body, Post, Source
from pubengine.model_fit import fit_to_print
from pubengine.registry import Registry


class Loaded(Struct, frozen=True):
    """What became of one file."""

    path: str
    posts: tuple[Finished, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    plugin_failed: bool = False
    is_file: bool = False
    """No plugin made a post of it, nor found an error in it: it is published as it is."""


class Finished(Struct, frozen=True):
    """A post after its transforms: its text apart from what the rest of the site may know."""

    post: Post
    """Without its text."""
    body: Body
    digest: str
    summary: str
    words: int
    links: tuple[str, ...]
    """Links in the text that lead into the site, as written."""


def load(found: Found, root: Path, registry: Registry, max_size: int, *, strict: bool = False) -> Loaded:
    """Everything that can be known of one file by itself; what is wrong with it is in the result.

    `strict`: a post with a warning is withheld as if it were an error.
    """
    try:
        source = read_source(found, root, max_size)
        items = registry.load(source)
    except ContentError as problem:
        return Loaded(found.path, problems=problem.diagnostics)
    except PluginError as problem:
        return Loaded(found.path, problems=problem.diagnostics, plugin_failed=True)
    if items is None:
        return Loaded(found.path, problems=_unread(source), is_file=True)
    if not source.data.lstrip(b"\xef\xbb\xbf").strip():
        empty = error("post-empty", "the file is empty", found.path, hint="write something, or delete it")
        return Loaded(found.path, problems=(empty,))
    return _finish(source, items, registry, strict=strict)


def _unread(source: Source) -> tuple[Diagnostic, ...]:
    """A warning about a file that begins like a post, but is none to any plugin."""
    if source.kind != "post" or not begins_with_fields(source.data):
        return ()
    hint = "give it the suffix .md, or add a plugin that loads it"
    return (
        warning("post-unread", "no plugin reads it as a post, so it is published as it is", source.path, hint=hint),
    )


def read_source(found: Found, root: Path, max_size: int) -> Source:
    """A file's bytes. Raises ContentError where it is too large, or cannot be read."""
    if found.size > max_size:
        message = f"the file has {found.size:,} bytes; a source of posts may have {max_size:,}"
        hint = f"split it, or set [build] max_post_size = {found.size}"
        raise ContentError(error("post-too-large", message, found.path, hint=hint))
    try:
        data = (root / found.path).read_bytes()
    except OSError as problem:
        raise ContentError(error("file-unreadable", f"cannot be read: {problem.strerror}", found.path)) from None
    return Source(found.path, data, found.kind)


def _finish(source: Source, items: tuple[Post | Diagnostic, ...], registry: Registry, *, strict: bool) -> Loaded:
    problems = [item for item in items if isinstance(item, Diagnostic)]
    failed = False
    posts = []
    for post in (item for item in items if isinstance(item, Post)):
        try:
            posts.append(_transformed(post, registry))
        except (ContentError, PluginError) as problem:
            failed |= isinstance(problem, PluginError)
            problems += [d if d.file else replace(d, file=source.path, line=post.line) for d in problem.diagnostics]
    try:
        problems += registry.check(source, tuple(posts))
    except PluginError as problem:
        failed = True
        problems += problem.diagnostics
    for post in posts:
        problems += post.problems
    errors = [one for one in problems if strict or one.severity == "error"]
    bad = {number for one in errors for number in _meant(one, posts)}
    good = tuple(finish(post) for number, post in enumerate(posts) if number not in bad)
    return Loaded(source.path, good, tuple(problems), failed, is_file=not posts and not errors)


def _meant(problem: Diagnostic, posts: list[Post]) -> Iterable[int]:
    """Which of a file's posts a diagnostic is about: the one that its line is in; without a line, all."""
    if not problem.line:
        return range(len(posts))
    above = [number for number, post in enumerate(posts) if post.line <= problem.line]
    return above[-1:]


def _transformed(post: Post, registry: Registry) -> Post:
    post = registry.transform(post)
    if post.markup != "html":
        hint = "is the plugin that does it disabled?"
        return post.with_problem("error", "markup-left", f"no plugin turned {post.markup} into HTML", hint=hint)
    return post


def finish(post: Post) -> Finished:
    """Parts a post's text from what lists, archives and feeds need of it."""
    post = fit_to_print(post)
    digest = hashlib.blake2b(f"{post.body}\0{post.excerpt}".encode(), digest_size=16)
    text = plain_text(post.body)
    return Finished(
        post=post.replace(body="", excerpt="", problems=()),
        body=Body(post.body, post.excerpt),
        digest=digest.hexdigest(),
        summary=post.description or shorten(plain_text(post.excerpt) if post.excerpt else text),
        words=count_words(text),
        links=links_in(post.body),
    )
