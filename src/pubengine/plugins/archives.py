"""Archives: a page for each year, month and day with its posts, and the tree of them all with counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date as Date
from datetime import datetime
from itertools import groupby
from typing import Any

from msgspec import Struct

from pubengine.api import Card, Page, Site, format_date, hookimpl, month_name, output_path, url_of


class Settings(Struct, frozen=True):
    """What `[plugins.archives]` may hold."""

    days: bool = True
    """Whether each day gets a page of its own."""


class Month(Struct, frozen=True):
    """A month that has posts."""

    year: int
    month: int
    name: str
    url: str
    count: int


class Year(Struct, frozen=True):
    """A year that has posts, its months newest first."""

    year: int
    url: str
    count: int
    months: tuple[Month, ...]


@hookimpl
def settings() -> type[Settings]:
    """Which archives there are."""
    return Settings


@hookimpl
def describe(site: Site, settings: Settings) -> Mapping[str, Any]:
    """`site.archive`: years, newest first, each with its months, each with its count."""
    return {
        "archive": tuple(_years(site)),
        "archive_url": url_of("archive/index.html", site.config.base) if site.posts else "",
        "day_links": settings.days,
    }


@hookimpl
def template_filters() -> Mapping[str, Callable[..., Any]]:
    """`archive_path`: the output file of a day's page. `in_month`: the posts of a month, of a list."""
    return {
        "archive_path": lambda day: _path(day.year, day.month, day.day),
        "in_month": lambda posts, month: [card for card in posts if card.day.month == month.month],
    }


@hookimpl
def emit(site: Site, settings: Settings) -> Iterable[Page]:
    """`archive/`, `2014/`, `2014/10/` and `2014/10/18/`."""
    if not site.posts:
        return
    language = site.config.language
    yield Page(
        path="archive/index.html", template="archive.html", values={"years": site.values["archive"]}, title="Archive"
    )
    years: tuple[Year, ...] = site.values["archive"]
    months = [month for year in years for month in year.months]
    for year, posts in _groups(site.posts, lambda card: (_day_of(card).year,)):
        here = next(one for one in years if one.year == year[0])
        at = years.index(here)
        values = {"year": here, "posts": posts, **_around(years, at)}
        yield Page(path=_path(*year), template="year.html", values=values, title=str(year[0]), updated=_updated(posts))
    for (number, month), posts in _groups(site.posts, lambda card: (_day_of(card).year, _day_of(card).month)):
        at = next(n for n, one in enumerate(months) if (one.year, one.month) == (number, month))
        title = f"{month_name(month, language)} {number}"
        values = {"month": months[at], "posts": posts, "title": title, **_around(months, at)}
        yield Page(
            path=_path(number, month), template="month.html", values=values, title=title, updated=_updated(posts)
        )
    if settings.days:
        yield from _days(site)


def _days(site: Site) -> Iterator[Page]:
    groups = list(_groups(site.posts, _day_of))
    paths = [_path(day.year, day.month, day.day) for day, _ in groups]
    titles = [format_date(day, site.config.language, site.config.date_format) for day, _ in groups]
    urls = [url_of(path, site.config.base) for path in paths]
    links = [{"title": title, "url": url} for title, url in zip(titles, urls, strict=True)]
    for number, (_, posts) in enumerate(groups):
        newer = links[number - 1] if number else None
        older = links[number + 1] if number + 1 < len(groups) else None
        title = titles[number]
        values = {"posts": posts, "title": title, "newer": newer, "older": older}
        yield Page(path=paths[number], template="day.html", values=values, title=title, updated=_updated(posts))


def _around(items: Any, at: int) -> dict[str, Any]:
    """The next newer and the next older of some years or months."""

    def link(item: Year | Month) -> dict[str, str]:
        title = f"{item.name} {item.year}" if isinstance(item, Month) else str(item.year)
        return {"title": title, "url": item.url}

    return {
        "newer": link(items[at - 1]) if at else None,
        "older": link(items[at + 1]) if at + 1 < len(items) else None,
    }


def _years(site: Site) -> Iterator[Year]:
    base, language = site.config.base, site.config.language
    for (year,), posts in _groups(site.posts, lambda card: (_day_of(card).year,)):
        months = tuple(
            Month(year, month, month_name(month, language), url_of(_path(year, month), base), len(some))
            for (_, month), some in _groups(posts, lambda card: (_day_of(card).year, _day_of(card).month))
        )
        yield Year(year, url_of(_path(year), base), len(posts), months)


def _groups(posts: Iterable[Card], key: Any) -> Iterator[tuple[Any, tuple[Card, ...]]]:
    for value, group in groupby(posts, key=key):
        yield value, tuple(group)


def _path(year: int, *rest: int) -> str:
    return output_path("/".join([f"/{year:04}", *(f"{number:02}" for number in rest), ""]))


def _day_of(card: Card) -> Date:
    assert card.date is not None  # every post has a date by now
    return card.date.date()


def _updated(posts: tuple[Card, ...]) -> datetime | None:
    return max((moment for card in posts if (moment := card.updated or card.date)), default=None)
