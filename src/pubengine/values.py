"""Hashes of the values that pages are made from: equal values, however they came to be, have one hash."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import Any

import msgspec

from pubengine.model import Card, Site


class UnhashableError(ValueError):
    """A value that has no hash: a lambda, an open file, a value that holds itself."""


class Hasher:
    """Hashes values of one build.

    A card that the site holds counts by its version, which is made once; anything else by its parts. Classes
    and functions count by their names and by `code`, the fingerprints of plugins by their modules.

    The bytes that are hashed are those of a pickle without memory of what it saw before (so that equal values
    that are not the same object look the same); nothing ever reads it.
    """

    def __init__(self, site: Site, code: Mapping[str, str]) -> None:
        self._versions = {id(card): _version(card) for card in (*site.posts, *site.pages)}
        self._code = code

    def digest(self, value: Any) -> str:
        """The hash of a value. Raises UnhashableError."""
        file = io.BytesIO()
        pickler = _Pickler(file, self._versions, self._code)
        try:
            pickler.dump(value)
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError, ValueError) as problem:
            raise UnhashableError(str(problem)) from None
        return hashlib.blake2b(file.getbuffer(), digest_size=16).hexdigest()


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
