"""Which posts a page shows: the cards among its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from pubengine.model import Card


def cards_in(value: Any) -> Iterator[Card]:
    """All cards among some values, at any depth."""
    if isinstance(value, Card):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from cards_in(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from cards_in(one)
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from cards_in(getattr(value, name))
