"""The one barrier: finished posts become a site, with addresses, one order, and nothing unpublished in it.

The order of posts, everywhere: by day, the newest first, the day being that of the post's own offset
from UTC; on one day by time, the latest first, a post without a time counting as midnight; at one
time by file, the path that sorts last first, so that of `2024-05-01-a.md` and `2024-05-01-b.md` the
second is the newer; in one file by place, the upper first, as a journal is written.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import unquote, urljoin, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from pubengine.addresses import placed, wanted_address
from pubengine.dates import parse_moment
from pubengine.diagnostics import Diagnostic, error, warning
from pubengine.discover import published_path
from pubengine.model import Card, Site
from pubengine.permalinks import folded, url_of
from pubengine.settings import Config, SiteConfig

Reason = Literal["draft", "future", "expired"]


class Hidden(Struct, frozen=True):
    """A post that is not published now, and why."""

    source: str
    line: int
    title: str
    reason: Reason
    until: datetime | None = None
    """For `future`, when it will be published."""


class Selection(Struct, frozen=True):
    """What to publish besides what is due."""

    now: datetime
    """The moment that decides what is due; the only clock a build reads."""
    drafts: bool = False
    future: bool = False


NEVER = 1e18
"""Later than any moment, in seconds since 1970."""


def next_change(cards: Iterable[Card], selection: Selection, site: SiteConfig) -> float:
    """When the clock alone will change what is published, in seconds since 1970: a post comes due, or expires."""
    moments = [NEVER]
    for card in cards:
        if card.draft and not selection.drafts:
            continue
        if card.expires is not None and card.expires > selection.now:
            moments.append(card.expires.timestamp())
        if card.date is not None and card.date > selection.now and not selection.future:
            moments.append(card.date.timestamp())
        if card.date is None and card.kind == "post":  # it is shown as if of today
            tomorrow = selection.now.astimezone(site.zone).date() + timedelta(days=1)
            moments.append(parse_moment(tomorrow, site.zone).at.timestamp())
    return min(moments)


class Assembled(Struct, frozen=True):
    """The site, and what did not become part of it."""

    site: Site
    hidden: tuple[Hidden, ...]
    problems: tuple[Diagnostic, ...]


def assemble(cards: Iterable[Card], files: tuple[str, ...], config: Config, selection: Selection) -> Assembled:
    """Turns posts into a site. Two posts with one id or one address are errors, and neither is published."""
    hidden = []
    problems: list[Diagnostic] = []
    shown: list[Card] = []
    for card in cards:
        if why := why_hidden(card, selection):
            hidden.append(why)
        elif there := _placed(card, config, selection, problems):
            shown.append(there)
    files = _without_hidden(files, hidden)
    shown = _without_clashes(shown, problems)
    shown = _with_links(shown, files, config.site, problems)
    posts = sorted((card for card in shown if card.kind == "post"), key=lambda card: card.position)
    posts.sort(key=_newest_first, reverse=True)
    pages = sorted((card for card in shown if card.kind == "page"), key=lambda card: card.path)
    _warn_of_identity(config, posts, problems)
    return Assembled(Site(config.site, tuple(posts), tuple(pages), files), tuple(hidden), tuple(problems))


_SHARED = ("content", "content/posts")
"""Folders whose files belong to no single post."""


def _without_hidden(files: tuple[str, ...], hidden: list[Hidden]) -> tuple[str, ...]:
    """The files that do not lie in the folder of a post that is not published: its pictures are not either."""
    folders = tuple(
        f"{posixpath.dirname(one.source)}/"
        for one in hidden
        if posixpath.basename(one.source).startswith("index.") and posixpath.dirname(one.source) not in _SHARED
    )
    return tuple(path for path in files if not path.startswith(folders)) if folders else files


def why_hidden(post: Card, selection: Selection) -> Hidden | None:
    """Why a post is not to be published at that moment, or None if it is."""

    def because(reason: Reason, until: datetime | None = None) -> Hidden:
        return Hidden(post.source, post.line, post.title, reason, until)

    if post.draft and not selection.drafts:
        return because("draft")
    if post.expires is not None and post.expires <= selection.now:
        return because("expired")
    if post.date is not None and post.date > selection.now and not selection.future:
        return because("future", post.date)
    return None


def unpublished(site: Site, selection: Selection) -> dict[str, Hidden]:
    """The posts and pages of a site that are there only because the selection asks for drafts or future ones, by file."""
    if not (selection.drafts or selection.future):
        return {}
    due = Selection(selection.now)
    reasons = ((card.path, why_hidden(card, due)) for card in (*site.posts, *site.pages))
    return {path: why for path, why in reasons if why}


def _placed(card: Card, config: Config, selection: Selection, problems: list[Diagnostic]) -> Card | None:
    """The card with its address, where loading could not give it one; a draft without a date is as if of today."""
    if card.path:
        return card
    if card.date is None and card.kind == "post":
        today = parse_moment(selection.now.astimezone(config.site.zone).date(), config.site.zone)
        card = replace(card, date=today.at, date_only=True)
    try:
        return placed(card, config)
    except ValueError as problem:
        hint = "rename the file, or give it another slug"
        message = f"its address {wanted_address(card, config)} is no good: {problem}"
        problems.append(error("address-invalid", message, card.source, card.line, 0, hint))
        return None


def _newest_first(card: Card) -> tuple[object, object, str]:
    assert card.date is not None
    return (card.day, card.date, card.source)


def _without_clashes(cards: list[Card], problems: list[Diagnostic]) -> list[Card]:
    """The cards whose id and address are theirs alone; an error at each of the others."""
    clashing: set[int] = set()
    by_path, by_id = defaultdict(list), defaultdict(list)
    for number, card in enumerate(cards):
        by_path[folded(card.path)].append(number)
        by_id[card.id].append(number)
    for code, what, groups in (("address-twice", "address", by_path), ("id-twice", "id", by_id)):
        for group in groups.values():
            for number in group if len(group) > 1 else ():
                if number in clashing:
                    continue
                card = cards[number]
                others = " and ".join(cards[other].origin for other in group if other != number)
                value = unquote(card.url) if what == "address" else card.id
                hint = f"give one of them another {'slug' if what == 'address' else 'id'}"
                message = f"the {what} {value!r} is also that of {others}"
                problems.append(error(code, message, card.source, card.line, 0, hint))
            if len(group) > 1:
                clashing.update(group)
    return [card for number, card in enumerate(cards) if number not in clashing]


def _with_links(cards: list[Card], files: tuple[str, ...], site: SiteConfig, problems: list[Diagnostic]) -> list[Card]:
    """Cards that know where the links in their text lead, now that all addresses are known."""
    known = {path: url_of(published_path(path), site.base) for path in files}
    for card in cards:
        known.setdefault(card.source, card.url)
    urls = set(known.values())
    return [
        replace(
            card,
            links={
                link: target
                for link in card.links
                if (target := _resolve(link, card, known, urls, site, problems)) != link
            },
        )
        if card.links
        else card
        for card in cards
    ]


def _resolve(
    link: str, card: Card, known: dict[str, str], urls: set[str], site: SiteConfig, problems: list[Diagnostic]
) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:  # not a URL; it stays as the author wrote it
        return link
    tail = link[len(parts.path) :]
    if not parts.path:
        return card.url + tail
    if parts.path.startswith("/"):
        if site.base == "/" or (parts.path.startswith(site.base) and parts.path in urls):
            return link
        return site.base + link.lstrip("/")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(card.source), unquote(parts.path)))
    if target in known:
        return known[target] + tail
    if target.endswith((".md", ".markdown")):
        message = f"the link {link!r} leads to no post or page that is published"
        hint = "links are relative to the file they are written in"
        problems.append(warning("link-broken", message, card.source, card.line, 0, hint))
    return urljoin(card.url, link)


def _warn_of_identity(config: Config, posts: list[Card], problems: list[Diagnostic]) -> None:
    if not config.site.id and posts:
        message = "without an id, the feeds' ids hang on the site's address and would change with it"
        hint = f'add to engine.toml: id = "{config.site.identity}"'
        problems.append(warning("site-id-missing", message, "engine.toml", 1, 0, hint))
