"""What can be told of plugins as plain data: what they are, which hooks they implement, what can be set."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from itertools import pairwise
from typing import Any

from pubengine.plugin_settings import setting_fields
from pubengine.registry import Registry


def describe_plugins(registry: Registry) -> list[dict[str, Any]]:
    """Everything that can be told of the plugins of a site, as plain data."""
    described = []
    for plugin in registry.plugins:
        kind = registry.settings_class(plugin)
        described.append(
            {
                "name": plugin.name,
                "where": plugin.where,
                "path": plugin.path,
                "about": (inspect.getdoc(plugin.module) or "").split("\n\n")[0].replace("\n", " "),
                "hooks": list(registry.hooks_of(plugin)),
                "settings": describe_settings(kind, registry.settings.get(plugin.name)) if kind else [],
            }
        )
    return described


def describe_settings(kind: type[Any], values: Any) -> list[dict[str, Any]]:
    """Name, value, type and meaning of each setting; the meaning is the text under the field in its class."""
    meanings = attribute_docs(kind)
    return [
        {
            "name": field.name,
            "value": _plain(getattr(values, field.name)),
            "type": _type_name(kind.__annotations__.get(field.name, "")),
            "about": meanings.get(field.name, ""),
        }
        for field in setting_fields(kind)
    ]


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _type_name(annotation: object) -> str:
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return re.sub(r"Annotated\[(.*?), .*\]", r"\1", name)


def attribute_docs(kind: type[Any]) -> dict[str, str]:
    """The texts that stand under the fields of a class, by field."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            value = text.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[field.target.id] = " ".join(value.value.split())
    return found
