"""How a page of the output came to be, and which pages a post is shown on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pubengine.cache import Cache
from pubengine.model import Card, Page, Site
from pubengine.pages import PageStates, references
from pubengine.plan import Opened
from pubengine.reasons import read_reasons
from pubengine.shown import cards_in
from pubengine.templates import Sources
from pubengine.tracking import Path, found_at
from pubengine.trees import read_manifest
from pubengine.view import site_values


def page_facts(page: Page, site: Opened, states: PageStates, cache: Cache) -> list[tuple[str, str]]:
    """What makes a page, what it is given, what it read when it was made, and what the last build did about it."""
    facts = [("output", page.path), ("from", f"{page.plugin}" + (f", for {page.origin}" if page.origin else ""))]
    if page.template:
        sources = Sources(site.theme)
        names = sources.reached(page.template, references(sources, cache))
        others = [name for name in names or () if name != page.template]
        on = "any other, for it computes their names" if names is None else ", ".join(others) or "no other"
        facts.append(("template", f"{page.template}, which stands on {on}"))
    elif page.make is not None:
        facts.append(("function", f"{page.make.__module__}.{page.make.__qualname__}"))
    else:
        facts.append(("copy of", page.copy))
    shown = sorted({card.origin for card in cards_in(page.values)})
    if shown:
        facts.append(("shows", ", ".join(shown[:5]) + (f" and {len(shown) - 5:,} more" if len(shown) > 5 else "")))
    if page.path in states.pages:
        read = sorted({_readable(path) for path in states.read_by(page.path)})
        facts.append(("read", ", ".join(read[:24]) + (f" and {len(read) - 24:,} more" if len(read) > 24 else "")))
    output = os.path.relpath(site.paths.output, site.paths.root)
    if page.path in read_manifest(site.paths.output).files:
        why = read_reasons(cache, output).of_page(page.path)
        facts.append(("last build", f"made: {why}" if why else "left as it was"))
    else:
        facts.append(("last build", "not published yet"))
    return facts


def shows(card: Card, pages: Iterable[Page], states: PageStates, site: Site) -> Iterator[Page]:
    """The pages that a post of the site is given to, or that read it from the site when they were made."""
    values = site_values(site)
    leading = {place for place, path in enumerate(states.paths) if _reaches(path, card, values)}
    reading = {number for number, reads in enumerate(states.reads) if not leading.isdisjoint(reads)}
    for page in pages:
        state = states.pages.get(page.path)
        if any(one is card for one in cards_in(page.values)) or (state and state.reads in reading):
            yield page


def _reaches(path: Path, card: Card, values: Mapping[str, Any]) -> bool:
    """Whether the way to something that was read leads over a post."""
    steps = range(2, len(path) + 1) if path[0] in values else ()
    return any(found_at(path[:end], values.__getitem__) is card for end in steps if path[end - 1][0] == "[")


def _readable(path: Path) -> str:
    """The way to a value as one would write it."""
    first, *rest = path
    if " " in first:
        return " ".join(path[1:]) if len(path) > 1 else first
    steps = (step.removeprefix("?") for step in rest)
    return "site." + first + "".join(step if step[0] in "[." else f" ({step})" for step in steps)
