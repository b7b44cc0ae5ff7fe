"""`[plugins.NAME]` of engine.toml as the class that the plugin declared."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
from msgspec import Struct

from pubengine.config import validation_message
from pubengine.diagnostics import Diagnostic
from pubengine.settings import Config
from pubengine.text import nearest


def is_settings_class(kind: object) -> bool:
    """Whether a plugin may declare it to be its settings."""
    return isinstance(kind, type) and (issubclass(kind, Struct) or dataclasses.is_dataclass(kind))


def no_settings(name: str, config: Config) -> tuple[Diagnostic, ...]:
    """What is wrong where a plugin that declares no settings is given some."""
    if not config.plugins.settings.get(name):
        return ()
    return (config.problem("plugin-settings", f"the plugin {name!r} has no settings", ("plugins", name)),)


def read_settings(kind: type[Any], name: str, config: Config, problems: list[Diagnostic]) -> Any:
    """The values of `[plugins.NAME]`; adds to `problems` what does not fit.

    Raises TypeError for a class that values cannot be read into.
    """
    table = config.plugins.settings.get(name, {})
    known = [field.name for field in setting_fields(kind)]
    for key in table:
        if key not in known:
            meant = nearest(key, known)
            hint = f"is it {meant!r}?" if meant else f"it knows: {', '.join(known)}"
            message = f"the plugin {name!r} has no setting {key!r}"
            problems.append(config.problem("plugin-settings", message, ("plugins", name, key), hint))
    right = {}
    before = len(problems)
    for field in setting_fields(kind):
        if field.name in table:
            right[field.name] = table[field.name]
            _try(kind, {field.name: table[field.name]}, name, config, problems)
    return msgspec.convert(right, kind) if len(problems) == before else None


def _try(kind: type[Any], table: dict[str, Any], name: str, config: Config, problems: list[Diagnostic]) -> None:
    try:
        msgspec.convert(table, kind)
    except msgspec.ValidationError as problem:
        message, inner = validation_message(problem)
        keys = ("plugins", name, *(inner or table))
        problems.append(config.problem("plugin-settings", f"{'.'.join(keys)}: {message}", keys))


def setting_fields(kind: type[Any]) -> tuple[Any, ...]:
    """The fields of a settings class, each with `name`, `type` and `default`."""
    return dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else msgspec.structs.fields(kind)
