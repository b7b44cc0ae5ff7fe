"""Why something is as it is: a post, a page or a file, told from the same plan that a build follows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from pubengine.assemble import why_hidden
from pubengine.cache import Cache, CacheError, cache_path
from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ConfigError, OutputError
from pubengine.explain_page import page_facts, shows
from pubengine.explain_source import hook_facts
from pubengine.lock import alone
from pubengine.model import Card, Page
from pubengine.pages import PageStates, page_states
from pubengine.paths import Paths
from pubengine.permalinks import url_of
from pubengine.plan import Opened, Plan, make_plan, open_site
from pubengine.problems import Problems
from pubengine.progress import Unwatched
from pubengine.reasons import Reasons, read_reasons
from pubengine.results import Options
from pubengine.text import nearest

Facts = list[tuple[str, str]]
"""What is known, as pairs of a word and a sentence."""


class Explanation(Struct, frozen=True):
    """What is known of one thing."""

    about: str
    """What it is: `post`, `page`, or `output`."""
    name: str
    facts: Facts


class _Known(Struct, frozen=True):
    """What explanations draw on."""

    site: Opened
    plan: Plan
    states: PageStates
    reasons: Reasons
    problems: tuple[Diagnostic, ...]
    cache: Cache


def explain(paths: Paths, subject: str, options: Options) -> list[Explanation]:
    """Everything that a subject can mean: a source (perhaps with `:line`), an id, a title, a URL, a file of the output.

    Raises PubengineError; ConfigError with the code `subject-unknown` where nothing is called so.
    """
    problems = Problems(strict=options.strict, keep_going=True)
    site = open_site(paths, problems)
    with alone(paths.kept, lambda _: None), Cache(cache_path(paths.kept)) as cache:
        try:
            plan = make_plan(site, options, cache, problems, Unwatched())
            output = os.path.relpath(paths.output, paths.root)
            states, reasons = page_states(cache, output), read_reasons(cache, output)
            known = _Known(site, plan, states, reasons, problems.sorted(), cache)
            found = list(_found(subject, known))
        except CacheError as problem:
            hint = "build the site first"
            raise OutputError(error("cache-failed", f"the cache cannot be used: {problem}", hint=hint)) from None
    if not found:
        names = [*(card.id for card in plan.cards), *(card.source for card in plan.cards)]
        meant = nearest(subject, names)
        hint = f"is it {meant!r}?" if meant else "name a source, an id, a title, a URL or a file of the output"
        raise ConfigError(error("subject-unknown", f"nothing here is called {subject!r}", hint=hint))
    return found


def _found(subject: str, known: _Known) -> Iterator[Explanation]:
    cards = list(_cards(subject, known))
    for card in cards:
        yield Explanation(
            "post" if card.kind == "post" else "page", card.title or card.source, _card_facts(card, known)
        )
    source = _source(subject, known)
    if not cards and source in known.plan.sources.loaded:
        yield Explanation("source", source, _source_facts(source, known))
    page = _page(subject, source, known)
    if page and not any(page.path == card.path for card in cards):
        yield Explanation("output", page.path, page_facts(page, known.site, known.states, known.cache))


def _cards(subject: str, known: _Known) -> Iterator[Card]:
    path, _, line = subject.rpartition(":")
    source = _source(path if line.isdigit() else subject, known)
    address = _address(subject, known)
    for card in known.plan.cards:
        by_source = card.source == source and (not line.isdigit() or str(card.line) == line)
        by_name = subject in (card.id, card.slug) or subject.casefold() == card.title.casefold() != ""
        if by_source or by_name or (address and card.path == address):
            yield card


def _source(subject: str, known: _Known) -> str:
    """A path as the engine calls it: from the site's root, with `/`."""
    full = os.path.abspath(subject)
    root = str(known.site.paths.root)
    inside = os.path.relpath(full, root).replace(os.sep, "/")
    return subject if subject.startswith("content/") or inside.startswith("..") else inside


def _address(subject: str, known: _Known) -> str:
    """The file of the output that a URL names, or a path to it; an empty string if it is none."""
    config = known.site.config.site
    path = urlsplit(subject).path if subject.startswith(("http://", "https://", "/")) else ""
    for page in known.plan.emitted.pages:
        url = url_of(page.path, config.base)
        if path and unquote(path) in (unquote(url), unquote(url).rstrip("/"), unquote(url) + "index.html"):
            return page.path
    inside = os.path.relpath(os.path.abspath(subject), known.site.paths.output).replace(os.sep, "/")
    return inside if not inside.startswith("..") else subject.removeprefix("./")


def _page(subject: str, source: str, known: _Known) -> Page | None:
    address = _address(subject, known)
    pages = known.plan.emitted.pages
    return next((page for page in pages if page.path == address or (page.copy and page.copy == source)), None)


def _card_facts(card: Card, known: _Known) -> Facts:
    facts: Facts = [("source", card.origin), ("id", card.id)]
    published = next(
        (one for one in (*known.plan.assembled.site.posts, *known.plan.assembled.site.pages) if _same(one, card)), None
    )
    facts += [("published", f"{published.url}  ({published.path})")] if published else _why_not(card, known)
    facts += [(one.severity, f"{one.message} [{one.code}]") for one in _problems_of(card, known)]
    facts += hook_facts(card, known.site, known.plan)
    why = known.reasons.of_source(card.source)
    facts.append(("source is", f"read anew by the last build: {why}" if why else "remembered"))
    if published:
        pages = known.plan.emitted.pages
        own = next((page for page in pages if page.path == published.path), None)
        if own:
            facts += page_facts(own, known.site, known.states, known.cache)
        everywhere = shows(published, pages, known.states, known.plan.emitted.site)
        facts.append(("shown on", _some([page.path for page in everywhere if page.path != published.path])))
    return facts


def _same(one: Card, other: Card) -> bool:
    return (one.source, one.line, one.position) == (other.source, other.line, other.position)


def _why_not(card: Card, known: _Known) -> Facts:
    hidden = why_hidden(card, known.plan.selection)
    if hidden is None:
        return [("not published", "for the errors below")]
    now, zone = known.plan.selection.now, known.site.config.site.zone
    if hidden.reason == "future" and hidden.until:
        there = hidden.until.astimezone(zone)
        when = f"{there:%Y-%m-%d %H:%M} in {known.site.config.site.timezone}"
        return [("not published", f"its time comes in {_how_long(now, hidden.until)}, at {when}")]
    if hidden.reason == "expired" and card.expires:
        there = card.expires.astimezone(zone)
        when = f"{there:%Y-%m-%d %H:%M} in {known.site.config.site.timezone}"
        return [("not published", f"it expired {_how_long(card.expires, now)} ago, at {when}")]
    return [("not published", "it is a draft")]


def _how_long(start: datetime, end: datetime) -> str:
    minutes = max(0, round((end - start).total_seconds() / 60))
    days, hours = divmod(minutes // 60, 24)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes % 60} min" if not days else ""]
    return " ".join(part for part in parts if part)


def _problems_of(card: Card, known: _Known) -> Iterator[Diagnostic]:
    starts = sorted({one.line for one in known.plan.cards if one.source == card.source and one.line > card.line})
    end = starts[0] if starts else None
    for one in known.problems:
        if one.file == card.source and (not one.line or (card.line <= one.line and (end is None or one.line < end))):
            yield one


def _source_facts(source: str, known: _Known) -> Facts:
    """What is known of a source that no post came of, or that is published as it is."""
    facts: Facts = [(one.severity, f"{one.message} [{one.code}]") for one in known.problems if one.file == source]
    return facts or [("no post", "no plugin made one of it")]


def _some(paths: list[str]) -> str:
    if not paths:
        return "no other page"
    return ", ".join(paths[:8]) + (f" and {len(paths) - 8:,} more" if len(paths) > 8 else "")
