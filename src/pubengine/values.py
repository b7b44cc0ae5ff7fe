"""Hashes of the values that pages are made from: equal values, however they came to be, have one hash."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from types import FunctionType
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from pubengine.model import Card, Site


class UnhashableError(ValueError):
    """A value that has no hash: a lambda, an open file, a value that holds itself."""


_SCALARS = frozenset({str, int, float, bool, type(None), bytes})
_MOMENTS = frozenset({datetime, date, time, timedelta})


class Hasher:
    """Hashes values of one build.

    A card that the site holds counts by its version, which is made once; anything else by its parts. Classes
    and functions count by their names and by `code`, the fingerprints of plugins by their modules.

    What is hashed is how Python writes the value down once all in it is plain: tuples that begin with the name of
    what they stand for, and scalars. What cannot be made plain is pickled; nothing ever reads that.
    """

    def __init__(self, site: Site, code: Mapping[str, str]) -> None:
        self._versions = {id(card): _version(card) for card in (*site.posts, *site.pages)}
        self._code = code
        self._names: dict[type, str] = {}

    def digest(self, value: Any) -> str:
        """The hash of a value. Raises UnhashableError."""
        try:
            text = repr(self._plain(value))
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError, ValueError) as problem:
            raise UnhashableError(str(problem)) from None
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def _plain(self, value: Any) -> Any:
        kind = type(value)
        if kind in _SCALARS:
            return value
        if kind is Card and (version := self._versions.get(id(value))):
            return ("card", version)
        if kind is tuple or kind is list:
            return (kind.__name__, *self._all_plain(value))
        if kind is dict:
            return ("dict", *self._all_plain(value), *self._all_plain(value.values()))
        if kind in _MOMENTS:
            return (kind.__name__, repr(value))
        if kind is set or kind is frozenset:
            return (kind.__name__, *sorted(repr(self._plain(one)) for one in value))
        if isinstance(value, Struct):
            return (self._name(kind), *self._all_plain(astuple(value)))
        return ("pickled", self._pickled(value))

    def _all_plain(self, values: Iterable[Any]) -> list[Any]:
        plain = self._plain  # and no call for scalars, which most values are
        return [one if type(one) in _SCALARS else plain(one) for one in values]

    def _name(self, kind: type) -> str:
        if kind not in self._names:
            code = self._code.get(_plugin_of(kind), "")
            if code and "<" in kind.__qualname__:
                raise UnhashableError(f"{kind.__qualname__} has no name of its own")
            self._names[kind] = f"{kind.__module__}:{kind.__qualname__}:{code}"
        return self._names[kind]

    def _pickled(self, value: Any) -> bytes:
        """A pickle without memory of what it saw before, so that equal values that are not one object look the same."""
        file = io.BytesIO()
        _Pickler(file, self._versions, self._code).dump(value)
        return file.getvalue()


def _version(card: Card) -> bytes:
    return hashlib.blake2b(_encode(card), digest_size=16).digest()


_encode = msgspec.json.Encoder().encode


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, versions: dict[int, bytes], code: Mapping[str, str]) -> None:
        super().__init__(file, protocol=5)
        self.fast = True
        self._versions = versions
        self._code = code

    def reducer_override(self, value: Any) -> Any:
        if type(value) is Card:
            version = self._versions.get(id(value))
            return NotImplemented if version is None else (_card, (version,))
        if isinstance(value, (type, FunctionType)) and (code := self._code.get(_plugin_of(value))):
            if "<" in value.__qualname__:
                raise UnhashableError(f"{value.__qualname__} has no name of its own")
            return (_coded, (value.__module__, value.__qualname__, code))
        return NotImplemented


def _plugin_of(value: type | FunctionType) -> str:
    """The top of the module that something is defined in, as plugins are known by it."""
    parts = value.__module__.split(".")
    return ".".join(parts[:2]) if parts[0] == "pubengine_site" else parts[0]


def _card(version: bytes) -> bytes:
    return version


def _coded(*parts: str) -> tuple[str, ...]:
    return parts


def code_of(modules: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fingerprints by the names that `_plugin_of` gives, from names of plugins' modules and their fingerprints."""
    found = {}
    for module, fingerprint in modules:
        parts = module.split(".")
        found[".".join(parts[:2]) if parts[0] == "pubengine_site" else parts[0]] = fingerprint
    return {name: digest for name, digest in found.items() if name != "pubengine"}
