"""Sources to posts: each file read, loaded, transformed and checked on its own.

This is the part of a build that knows nothing of other files, so it can run anywhere in any order,
and what it makes of a file can be kept until the file, or something else that it read, changes.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pubengine.addresses import placed
from pubengine.body import count_words, links_in, plain_text, shorten
from pubengine.cache import text_digest
from pubengine.diagnostics import Diagnostic, error, warning
from pubengine.digests import Stat, digest_of, stat_of
from pubengine.discover import Found, begins_with_fields
from pubengine.errors import ContentError, PluginError
from pubengine.inputs import Input
from pubengine.model import Body, Card, Post, Source
from pubengine.model_fit import fit_to_print
from pubengine.registry import Registry
from pubengine.settings import Config
from pubengine.text import printable


class Loaded(Struct, frozen=True, omit_defaults=True):
    """What became of one file: plain data, which looks the same after a stay in the cache."""

    cards: tuple[Card, ...] = ()
    """Its posts without their texts; the path and the URL are empty where only the moment of the build can tell."""
    doubtful: tuple[int, ...] = ()
    """Which of the cards have a warning, so that `--strict` withholds them."""
    problems: tuple[Diagnostic, ...] = ()
    plugin_failed: bool = False
    is_file: bool = False
    """No plugin made a post of it, nor found an error in it: it is published as it is."""
    inputs: tuple[Input, ...] = ()
    """What was read besides the file."""

    def shown(self, *, strict: bool) -> Iterable[Card]:
        """The cards that may be published; not those with a warning, if `strict`."""
        if not (strict and self.doubtful):
            return self.cards
        return [card for place, card in enumerate(self.cards) if place not in self.doubtful]

    def is_a_file(self, *, strict: bool) -> bool:
        """Whether it is published as it is; not with a warning, if `strict`."""
        return self.is_file and not (strict and self.problems)


def encode(loaded: Loaded, path: str) -> bytes:
    """What is kept of a file, as JSON: MessagePack would turn every moment into UTC and lose its offset."""
    try:
        return _ENCODER.encode(loaded)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError, RecursionError) as problem:
        wrong = error("plugin-result", f"a plugin made a post that cannot be kept: {problem}", path)
        return _ENCODER.encode(Loaded(problems=(wrong,), plugin_failed=True))


class LoadedFile(Struct, frozen=True):
    """A file that was loaded just now."""

    path: str
    stat: Stat | None
    """Its state before it was read; None where it could not be."""
    digest: str
    """The hash of its bytes; empty where it could not be read."""
    loaded: Loaded
    texts: tuple[tuple[str, Body], ...] = ()
    """The texts of its posts, by the digests on their cards."""


_ENCODER = msgspec.json.Encoder()
decode = msgspec.json.Decoder(Loaded).decode
"""Reads what `encode` wrote. Raises msgspec.MsgspecError, or ValueError, for anything else."""


def load_file(found: Found, root: Path, registry: Registry, config: Config) -> LoadedFile:
    """Everything that can be known of one file by itself; what is wrong with it is in the result."""
    registry.inputs.take()
    try:
        source, stat = read_source(found, root, config.build.max_post_size)
    except ContentError as problem:
        return LoadedFile(found.path, None, "", Loaded(problems=problem.diagnostics))
    try:
        loaded, texts = _load(source, registry, config)
    except ContentError as problem:
        loaded, texts = Loaded(problems=problem.diagnostics), ()
    except PluginError as problem:
        loaded, texts = Loaded(problems=problem.diagnostics, plugin_failed=True), ()
    return LoadedFile(
        found.path, stat, digest_of(source.data), replace(loaded, inputs=registry.inputs.take()), tuple(texts)
    )


def _load(source: Source, registry: Registry, config: Config) -> tuple[Loaded, Iterable[tuple[str, Body]]]:
    items = registry.load(source)
    if items is None:
        return Loaded(problems=_unread(source), is_file=True), ()
    if not source.data.lstrip(b"\xef\xbb\xbf").strip():
        empty = error("post-empty", "the file is empty", source.path, hint="write something, or delete it")
        return Loaded(problems=(empty,)), ()
    return _finish(source, items, registry, config)


def _unread(source: Source) -> tuple[Diagnostic, ...]:
    """A warning about a file that begins like a post, but is none to any plugin."""
    if source.kind != "post" or not begins_with_fields(source.data):
        return ()
    hint = "give it the suffix .md, or add a plugin that loads it"
    return (
        warning("post-unread", "no plugin reads it as a post, so it is published as it is", source.path, hint=hint),
    )


def read_source(found: Found, root: Path, max_size: int) -> tuple[Source, Stat]:
    """A file's bytes, and the state that it was in. Raises ContentError where it is too large, or cannot be read."""
    try:
        with (root / found.path).open("rb") as file:
            state = os.fstat(file.fileno())
            if state.st_size > max_size:
                raise ContentError(_too_large(found.path, state.st_size, max_size))
            return Source(found.path, file.read(), found.kind), stat_of(state)
    except OSError as problem:
        raise ContentError(error("file-unreadable", f"cannot be read: {problem.strerror}", found.path)) from None


def _too_large(path: str, size: int, max_size: int) -> Diagnostic:
    message = f"the file has {size:,} bytes; a source of posts may have {max_size:,}"
    hint = f"split it, or set [build] max_post_size = {size}"
    return error("post-too-large", message, path, hint=hint)


def _finish(
    source: Source, items: tuple[Post | Diagnostic, ...], registry: Registry, config: Config
) -> tuple[Loaded, list[tuple[str, Body]]]:
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
    bad = {number for one in problems if one.severity == "error" for number in _meant(one, posts)}
    warned = {number for one in problems for number in _meant(one, posts)}
    good = [number for number in range(len(posts)) if number not in bad]
    finished = [finish(posts[number], config) for number in good]
    loaded = Loaded(
        cards=tuple(card for card, _ in finished),
        doubtful=tuple(place for place, number in enumerate(good) if number in warned),
        problems=tuple(problems),
        plugin_failed=failed,
        is_file=not posts and not any(one.severity == "error" for one in problems),
    )
    return loaded, [(card.digest, body) for card, body in finished]


def _meant(problem: Diagnostic, posts: list[Post]) -> Iterable[int]:
    """Which of a file's posts a diagnostic is about: the one that its line is in; without a line, all."""
    if not problem.line:
        return range(len(posts))
    above = [number for number, post in enumerate(posts) if post.line <= problem.line]
    return above[-1:]


def _transformed(post: Post, registry: Registry) -> Post:
    post = registry.transform(post)
    if post.meta:
        post = post.replace(meta=_plain(post.meta, post))
    if post.markup != "html":
        hint = "is the plugin that does it disabled?"
        return post.with_problem("error", "markup-left", f"no plugin turned {post.markup} into HTML", hint=hint)
    return post


def finish(post: Post, config: Config) -> tuple[Card, Body]:
    """Parts a post's text from what lists, archives and feeds need of it."""
    post = fit_to_print(post)
    body = Body(post.body, post.excerpt)
    text = plain_text(post.body)
    card = Card(
        **{name: getattr(post, name) for name in _SHARED},
        url="",
        path="",
        digest=text_digest(body),
        summary=post.description or shorten(plain_text(post.excerpt) if post.excerpt else text),
        words=count_words(text),
        has_more=bool(post.excerpt),
        links=dict.fromkeys(links_in(post.body), ""),
    )
    return _placed(card, config), body


_SHARED = tuple(name for name in Card.__struct_fields__ if name in Post.__struct_fields__)


def _placed(card: Card, config: Config) -> Card:
    """The card with its address, if it has a date, and the address is a good one; whoever publishes it will see."""
    if card.kind == "post" and card.date is None:
        return card
    try:
        return placed(card, config)
    except ValueError:
        return card


def _plain(value: Any, post: Post) -> Any:
    """A free field as a file would say it: text, numbers, truths, lists and tables."""
    if isinstance(value, str):
        return printable(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(one, post) for one in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _plain(one, post) for key, one in value.items()}
    message = f"a free field holds {value!r:.60}, which is no text, number, truth, list or table"
    hint = "give post.meta plain values, as front matter does"
    raise PluginError(error("plugin-result", message, post.source, post.line, 0, hint))
