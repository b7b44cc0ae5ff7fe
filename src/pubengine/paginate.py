"""Lists of posts in parts that never change again: numbered from the oldest, so a new post moves nothing."""

from __future__ import annotations

from msgspec import Struct

from pubengine.model import Card


class Part(Struct, frozen=True):
    """One part of a list of posts."""

    number: int
    """From 1, the oldest; the newest part, which the list itself shows, is 0."""
    posts: tuple[Card, ...]
    """Newest first."""
    newer: int | None
    """Number of the next newer part; None on the newest."""
    older: int | None
    """Number of the next older part; None on the oldest."""


def paginate(posts: tuple[Card, ...], size: int) -> tuple[Part, ...]:
    """Parts of whole days of at least `size` posts each, the newest first.

    The oldest part is filled first and closed once `size` posts of whole days are in it and as many
    again are newer, so the newest part always holds `size` or more. Adding posts on top changes the
    newest part, and at times closes one; parts already closed stay as they are.
    """
    closed: list[tuple[Card, ...]] = []
    end = len(posts)
    while (start := _cut(posts, end, size)) >= size:
        closed.append(posts[start:end])
        end = start
    parts = [Part(0, posts[:end], None, len(closed) or None)]
    parts += (
        Part(number, closed[number - 1], 0 if number == len(closed) else number + 1, number - 1 or None)
        for number in range(len(closed), 0, -1)
    )
    return tuple(parts)


def _cut(posts: tuple[Card, ...], end: int, size: int) -> int:
    """Where the oldest `size` posts before `end` begin, moved up so as not to part a day; -1 if there are too few."""
    start = end - size
    while start > 0 and posts[start - 1].day == posts[start].day:
        start -= 1
    return start
