"""Dates in words, in the site's language, from CLDR by way of Babel: never the machine's locale."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from datetime import date as Date
from datetime import datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from babel import Locale

_Named = Literal["full", "long", "medium", "short"]
_NAMED: dict[str, _Named] = {"full": "full", "long": "long", "medium": "medium", "short": "short"}


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """CLDR's data for a language tag; the nearest there is, at last English."""
    from babel import Locale, UnknownLocaleError

    parts = language.split("-")
    while parts:
        try:
            return Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return Locale("en")


def is_known(language: str) -> bool:
    """Whether CLDR has data for a language tag, or for the language that it is a variety of."""
    from babel import Locale

    return locale_of(language) != Locale("en") or language.partition("-")[0].lower() == "en"


@lru_cache(maxsize=20_000)
def format_date(day: Date, language: str, pattern: str = "full") -> str:
    """A day in words: `pattern` is full, long, medium, short, or a CLDR date pattern (UTS 35)."""
    return _pattern(pattern, language) % _Fields(day, language)


@lru_cache(maxsize=64)
def _pattern(pattern: str, language: str) -> str:
    """A pattern with its fields as `%(EEEE)s`."""
    from babel.dates import get_date_format, parse_pattern

    locale = locale_of(language)
    parsed = get_date_format(_NAMED[pattern], locale) if pattern in _NAMED else parse_pattern(pattern)
    return str(parsed.format)


class _Fields:
    """The fields of a day in words, by Babel; what days have in common is asked for once."""

    def __init__(self, day: Date, language: str) -> None:
        self._day = day
        self._language = language

    def __getitem__(self, field: str) -> str:
        part = _PARTS.get(field[0])
        return _field(field, self._language, part(self._day) if part else self._day, self._day)


_PARTS: dict[str, Callable[[Date], Hashable]] = {
    "y": lambda day: day.year,
    "M": lambda day: day.month,
    "L": lambda day: day.month,
    "d": lambda day: day.day,
    "E": lambda day: day.weekday(),
}
"""The part of a day that a field of that letter hangs on; any other hangs on the whole day."""


_fields: dict[tuple[str, str, Hashable], str] = {}


def _field(field: str, language: str, part: Hashable, day: Date) -> str:
    """A field of a day."""
    key = (field, language, part)
    if key not in _fields:
        from babel.dates import DateTimeFormat

        _fields[key] = DateTimeFormat(day, locale_of(language))[field]
    return _fields[key]


def format_time(moment: datetime, language: str) -> str:
    """A time of day, hours and minutes, as the language writes it."""
    return _format_clock(moment.hour, moment.minute, language)


@lru_cache(maxsize=1440)
def _format_clock(hour: int, minute: int, language: str) -> str:
    from babel.dates import format_time as babel_format_time

    return babel_format_time(time(hour, minute), "short", locale=locale_of(language))


def month_name(month: int, language: str) -> str:
    """The name of a month, 1 to 12, as it stands alone."""
    return str(locale_of(language).months["stand-alone"]["wide"][month])


def problem_with_format(pattern: str) -> str:
    """Why a date pattern cannot be used, or an empty string."""
    if pattern in _NAMED:
        return ""
    if not re.search(r"[dDyYMLEe]", re.sub(r"'[^']*'", "", pattern)):
        return f"{pattern!r} has no field of a date in it"
    try:
        format_date(Date(2024, 5, 1), "en", pattern)
    except (ValueError, KeyError, AttributeError, TypeError) as problem:
        return f"{pattern!r} is not a date pattern ({problem})"
    return ""
