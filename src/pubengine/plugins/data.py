"""Data files: `data/books.toml` is `site.data.books` in templates; TOML, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import posixpath
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from pubengine.api import ContentError, Diagnostic, SiteFiles, error, hookimpl


@hookimpl
def describe(files: SiteFiles) -> Mapping[str, Any]:
    """Every data file, under its name without suffix; folders are mappings of their files."""
    data: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    for path in files.glob("data/**/*"):
        name, suffix = posixpath.splitext(path.removeprefix("data/"))
        if suffix not in READERS:
            continue
        try:
            _put(data, name.split("/"), path, _read(path, suffix, files))
        except ContentError as problem:
            problems += problem.diagnostics
    if problems:
        raise ContentError(*problems)
    return {"data": data}


def _put(data: dict[str, Any], names: list[str], path: str, value: Any) -> None:
    """Puts a value where the names of its folders and file lead. Raises ContentError where something is already."""
    *folders, last = names
    for folder in folders:
        data = data.setdefault(folder, _Folder())
        if not isinstance(data, _Folder):
            raise ContentError(error("data-twice", f"a file is called {folder!r} too", path, hint="rename one"))
    if last in data:
        raise ContentError(
            error("data-twice", f"another file or folder is called {last!r} too", path, hint="rename one")
        )
    data[last] = value


class _Folder(dict[str, Any]):
    """The files of a folder, by name; told apart from a file that holds a table."""


def _read(path: str, suffix: str, files: SiteFiles) -> Any:
    text = files.read_text(path)
    try:
        return READERS[suffix](text)
    except json.JSONDecodeError as problem:
        place = (problem.lineno, problem.colno)
        raise ContentError(error("data-invalid", f"not valid JSON: {problem.msg}", path, *place)) from None
    except (ValueError, csv.Error, RecursionError) as problem:
        raise ContentError(error("data-invalid", f"cannot be read: {problem}", path)) from None


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


READERS: dict[str, Callable[[str], Any]] = {".toml": tomllib.loads, ".json": json.loads, ".csv": _rows}
"""What reads which suffix."""
