"""Journals: a text file of date headings, newest first, with any number of titled posts under each.

    Friday, 24 October 2014

    A title

    A paragraph.

    Another title

    Its paragraph.

A file is a journal if it lies under `content/posts/`, ends in `.txt` and begins with a date heading.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date as Date
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from pubengine.api import (
    ContentError,
    Diagnostic,
    Post,
    SiteConfig,
    Source,
    error,
    format_date,
    hookimpl,
    locale_of,
    parse_moment,
    slugify,
    warning,
)

LONGEST_TITLE = 120
"""Longest paragraph, in characters, that may be taken for a title without being marked as one."""


class Settings(Struct, frozen=True):
    """What `[plugins.journal]` may hold."""

    titles: Literal["detect", "first", "marked"] = "detect"
    """`detect` finds titles by their look; `first` takes the first line under each date and no other;
    `marked` takes lines that begin with `# ` and no other."""


class Block(Struct, frozen=True):
    """Lines between blank lines."""

    line: int
    """Line of the file it begins on, from 1."""
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its lines, joined as they stand."""
        return "\n".join(self.lines)


class Day(Struct, frozen=True):
    """What stands under one date heading."""

    date: Date
    line: int
    blocks: tuple[Block, ...]


class Item(Struct, frozen=True):
    """One post: its title, if it has one, and its paragraphs."""

    title: str
    line: int
    paragraphs: tuple[Block, ...]


@hookimpl
def settings() -> type[Settings]:
    """How titles are found."""
    return Settings


@hookimpl
def suffixes() -> Iterable[str]:
    """Journals are plain text."""
    return [".txt"]


@hookimpl
def load(source: Source, site: SiteConfig, settings: Settings) -> Iterable[Post | Diagnostic] | None:
    """A text file under `content/posts/` that begins with a date heading is as many posts as it has titles."""
    if source.suffix != ".txt" or source.kind != "post":
        return None
    blocks = list(_blocks(source.text, site.language))
    if not blocks:
        return None
    if _heading(blocks[0].text, site.language) is None:
        return _not_a_journal(source, blocks, site.language)
    return list(_posts(source, site, blocks, settings))


def _not_a_journal(source: Source, blocks: list[Block], language: str) -> Iterable[Diagnostic] | None:
    """Says what keeps a file from being a journal that looks like one. Raises ContentError for a date in figures."""
    first = blocks[0]
    if _FIGURES.fullmatch(first.lines[0].strip()):
        message = f"{first.lines[0].strip()!r} can be read in two ways, or not at all"
        hint = "write the month as a word (24 October 2014), or the year first (2014-10-24)"
        raise ContentError(error("date-invalid", message, source.path, first.line, 1, hint))
    if _like_a_date(first, language) or any(_heading(block.text, language) for block in blocks[1:]):
        message = "not a journal, for it does not begin with a date; it is published as it is"
        hint = "begin it with a date on a line of its own, such as 24 October 2014"
        return [warning("journal-undated", message, source.path, first.line, 1, hint)]
    return None


def _like_a_date(block: Block, language: str) -> bool:
    """Whether a line is meant for a date heading, as far as one can tell, but is none."""
    text = block.lines[0].strip().lstrip("#").strip().casefold()
    if len(block.lines) > 1 or len(text) > 40 or _heading(block.text, language):
        return False
    words = re.findall(r"[^\W\d_]+", text)
    weekday = bool(words) and words[0] in {*_names(language).weekdays, *_names("en").weekdays}
    dated = re.search(r"\b\d{1,2}(st|nd|rd|th|\.)?\b.*\b\d{4}$", text) and len(words) in (1, 2)
    named = weekday and re.search(r"\b\d{1,2}\b", text) and len(words) <= 3
    return bool(_FIGURES.fullmatch(text) or dated or named)


# Taking the text apart.


_FIGURES = re.compile(r"\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}")


def _blocks(text: str, language: str) -> Iterator[Block]:
    """What blank lines part; a line that is a date is a block of its own, whatever stands right above or below."""
    start, lines = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), ""], 1):
        heads = bool(line.strip()) and _heading(line.rstrip(), language) is not None
        if lines and (heads or not line.strip()):
            yield Block(start, tuple(lines))
            start, lines = 0, []
        if heads:
            yield Block(number, (line.rstrip(),))
        elif line.strip():
            start = start or number
            lines.append(line.rstrip())


class Heading(Struct, frozen=True):
    """A line that is a date, in words or figures."""

    date: Date | None
    """None for a date that the calendar does not have."""
    weekday: int | None
    """The weekday it names, Monday being 0."""


@lru_cache(maxsize=4096)
def _heading(text: str, language: str) -> Heading | None:
    """The date that a line is, or None if it is something else."""
    if len(text) > 60 or "\n" in text:
        return None
    for one in dict.fromkeys((language, "en")):
        names = _names(one)
        if match := names.pattern.fullmatch(text.strip().casefold()):
            return names.read(match)
    return None


class _Names(Struct, frozen=True):
    """Words for months and weekdays in a language, and what a date made of them looks like."""

    months: dict[str, int]
    weekdays: dict[str, int]
    pattern: re.Pattern[str]

    def read(self, match: re.Match[str]) -> Heading:
        groups = match.groupdict()
        weekday = self.weekdays.get(groups["weekday"] or "")
        if groups["iso"]:
            numbers = [int(part) for part in groups["iso"].split("-")]
        else:
            month = self.months[groups["month1"] or groups["month2"]]
            numbers = [int(groups["year1"] or groups["year2"]), month, int(groups["day1"] or groups["day2"])]
        try:
            return Heading(Date(*numbers), weekday)
        except ValueError:
            return Heading(None, weekday)


@lru_cache(maxsize=16)
def _names(language: str) -> _Names:
    locale = locale_of(language)
    months, weekdays = {}, {}
    for use in ("format", "stand-alone"):
        for width in ("abbreviated", "wide"):
            for number, name in locale.months[use][width].items():
                months[name.casefold().rstrip(".")] = number
            for number, name in locale.days[use][width].items():
                weekdays[name.casefold().rstrip(".")] = number
    month = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    weekday = "|".join(sorted(map(re.escape, weekdays), key=len, reverse=True))
    pattern = re.compile(
        rf"""(?:(?P<weekday>{weekday})\.?,?\s+)?
             (?: (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
               | (?:the\s+)?(?P<day1>\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?\s+(?:of\s+|de\s+)?(?P<month1>{month})\.?,?\s+(?:de\s+)?(?P<year1>\d{{4}})
               | (?P<month2>{month})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year2>\d{{4}}) )""",
        re.VERBOSE,
    )
    return _Names(months, weekdays, pattern)


def _days(source: Source, site: SiteConfig, blocks: list[Block]) -> Iterator[Day | Diagnostic]:
    current: tuple[Date, int] | None = None
    below: list[Block] = []
    for block in blocks:
        heading = _heading(block.text, site.language)
        if heading is None:
            if not block.text.startswith(("\\", "# ")) and _like_a_date(block, site.language):
                message = (
                    f"{block.text.strip()!r} looks like a date, but is not understood; it belongs to the day above"
                )
                hint = "correct it, or put a backslash before it"
                yield warning("journal-date-doubtful", message, source.path, block.line, 1, hint)
            below.append(block)
            continue
        if heading.date is None:
            message = f"there is no day {block.text.strip()!r}"
            raise ContentError(error("date-invalid", message, source.path, block.line, 1, "correct the date"))
        if heading.weekday is not None and heading.weekday != heading.date.weekday():
            right = format_date(heading.date, site.language, "EEEE")
            message = f"that day was a {right}; the date is believed, not the weekday"
            yield warning("weekday-wrong", message, source.path, block.line, 1, "correct one of them")
        if current:
            yield Day(*current, tuple(below))
        current, below = (heading.date, block.line), []
    if current:
        yield Day(*current, tuple(below))


# Finding titles.

_SENTENCE_END = re.compile(r"""(?:[^.]\.|[,;:])["'”’»)\]]*$""")
_DOUBTFUL_END = re.compile(r"""[?!…]["'”’»)\]]*$|\.{2,}["'”’»)\]]*$""")
_QUOTED = re.compile(r"""["“„«'‘].*["”“»'’]""")
_MARKED = re.compile(r"#\s+(\S.*)")


def _items(day: Day, settings: Settings) -> Iterator[tuple[Item, Literal["sure", "doubtful", "untitled"]]]:
    """The posts of a day, the upper first, and how sure it is where they begin."""
    starts: list[tuple[int, Literal["sure", "doubtful"]]] = []
    for number, block in enumerate(day.blocks):
        follows = number + 1 < len(day.blocks)
        if certainty := _is_title(block, number == 0, follows, settings):
            after_title = bool(starts) and starts[-1][0] == number - 1
            if not after_title or _MARKED.match(block.text):
                starts.append((number, certainty))
    if day.blocks and (not starts or starts[0][0] != 0):
        yield Item("", day.blocks[0].line, day.blocks[: starts[0][0] if starts else None]), "untitled"
    for place, (number, certainty) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else None
        block = day.blocks[number]
        marked = _MARKED.fullmatch(block.text)
        title = " ".join((marked[1] if marked else block.text).split())
        yield Item(title, block.line, day.blocks[number + 1 : end]), certainty


def _is_title(block: Block, first: bool, follows: bool, settings: Settings) -> Literal["sure", "doubtful"] | None:
    """Whether a block is the title of a post.

    The first line under a date is, unless it is a paragraph by its length. Further down it is a short
    line that does not end like a sentence and has text below it; one that ends in a question or
    exclamation mark or an ellipsis could be either, so that is said.
    """
    text = block.text.strip()
    if len(block.lines) != 1 or block.text.startswith("\\"):
        return None
    if _MARKED.match(text):
        return "sure"
    if settings.titles == "marked" or len(text) > LONGEST_TITLE or not re.search(r"\w", text):
        return None
    if first:
        return "sure"
    if settings.titles == "first" or not follows or _SENTENCE_END.search(text) or text[0].islower():
        return None
    if text.startswith(("-", "*", "•", ">", "(")) or len(text.split()) > 16:
        return None
    doubtful = _DOUBTFUL_END.search(text) or _QUOTED.fullmatch(text) or text[0].isdigit() or len(text.split()) < 2
    return "doubtful" if doubtful else "sure"


# Posts.


def _posts(source: Source, site: SiteConfig, blocks: list[Block], settings: Settings) -> Iterator[Post | Diagnostic]:
    found: list[tuple[Day, Item, str]] = []
    for day in _days(source, site, blocks):
        if isinstance(day, Diagnostic):
            yield day
            continue
        if not day.blocks:
            message = "nothing stands under this date"
            yield warning("journal-empty-day", message, source.path, day.line, 1, "remove the date, or write something")
        found += ((day, item, certainty) for item, certainty in _items(day, settings))
    slugs = _slugs([(day.date, item) for day, item, _ in found])
    for position, ((day, item, certainty), slug) in enumerate(zip(found, slugs, strict=True)):
        post = _post(source, site, day, item, slug, position)
        yield _with_doubts(post, item, day, certainty, site)


def _slugs(items: list[tuple[Date, Item]]) -> list[str]:
    """A slug for each post, the upper first; a title that comes again in a month is numbered.

    They are counted from the oldest, so that a new post on top changes no other's address.
    """
    taken: Counter[tuple[int, int, str]] = Counter()
    slugs = []
    for date, item in sorted(items, key=lambda one: (one[0], -one[1].line)):
        slug = slugify(item.title) or f"{date:%Y-%m-%d}"
        taken[date.year, date.month, slug] += 1
        count = taken[date.year, date.month, slug]
        slugs.append((item.line, slug if count == 1 else f"{slug}-{count}"))
    return [slug for _, slug in sorted(slugs)]


def _post(source: Source, site: SiteConfig, day: Day, item: Item, slug: str, position: int) -> Post:
    moment = parse_moment(day.date, site.zone)
    body = "\n".join(f"<p>{html.escape(_unescaped(block.text))}</p>" for block in item.paragraphs)
    return Post(
        source=source.path,
        line=item.line,
        position=position,
        id=f"journal/{day.date:%Y-%m-%d}/{slug}",
        title=item.title,
        slug=slug,
        date=moment.at,
        date_only=True,
        body=f"{body}\n" if body else "",
        body_line=item.paragraphs[0].line if item.paragraphs else item.line,
    )


def _unescaped(text: str) -> str:
    return text.removeprefix("\\")


def _with_doubts(post: Post, item: Item, day: Day, certainty: str, site: SiteConfig) -> Post:
    when = format_date(day.date, site.language, site.date_format)
    if certainty == "doubtful":
        message = f"taken for the title of another post of {when}: {item.title!r}"
        hint = "write `# ` before it if it is a title, a backslash if it is part of the text"
        post = post.with_problem("warning", "journal-title-doubtful", message, item.line, 1, hint)
    if certainty == "untitled":
        message = f"no title found; the post of {when} goes without one"
        hint = "put a short line, or one that begins with `# `, above it"
        post = post.with_problem("warning", "journal-title-missing", message, item.line, 1, hint)
    if not item.paragraphs:
        message = "a title with no text below it"
        post = post.with_problem("warning", "journal-text-missing", message, item.line, 1, "write the text")
    return post
