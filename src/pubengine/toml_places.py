"""Where a key stands in a TOML text: the standard parser does not say, and a message must."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from pubengine.diagnostics import Diagnostic, error

_HEADER = re.compile(r"\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_MESSAGE = re.compile(
    r"(?P<what>.*?)\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


def parse_toml(text: str, file: str, code: str, first_line: int = 1) -> dict[str, Any] | Diagnostic:
    """The values of a TOML text, or what is wrong with it.

    `first_line` is the line of `file` that the text begins on; `code` is the diagnostic's code.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        match = _MESSAGE.fullmatch(str(problem))
        what = match["what"] if match else str(problem)
        line = int(match["line"]) if match and match["line"] else text.count("\n") + 1
        column = int(match["column"]) if match and match["column"] else 1
        return error(code, f"not valid TOML: {_plain(what)}", file, first_line + line - 1, column)
    except (ValueError, RecursionError) as problem:
        return error(code, f"not valid TOML: {_plain(str(problem))}", file, first_line)


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:] if message else "it cannot be read"


def key_lines(text: str) -> dict[str, tuple[int, int]]:
    """Line and column where each top-level key first stands."""
    found: dict[str, tuple[int, int]] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            found.setdefault(table[0] if table else "", (number, 1))
        elif not table and (key := _KEY.match(line)):
            found.setdefault(_parts(key[1])[0], (number, len(line) - len(line.lstrip()) + 1))
    return found


def place_of(text: str, *keys: str) -> tuple[int, int]:
    """Line and column of the key (or the table) that `keys` lead to; of its table if it is not found; else 0, 0."""
    best, place = 0, (0, 0)
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            path = table
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
        else:
            continue
        if keys[: len(path)] == path and len(path) > best:
            best, place = len(path), (number, len(line) - len(line.lstrip()) + 1)
    return place


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', dotted))
