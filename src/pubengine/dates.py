"""Dates as authors write them, made exact: every moment gets a fixed offset from UTC."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from datetime import date as Date
from functools import lru_cache
from importlib.resources import files
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

ACCEPTED = "2024-05-01, 2024-05-01 18:30, 2024-05-01T18:30:00+02:00 or 2024-05-01T16:30:00Z"
"""The accepted forms, by example, for messages."""

_WRITTEN = re.compile(
    r"""(?P<day>\d{4}-\d{2}-\d{2})
        (?: [Tt\ ]\ ? (?P<time>\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?) \ ?
            (?P<offset>[Zz]|UTC|[+-]\d{2}:?\d{2})? )?""",
    re.VERBOSE,
)


class Moment(Struct, frozen=True):
    """A date as written in front matter, made exact."""

    at: datetime
    """With a fixed offset from UTC, seconds exact."""
    date_only: bool
    """True if no time was given; `at` is then midnight in the site's zone."""
    shifted: bool = False
    """True if that local time does not exist (clocks went forward over it); `at` is as much later."""


def zone(name: str) -> tzinfo:
    """The zone of an IANA name such as `Europe/London`. Raises ValueError if there is none."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", name):
        raise ValueError(f"no time zone is called {name[:40]!r}")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone is called {name!r}") from None


def zone_files(name: str) -> tuple[str, ...]:
    """The machine's own file with the rules of a zone; none where a library has to give them."""
    paths = (os.path.join(folder, name) for folder in TZPATH)
    return tuple(path for path in paths if os.path.isfile(path))[:1]


@lru_cache(maxsize=8)
def zone_data(name: str) -> bytes:
    """The rules of a zone as the machine has them (RFC 8536), where `zone` finds them too; empty if there are none."""
    for path in zone_files(name):
        with open(path, "rb") as file:
            return file.read()
    try:
        return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    except (OSError, ImportError):
        return b""


def parse_moment(value: object, zone: tzinfo) -> Moment:
    """Reads a TOML date or date-time, or text in one of the ACCEPTED forms.

    Without an offset it is local time in `zone`; of a local time that comes twice the earlier is
    meant, one that does not exist is moved forward by the gap. Raises ValueError otherwise.
    """
    if isinstance(value, str):
        value = _read(value.strip())
    if isinstance(value, datetime):
        return _in_zone(value, zone) if value.tzinfo is None else Moment(_fixed(value), False)
    if isinstance(value, Date):
        return Moment(_in_zone(datetime.combine(value, time()), zone).at, True)
    raise ValueError("not a date")


def _read(text: str) -> datetime | Date:
    match = _WRITTEN.fullmatch(text)
    if not match:
        raise ValueError("not a date in an accepted form")
    day = Date.fromisoformat(match["day"])
    if match["time"] is None:
        return day
    clock = time.fromisoformat(match["time"].rjust(5, "0") if match["time"].count(":") == 1 else match["time"].zfill(8))
    return datetime.combine(day, clock, _read_offset(match["offset"]))


def _read_offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _in_zone(local: datetime, zone: tzinfo) -> Moment:
    try:
        there = local.replace(tzinfo=zone, fold=0)
        back = there.astimezone(UTC).astimezone(zone)
    except OverflowError:
        raise ValueError("out of range") from None
    return Moment(_fixed(back), False, back.replace(tzinfo=None) != local)


def _fixed(moment: datetime) -> datetime:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None
    offset = moment.utcoffset() or timedelta()
    whole_minutes = timedelta(minutes=round(offset.total_seconds() / 60))
    # Offsets of the time before time zones have seconds, which nothing that we write can say: the wall clock stays.
    return moment.replace(tzinfo=timezone(whole_minutes), microsecond=0)
