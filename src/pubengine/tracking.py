"""What a page reads of the site: noted item by item as it is read, so that it is made anew when that changes and only then.

Lists of posts and mappings are handed out behind a veil that notes which items, and which of a post's
fields, were looked at; anything smaller is noted whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from pubengine.model import Card

Path = tuple[str, ...]
"""The way to a value: a name, then `[key]`, `[number]`, `.field`; perhaps a question at the end, such as `count`."""

MANY = 2_000
"""From so many notes on, a page is noted to have read the values whole that they are about."""


class _Missing:
    """What is not there."""

    def __reduce__(self) -> str:
        return "MISSING"


MISSING = _Missing()


class Reads:
    """What is read of the site: by the page at hand and, for itself, by a piece of it."""

    def __init__(self) -> None:
        self._noted: set[Path] = set()

    def begin(self) -> None:
        """Begins another page."""
        self._noted = set()

    def note(self, path: Path) -> None:
        """Notes that a value was read."""
        self._noted.add(path)

    def note_all(self, paths: Iterable[Path]) -> None:
        """Notes that several values were read."""
        self._noted.update(paths)

    @contextmanager
    def apart(self) -> Iterator[set[Path]]:
        """What is read meanwhile, apart; it counts as read by the page as well."""
        outer, inner = self._noted, set[Path]()
        self._noted = inner
        try:
            yield inner
        finally:
            self._noted = outer
            outer |= inner

    def all(self) -> tuple[Path, ...]:
        """The ways to all that the page read, sorted."""
        noted = self._noted
        if len(noted) >= MANY:
            noted = {
                path if " " in path[0] else path[:1] for path in noted
            }  # a name with a space is none of the site's
        return tuple(sorted(noted))


def veiled(value: Any, path: Path, reads: Reads) -> Any:
    """A value that notes what is read of it; itself, and noted, if it is small."""
    if not isinstance(value, _VEILED):
        reads.note(path)
        return value
    if isinstance(value, Card):
        return VeiledCard(value, path, reads)
    if isinstance(value, (tuple, list)):
        if value and isinstance(value[0], Card):
            return VeiledPosts(value, path, reads)
        reads.note(path)
        return value
    return VeiledMapping(value, path, reads)


def needs_veil(value: Any) -> bool:
    """Whether a value is so large that pages are to note what of it they read."""
    if isinstance(value, (tuple, list)):
        return bool(value) and isinstance(value[0], Card)
    return isinstance(value, _VEILED)


_VEILED = (Card, tuple, list, dict, Mapping)
"""What may be handed out behind a veil; what is asked for most comes first, for the last is slow to tell."""


def unveiled(value: Any) -> Any:
    """The value itself, noted to be read whole; for functions that may look at all of it."""
    if isinstance(value, _Veil):
        value._reads.note(value._path)  # noqa: SLF001 - the veil is ours
        return value._value  # noqa: SLF001
    return value


class _Veil:
    def __init__(self, value: Any, path: Path, reads: Reads) -> None:
        self._value = value
        self._path = path
        self._reads = reads

    def _ask(self, question: str) -> None:
        self._reads.note((*self._path, question))

    def __eq__(self, other: object) -> bool:
        return bool(unveiled(self) == unveiled(other))

    def __hash__(self) -> int:
        return hash(unveiled(self))

    def __repr__(self) -> str:
        return repr(unveiled(self))


class VeiledMapping(_Veil, Mapping[Any, Any]):
    """A mapping: what is noted are the keys that are asked for."""

    __hash__ = _Veil.__hash__
    __eq__ = _Veil.__eq__

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, (str, int)):
            return unveiled(self)[key]
        self._ask(f"?{_step(key)}")
        return veiled(self._value[key], (*self._path, _step(key)), self._reads)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, (str, int)):
            return key in unveiled(self)
        self._ask(f"?{_step(key)}")
        return key in self._value

    def __iter__(self) -> Iterator[Any]:
        self._ask("keys")
        return iter(self._value)

    def __len__(self) -> int:
        self._ask("count")
        return len(self._value)

    def __bool__(self) -> bool:
        self._ask("any")
        return bool(self._value)


class VeiledPosts(_Veil, Sequence[Any]):
    """A list of posts: what is noted are the places that are looked at, and how many there are if that is asked."""

    __hash__ = _Veil.__hash__
    __eq__ = _Veil.__eq__

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            places = range(*key.indices(len(self._value)))
            self._ask(f"places {key.start} {key.stop} {key.step}")
            return [self._at(place) for place in places]
        if isinstance(key, int) and key < 0:
            self._ask("count")
            key += len(self._value)
        self._ask(f"?{_step(key)}")
        if key < 0 or key >= len(self._value):
            raise IndexError(key)
        return self._at(key)

    def _at(self, place: int) -> Any:
        return veiled(self._value[place], (*self._path, _step(place)), self._reads)

    def __iter__(self) -> Iterator[Any]:
        self._ask("count")
        return map(self._at, range(len(self._value)))

    def __len__(self) -> int:
        self._ask("count")
        return len(self._value)

    def __bool__(self) -> bool:
        self._ask("any")
        return bool(self._value)

    def __add__(self, other: Any) -> Any:
        return unveiled(self) + unveiled(other)


class VeiledCard(_Veil):
    """A post: what is noted are the fields that are read."""

    # It is a card to whoever asks, as plugins do; only its class cannot be one, for cards are frozen.
    __class__ = property(lambda _self: Card)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._value, name)
        self._ask(f".{name}")
        return value


@lru_cache(maxsize=4096, typed=True)
def _step(key: str | int) -> str:
    return f"[{json.dumps(key)}]"


def found_at(path: Path, first: Callable[[str], Any]) -> Any:
    """What is there now, at the end of a way; MISSING if the way ends before. `first` gives the value that it begins at."""
    value = first(path[0])
    for step in path[1:]:
        if value is MISSING:
            return MISSING
        value = _next(value, step)
    return value


def _next(value: Any, step: str) -> Any:
    if step.startswith("["):
        return _item(value, step)
    if step.startswith("."):
        return getattr(value, step[1:], MISSING)
    if step.startswith("?"):
        return _item(value, step[1:]) is not MISSING
    return _QUESTIONS[step.partition(" ")[0]](value, step)


def _item(value: Any, step: str) -> Any:
    key = json.loads(step[1:-1])
    if isinstance(value, Mapping):
        return value.get(key, MISSING)
    if isinstance(value, (tuple, list)) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    return MISSING


def _places(value: Any, step: str) -> int:
    start, stop, by = (None if part == "None" else int(part) for part in step.split(" ")[1:])
    return len(range(*slice(start, stop, by).indices(len(value)))) if hasattr(value, "__len__") else -1


_QUESTIONS: dict[str, Callable[[Any, str], Any]] = {
    "count": lambda value, _: len(value) if hasattr(value, "__len__") else -1,
    "any": lambda value, _: bool(value),
    "keys": lambda value, _: tuple(value) if isinstance(value, Mapping) else MISSING,
    "places": _places,
}
