"""Dates in words, in the site's language, from CLDR by way of Babel: never the machine's locale."""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

_NAMED = ("full", "long", "medium", "short")


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
    from babel.dates import format_date as babel_format_date

    return babel_format_date(day, pattern, locale_of(language))


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
