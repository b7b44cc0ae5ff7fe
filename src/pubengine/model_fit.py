"""Whether what a plugin made is what it says it is: Python does not look, and a later step would fail far away."""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from pubengine.model import Post
from pubengine.permalinks import problem_with_name, problem_with_path
from pubengine.text import printable


def misfit(value: Struct) -> str:
    """What is wrong with the fields of a post, a page or a diagnostic; or an empty string."""
    for name, wanted in _fields(type(value)):
        if problem := _problem(getattr(value, name), wanted):
            return f"a {type(value).__name__} whose {name!r} {problem}"
    if isinstance(value, Post):
        for name in ("source", "id", "slug"):
            if not getattr(value, name):
                return f"a Post whose {name!r} is empty"
        if value.kind == "post" and (problem := problem_with_name(value.slug)):
            return f"a Post whose slug {value.slug!r} is no part of an address: {problem}"
        for alias in value.aliases:
            if problem := problem_with_path(alias):
                return f"a Post whose alias {alias!r} is no address: {problem}"
        if value.kind == "post" and value.date is None and not value.draft and not _has_error(value):
            return "a Post without a date"
    return ""


def _has_error(post: Post) -> bool:
    return any(one.severity == "error" for one in post.problems)


def _problem(value: Any, wanted: tuple[Any, ...]) -> str:
    if not any(_is(value, one) for one in wanted):
        return f"is {value!r:.60}, not {' or '.join(map(_name, wanted))}"
    if isinstance(value, datetime) and value.utcoffset() is None:
        return "has no offset from UTC"
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
        return "holds half a character"
    return ""


def _is(value: Any, wanted: Any) -> bool:
    if wanted is Any:
        return True
    if get_origin(wanted) is tuple:
        inner = get_args(wanted)[0]
        return isinstance(value, tuple) and all(_is(one, inner) for one in value)
    if get_origin(wanted) is Literal:
        return value in get_args(wanted)
    if isinstance(wanted, type) and wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, wanted)


def _name(wanted: Any) -> str:
    words = {str: "text", bool: "true or false", int: "a whole number", datetime: "a date and time", type(None): "None"}
    if get_origin(wanted) is Literal:
        return " or ".join(map(repr, get_args(wanted)))
    if get_origin(wanted) is tuple:
        return f"a tuple of {_name(get_args(wanted)[0])}"
    return words.get(wanted) or str(getattr(wanted, "__name__", wanted))


@lru_cache(maxsize=8)
def _fields(kind: type[Struct]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """Each field of a class with the types that it may have."""
    hints = get_type_hints(kind)
    return tuple((name, _options(hints[name])) for name in kind.__struct_fields__)


def _options(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(one for part in get_args(hint) for one in _options(part))
    origin = get_origin(hint)
    if origin in (tuple, Literal):
        return (hint,)
    if origin is dict or origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return (Mapping if origin is not dict else dict,)
    if origin is not None:  # Callable
        return (_Callable,)
    return (hint,)


class _CallableMeta(type):
    def __instancecheck__(cls, value: object) -> bool:
        return callable(value)


class _Callable(metaclass=_CallableMeta):
    """Anything that can be called."""


def fit_to_print(post: Post) -> Post:
    """The post with U+FFFD for characters that no output can hold, in every text that pages show."""
    changes: dict[str, Any] = {
        name: clean
        for name in ("title", "description", "body", "excerpt")
        if (clean := printable(text := getattr(post, name))) is not text
    }
    for name in ("tags", "authors"):
        texts = getattr(post, name)
        clean_texts = tuple(map(printable, texts))
        if clean_texts != texts:
            changes[name] = clean_texts
    return post.replace(**changes) if changes else post
