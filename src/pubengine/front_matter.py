"""The block of fields at the head of a text file: TOML between `+++` lines or YAML between `---` lines.

YAML is read for those who move in: no tags, no aliases, no key twice, and text stays text.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from msgspec import Struct

from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ContentError
from pubengine.model import Source
from pubengine.toml_places import key_lines, parse_toml

MAX_SIZE = 64 * 1024
"""Longest front matter, in characters."""
MAX_DEPTH = 20
MAX_NODES = 10_000

_FENCE = re.compile(r"(\+{3,}|-{3,})[ \t]*(\w*)[ \t]*")
_LATE = re.compile(r"[ \t\n]+(\+{3}[ \t]*\n|-{3}[ \t]*\n(?=[ \t]*[\w-]+[ \t]*:))")
_YAML_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_YAML_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?")

_YAML_TYPES = frozenset({"str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value"})


class Field(Struct, frozen=True):
    """One top-level field and where it stands."""

    value: Any
    """The value as its format types it; in YAML, scalars have the types of the YAML 1.2 core schema."""
    line: int
    column: int
    text: str | None = None
    """The scalar exactly as written, where the format leaves its type to the reader (YAML)."""
    texts: tuple[str, ...] | None = None
    """Likewise for a list of scalars."""


class FrontMatter(Struct, frozen=True):
    """A text file taken apart."""

    fields: dict[str, Field]
    body: str
    body_line: int
    """Line of the file that the body begins on, from 1."""


def split_front_matter(source: Source) -> FrontMatter:
    """Takes the fields off the head of a source; no fields where it does not begin with a fence.

    Raises ContentError (codes `front-matter-…`) where the block is malformed, unclosed or unreasonable.
    """
    text = source.text
    first, _, rest = text.partition("\n")
    fence = _FENCE.fullmatch(first)
    if not fence:
        if late := _LATE.match(text):
            line = late[0].rstrip("\n").count("\n") + 1
            hint = "delete what stands before it, blank lines and spaces too"
            raise ContentError(_bad(source, "late", "the front matter does not begin the file", line, hint))
        return FrontMatter({}, text, 1)
    if len(fence[1]) != 3 or fence[2]:
        raise ContentError(_bad(source, "fence", f"{first.strip()!r} does not open front matter", 1, "use +++ or ---"))
    closing = re.compile(rf"^{re.escape(fence[1])}[^\S\n]*$", re.MULTILINE).search(rest)
    if closing is None:
        hint = f"end the fields with a line {fence[1]}; a rule at the head of a text needs a blank line above it"
        raise ContentError(_bad(source, "unclosed", f"the front matter that {fence[1]} opens is never closed", 1, hint))
    block, body = rest[: closing.start()].removesuffix("\n"), rest[closing.end() + 1 :]
    if len(block) > MAX_SIZE:
        raise ContentError(_bad(source, "size", f"the front matter is longer than {MAX_SIZE // 1024} KiB", 1))
    read = _read_toml if fence[1] == "+++" else _read_yaml
    return FrontMatter(read(block, source), body, rest.count("\n", 0, closing.start()) + 3)


def _bad(source: Source, kind: str, message: str, line: int, hint: str = "", column: int = 1) -> Diagnostic:
    return error(f"front-matter-{kind}", message, source.path, line, column, hint)


def _read_toml(block: str, source: Source) -> dict[str, Field]:
    values = parse_toml(block, source.path, "front-matter-toml", first_line=2)
    if not isinstance(values, dict):
        raise ContentError(values)
    lines = key_lines(block)
    fields = {}
    for key, value in values.items():
        line, column = lines.get(key, (1, 1))
        try:
            fields[key] = Field(value if isinstance(value, date) else plain(value), line + 1, column)
        except ValueError:
            message = f"the front matter is unreasonable: nested deeper than {MAX_DEPTH}"
            raise ContentError(_bad(source, "size", message, line + 1)) from None
    return fields


def plain(value: Any, depth: int = 0) -> Any:
    """The value with dates and times, at any depth, as ISO 8601 text. Raises ValueError below MAX_DEPTH."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        return {key: plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one, depth + 1) for one in value]
    return value.isoformat() if isinstance(value, (date, datetime, time)) else value


def _read_yaml(block: str, source: Source) -> dict[str, Field]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _refuse_aliases(yaml.parse(block, Loader=loader), source)
        root = yaml.compose(block, Loader=loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        raise ContentError(
            _bad(source, "yaml", f"not valid YAML: {problem.problem or problem.context}", line, column=column)
        ) from None
    except (yaml.YAMLError, RecursionError) as problem:
        raise ContentError(_bad(source, "yaml", f"not valid YAML: {str(problem).splitlines()[0]}", 2)) from None
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise ContentError(_bad(source, "yaml", "the front matter is not a list of fields", 2, "write `name: value`"))
    return _YamlReader(source).fields(root)


def _refuse_aliases(events: Any, source: Source) -> None:
    import yaml

    depth = 0
    for count, event in enumerate(events, 1):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line, column = event.start_mark.line + 2, event.start_mark.column + 1
        if isinstance(event, yaml.AliasEvent):
            raise ContentError(
                _bad(source, "alias", f"YAML alias *{event.anchor}", line, "write the value out", column)
            )
        if depth > MAX_DEPTH or count > MAX_NODES:
            what = f"nested deeper than {MAX_DEPTH}" if depth > MAX_DEPTH else f"more than {MAX_NODES} values"
            raise ContentError(_bad(source, "size", f"the front matter is unreasonable: {what}", line, column=column))


class _YamlReader:
    """Values of YAML nodes by the core schema of YAML 1.2, but that dates stay text."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def fields(self, root: Any) -> dict[str, Field]:
        fields = {}
        for key, node in self.pairs(root):
            mark = key.start_mark
            raw = node.value if isinstance(node.value, str) else None
            fields[key.value] = Field(self.value(node), mark.line + 2, mark.column + 1, raw, _texts(node))
        return fields

    def pairs(self, node: Any) -> list[tuple[Any, Any]]:
        seen = set()
        for key, _ in node.value:
            line, column = key.start_mark.line + 2, key.start_mark.column + 1
            if not isinstance(key.value, str):
                raise ContentError(_bad(self.source, "yaml", "a field's name must be text", line, column=column))
            if key.value in seen:
                raise ContentError(
                    _bad(self.source, "twice", f"the field {key.value!r} is given twice", line, "keep one", column)
                )
            seen.add(key.value)
        return list(node.value)

    def value(self, node: Any) -> Any:
        import yaml

        if node.tag.removeprefix("tag:yaml.org,2002:") not in _YAML_TYPES:
            mark = node.start_mark
            raise ContentError(
                _bad(self.source, "yaml", f"YAML tag {node.tag}", mark.line + 2, "write a plain value", mark.column + 1)
            )
        if isinstance(node, yaml.MappingNode):
            return {key.value: self.value(one) for key, one in self.pairs(node)}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(one) for one in node.value]
        return node.value if node.style else _scalar(node.value)


def _texts(node: Any) -> tuple[str, ...] | None:
    """The scalars of a list as they are written; None for anything else."""
    values = [] if isinstance(node.value, str) else [getattr(one, "value", None) for one in node.value]
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if texts and len(texts) == len(values) else None


def _scalar(text: str) -> Any:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _YAML_INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _YAML_FLOAT.fullmatch(text) else text
