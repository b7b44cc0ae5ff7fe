"""Fitting plugins to the hooks: the only module, the markers apart, that knows pluggy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import pluggy
from msgspec import Struct

from pubengine import hookspecs
from pubengine.diagnostics import Diagnostic
from pubengine.errors import PluginError
from pubengine.plugin_files import LoadedPlugin
from pubengine.text import nearest

HOOKS: tuple[str, ...] = tuple(
    name
    for name, function in vars(hookspecs).items()
    if inspect.isfunction(function) and hasattr(function, f"{hookspecs.PROJECT}_spec")
)
"""Names of all hooks, in lifecycle order."""


class Implementation(Struct, frozen=True):
    """One plugin's function for one hook."""

    plugin: LoadedPlugin
    hook: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]
    """Names of the arguments that it wants."""
    by_position: int
    """How many of them, the first, it takes by position only."""
    first: bool
    last: bool
    impure: bool = False
    """Whether what it does hangs on what the engine cannot see."""


def fit_plugins(plugins: tuple[LoadedPlugin, ...]) -> dict[str, tuple[Implementation, ...]]:
    """The implementations of every hook, in the order of the plugins, `tryfirst` before and `trylast` after.

    Raises PluginError with everything in which any plugin does not fit the hooks.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    problems = [problem for plugin in plugins for problem in _fit(manager, plugin)]
    if problems:
        raise PluginError(*problems)
    rank = {id(plugin.module): number for number, plugin in enumerate(plugins)}
    by_module = {id(plugin.module): plugin for plugin in plugins}
    table = {}
    for hook in HOOKS:
        found = [
            Implementation(
                by_module[id(i.plugin.module)],
                hook,
                i.function,
                *_arguments(i.function),
                bool(i.tryfirst),
                bool(i.trylast),
                is_impure(i.function),
            )
            for i in getattr(manager.hook, hook).get_hookimpls()
        ]
        table[hook] = tuple(sorted(found, key=lambda one: (not one.first, one.last, rank[id(one.plugin.module)])))
    return table


def is_impure(function: Callable[..., Any]) -> bool:
    """Whether a function says that it does not always do the same."""
    return bool(getattr(function, "pubengine_impure", False))


def _fit(manager: pluggy.PluginManager, plugin: LoadedPlugin) -> Iterable[Diagnostic]:
    """Registers a plugin, or says how it does not fit the hooks."""

    def say(message: str, function: object, hint: str, hook: str = "") -> Diagnostic:
        code = getattr(function, "__code__", None)
        path = f"{plugin.path}/__init__.py" if hasattr(plugin.module, "__path__") else plugin.path
        line = code.co_firstlineno if code else 0
        return Diagnostic("plugin-hook", "error", message, path, line, 0, hint, plugin.name, hook)

    marked = 0
    misfits = 0
    for name, function in vars(plugin.module).items():
        options = getattr(function, f"{hookspecs.PROJECT}_impl", None) if inspect.isroutine(function) else None
        if options is None:
            own = inspect.isfunction(function) and function.__module__ == plugin.module.__name__
            if own and name in HOOKS and plugin.where != "bundled":
                yield say(f"{name} has the name of a hook but is not marked", function, "put @hookimpl above it", name)
                misfits += 1
            continue
        marked += 1
        hook = options.get("specname") or name
        if hook not in HOOKS:
            meant = nearest(hook, HOOKS)
            hint = f"is it {meant!r}?" if meant else f"there are: {', '.join(HOOKS)}"
            yield say(f"there is no hook {hook!r}", function, hint, hook)
        elif options.get("wrapper") or options.get("hookwrapper"):
            yield say(f"{hook} cannot be wrapped", function, "write it without wrapper=True", hook)
        elif extra := _unknown_arguments(function, hook):
            known = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters) or "none"
            yield say(f"{hook} has no argument {extra[0]!r}", function, f"it may take: {known}", hook)
        else:
            continue
        misfits += 1
    if not marked and not misfits:
        yield say("it implements no hook", None, "mark its functions with @hookimpl from pubengine.api")
    elif not misfits:
        # Only functions are shown to pluggy: it asks every object of a module, and some do not like to be asked.
        functions = {name: one for name, one in vars(plugin.module).items() if inspect.isroutine(one)}
        manager.register(SimpleNamespace(**functions, module=plugin.module), plugin.name)


def _arguments(function: Callable[..., Any]) -> tuple[tuple[str, ...], int]:
    parameters = inspect.signature(function).parameters.values()
    by_position = sum(one.kind is inspect.Parameter.POSITIONAL_ONLY for one in parameters)
    return tuple(one.name for one in parameters), by_position


def _unknown_arguments(function: Callable[..., Any], hook: str) -> list[str]:
    known = inspect.signature(getattr(hookspecs, hook)).parameters
    return [name for name in inspect.signature(function).parameters if name not in known]
