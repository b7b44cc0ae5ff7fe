"""Looks for text that went through the wrong character set on its way, and for stray control characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from pubengine.api import Diagnostic, Source, hookimpl, position, warning

CODE_PAGES = ("cp1252", "latin-1", "cp437", "cp850", "cp852", "mac_roman", "cp1250")
"""The character sets that UTF-8 is most often taken for by mistake, likeliest first."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_CONTROL_BYTES = bytes({*range(0x09), *range(0x0B, 0x0D), *range(0x0E, 0x20), 0x7F})
_REPLACED = re.compile("\ufffd")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_WORD = re.compile(r"\w*\Z")


MOST = 5
"""How many problems of one kind are said of one file."""


@hookimpl
def check(source: Source) -> Iterable[Diagnostic]:
    """Warns, with line and column, about characters that are probably not what the author wrote."""
    if source.data.isascii() and len(source.data.translate(None, _CONTROL_BYTES)) == len(source.data):
        return
    try:
        text = source.data.decode("utf-8")
    except UnicodeDecodeError:
        return  # a plugin has read what is not text; that is its business
    raw = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for found in (_controls(raw, source.path), _lost(raw, source.path), _mistaken(raw, source.path)):
        yield from _some(list(islice(found, MOST + 1)), source.path)


def _some(found: list[Diagnostic], path: str) -> Iterable[Diagnostic]:
    yield from found[:MOST]
    if len(found) > MOST:
        yield warning(found[0].code, f"and more of the same kind than {MOST}", path, found[MOST].line)


def _controls(text: str, path: str) -> Iterator[Diagnostic]:
    for match in _CONTROL.finditer(text):
        yield warning(
            "control-character",
            f"control character U+{ord(match[0]):04X}",
            path,
            *position(text, match.start()),
            "delete it",
        )


def _lost(text: str, path: str) -> Iterator[Diagnostic]:
    for match in _REPLACED.finditer(text):
        message, hint = "U+FFFD stands where a character was lost", "write the character that belongs there"
        yield warning("character-lost", message, path, *position(text, match.start()), hint)


def _mistaken(text: str, path: str) -> Iterator[Diagnostic]:
    seen: set[int] = set()
    for run in _NOT_ASCII.finditer(text):
        for name in CODE_PAGES:
            for match in _pattern(name).finditer(text, run.start(), run.end()):
                meant = _meant(match[0], name)
                if meant and not seen.intersection(range(match.start(), match.end())):
                    seen.update(range(match.start(), match.end()))
                    yield _mistake(text, path, match, meant, name)


def _mistake(text: str, path: str, match: re.Match[str], meant: str, name: str) -> Diagnostic:
    word = _around(text, match.start(), match.end())
    message = f"{match[0]!r} in {word!r} looks like {meant!r}, read in the wrong character set ({name})"
    hint = f"write {word.replace(match[0], meant)!r}"
    return warning("text-mistaken", message, path, *position(text, match.start()), hint)


def _around(text: str, start: int, end: int) -> str:
    before = _WORD.search(text[max(0, start - 30) : start])
    after = re.match(r"\w*", text[end : end + 30])
    return f"{before[0] if before else ''}{text[start:end]}{after[0] if after else ''}"


@lru_cache(maxsize=16)
def _pattern(name: str) -> re.Pattern[str]:
    """Runs of characters whose bytes in a code page are UTF-8 for one character of two or three bytes."""

    def shown(first: int, last: int) -> str:
        return "".join(re.escape(_character(byte, name)) for byte in range(first, last + 1))

    more = shown(0x80, 0xBF)
    return re.compile(f"[{shown(0xC2, 0xC5)}][{more}]|[{shown(0xE2, 0xE2)}][{more}][{more}]")


def _character(byte: int, name: str) -> str:
    """The character that a byte is in a code page; for the few bytes without one, what browsers make of them."""
    try:
        return bytes([byte]).decode(name)
    except UnicodeDecodeError:
        return chr(byte)


@lru_cache(maxsize=16)
def _bytes(name: str) -> dict[str, int]:
    return {_character(byte, name): byte for byte in range(0x80, 0x100)}


def _meant(run: str, name: str) -> str:
    """The character that was mistaken, if it is one that people write; else an empty string."""
    try:
        meant = bytes(_bytes(name)[character] for character in run).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return ""
    code = ord(meant)
    plausible = 0xA0 <= code <= 0xFF or 0x2010 <= code <= 0x2044 or code in (0x20AC, 0x2122)
    latin = 0x100 <= code <= 0x17F and name in ("cp437", "cp850", "cp852", "mac_roman")
    return meant if plausible or latin else ""
