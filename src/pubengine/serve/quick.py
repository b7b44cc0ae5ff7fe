"""The quick way to an updated page: of a text that was saved, only the pages that show it, from what the last build had in memory.

It is taken where nothing but the text of posts changed, so that nothing can have moved. It is a foretaste: what
else may hang on a text, such as a plugin's list of the longest posts, is right after the whole build that follows.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pubengine.cache import CacheError, Texts, cache_path
from pubengine.errors import PubengineError
from pubengine.load import Loaded, load_file
from pubengine.model import Body, Card
from pubengine.plan import Opened, Plan
from pubengine.render import Renderer
from pubengine.shown import cards_in

_OF_THE_TEXT = frozenset({"digest", "summary", "words", "has_more"})
"""The fields of a card that change with its text alone."""
_MOST = 4
"""How many files that were saved at once are still a few words changed by hand."""


class Quick:
    """What the last whole build had in memory, brought up to date by each quick one."""

    def __init__(self, site: Opened, plan: Plan) -> None:
        self._site = site
        self._found = {one.path: one for one in plan.content.texts}
        self._loaded = plan.sources.loaded
        self._pages = list(plan.emitted.pages)
        published = plan.emitted.site
        self._cards = {(card.source, card.position): card for card in (*published.posts, *published.pages)}
        self._shown_on: defaultdict[int, list[int]] = defaultdict(list)
        for number, page in enumerate(self._pages):
            for card in cards_in(page.values):
                self._shown_on[id(card)].append(number)
        self._texts: dict[str, Body] = {}
        self._kept = Texts(cache_path(site.paths.kept))
        self._renderer = Renderer(published, site.theme, site.registry, self._fetch, site.paths.root)

    def _fetch(self, digest: str) -> Body:
        return self._texts.get(digest) or self._kept.fetch(digest)

    def update(self, changed: Sequence[str]) -> tuple[str, ...] | None:
        """Makes the pages anew that show some sources, and returns their paths; None where only a whole build will do.

        `changed`: paths of what was saved, relative to the site's folder.
        """
        if not changed or len(changed) > _MOST:
            return None
        pairs: list[tuple[Card, Card]] = []
        for path in changed:
            found = self._reloaded(path)
            if found is None:
                return None
            pairs += found
        numbers: dict[int, None] = {}
        for old, new in pairs:
            numbers |= dict.fromkeys(self._take(old, new))
        try:
            made = [(page.path, self._renderer.render(page)[0]) for page in map(self._pages.__getitem__, numbers)]
            return tuple(path for path, data in made if _put(self._site.paths.output / path, data))
        except (PubengineError, CacheError, OSError):
            return None  # the whole build will say what is wrong

    def _reloaded(self, path: str) -> list[tuple[Card, Card]] | None:
        """The published cards of a source that was saved, and what each is to be; None where more changed than texts."""
        before, found = self._loaded.get(path), self._found.get(path)
        if before is None or found is None:
            return None
        made = load_file(found, self._site.paths.root, self._site.registry, self._site.config)
        after = made.loaded
        if not _alike(before, after):
            return None
        pairs = []
        for old, new in zip(before.cards, after.cards, strict=True):
            card = self._cards.get((old.source, old.position))
            if card is None or not _differ_in_text_alone(old, new):
                return None
            if old.digest != new.digest:
                changes = {name: getattr(new, name) for name in _OF_THE_TEXT}
                pairs.append((card, replace(card, **changes)))
        self._texts |= dict(made.texts)
        self._loaded[path] = after
        return pairs

    def _take(self, old: Card, new: Card) -> list[int]:
        """Puts a new card into the place of an old one; the numbers of the pages that show it."""
        self._cards[new.source, new.position] = new
        numbers = self._shown_on.pop(id(old), [])
        self._shown_on[id(new)] = numbers
        for number in numbers:
            page = self._pages[number]
            self._pages[number] = replace(page, values=_exchanged(page.values, old, new))
        return numbers


def _alike(before: Loaded, after: Loaded) -> bool:
    """Whether a source is as good as it was, and holds as many posts."""
    if after.plugin_failed or after.is_file or len(before.cards) != len(after.cards):
        return False
    return [one.code for one in before.problems] == [one.code for one in after.problems] == []


def _differ_in_text_alone(old: Card, new: Card) -> bool:
    if old.links.keys() != new.links.keys():
        return False
    return all(getattr(old, name) == getattr(new, name) for name in Card.__struct_fields__ if name not in _OF_THE_TEXT)


def _exchanged(value: Any, old: Card, new: Card) -> Any:
    """Some values with one card in the place of another."""
    if value is old:
        return new
    if isinstance(value, dict):
        return {name: _exchanged(one, old, new) for name, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_exchanged(one, old, new) for one in value)
    if isinstance(value, Struct) and not isinstance(value, Card):
        changes = {name: _exchanged(getattr(value, name), old, new) for name in value.__struct_fields__}
        return replace(value, **changes)
    return value


def _put(target: Path, data: bytes) -> bool:
    """Puts a page into the output, whole or not at all; False if it is there already. Raises OSError."""
    if target.is_file() and target.read_bytes() == data:
        return False
    file, temporary = tempfile.mkstemp(prefix=".pubengine-", dir=target.parent)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    return True
