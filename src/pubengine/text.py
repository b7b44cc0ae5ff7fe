"""Bytes to text, once and in one way, so that no later step meets an encoding."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ContentError

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
"""Characters that XML 1.0 or HTML cannot hold, line ends and tabs apart."""

_RARE = bytes({*range(0x09), *range(0x0B, 0x0D), *range(0x0E, 0x20), 0x7F, 0xED, 0xEF, *range(0xF0, 0xF5)})
"""Bytes of UTF-8 without which a text holds none of FORBIDDEN: its control characters, and what its others begin with."""

_BYTE_ORDER_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def decode(data: bytes, path: str) -> str:
    """The text of a file: UTF-8, without byte order mark, line feeds, FORBIDDEN as U+FFFD.

    `path` is for the message only. Raises ContentError (code `encoding`) with line and column
    where the bytes are not UTF-8.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise ContentError(error("encoding", f"the file is {name}, not UTF-8", path, 1, 1, "save it as UTF-8"))
    if data[:1024].count(0) > len(data[:1024]) // 4:
        raise ContentError(error("encoding", "the file is UTF-16 or not text at all", path, 1, 1, "save it as UTF-8"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ContentError(_not_utf8(data, path, problem)) from None
    return printable(text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def printable(text: str) -> str:
    """The text with U+FFFD for every character of FORBIDDEN, and for halves of surrogate pairs."""
    return FORBIDDEN.sub("\ufffd", text) if _may_be_forbidden(text) else text


def _may_be_forbidden(text: str) -> bool:
    """A quick look, for most texts hold nothing of the kind, and to search them for it is slow."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _RARE)) != len(data)


def _not_utf8(data: bytes, path: str, problem: UnicodeDecodeError) -> Diagnostic:
    before = data[: problem.start].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    line, column = position(before, len(before))
    return error(
        "encoding",
        f"the file is not UTF-8: byte 0x{data[problem.start]:02x} at offset {problem.start}",
        path,
        line,
        column,
        "save it as UTF-8",
    )


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column, both from 1, of the character at `index`."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of `words` that `word` is probably a misspelling of, or an empty string."""
    from difflib import get_close_matches

    candidates = {one.lower(): one for one in words}
    found = get_close_matches(word.lower(), list(candidates), n=1, cutoff=0.72)
    return candidates[found[0]] if found else ""
