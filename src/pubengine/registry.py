"""The plugins of one build behind a typed face: the only module that knows pluggy, the one that calls hooks."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pluggy
from msgspec import Struct

from pubengine import hookspecs
from pubengine.command import Command
from pubengine.config import Config, validation_message
from pubengine.diagnostics import Diagnostic
from pubengine.errors import ConfigError, ContentError, OutputError, PluginError
from pubengine.files import SiteFiles
from pubengine.model import Page, Post, Site, Source
from pubengine.plugin_files import (
    LoadedPlugin,
    describe_exception,
    find_plugins,
    import_plugin,
    place_of_failure,
)
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
    first: bool
    last: bool


def open_registry(config: Config, root: Path) -> Registry:
    """Finds, imports and checks all plugins of a site.

    Raises ConfigError for what `[plugins]` says wrongly, PluginError for plugins that cannot be used;
    each with everything that was found wrong.
    """
    problems: list[Diagnostic] = []
    plugins = []
    for found in find_plugins(config, root):
        try:
            plugins.append(import_plugin(found, root))
        except PluginError as problem:
            problems += problem.diagnostics
    if problems:
        raise PluginError(*problems)
    return Registry(tuple(plugins), config, root)


class Registry:
    """Calls the hooks of the plugins of one build, in order, and names the culprit when one fails."""

    def __init__(self, plugins: tuple[LoadedPlugin, ...], config: Config, root: Path) -> None:
        self.plugins = plugins
        self._root = root
        self._site = config.site
        self._files = SiteFiles(root)
        self._implementations = _register(plugins)
        self.settings = self._read_settings(config)

    # What plugins declare.

    def suffixes(self) -> frozenset[str]:
        """Suffixes of files that some plugin may load."""
        return frozenset(s for one in self._calls("suffixes") for s in self._items(one, str))

    def commands(self) -> dict[str, Command]:
        """The commands that plugins add, by name."""
        named = (
            (command.name, command, one) for one in self._calls("commands") for command in self._items(one, Command)
        )
        return self._distinct(named)

    def template_filters(self) -> dict[str, Callable[..., Any]]:
        """Template filters by name."""
        return self._distinct(self._mappings("template_filters"))

    def template_functions(self) -> dict[str, Callable[..., Any]]:
        """Template functions by name."""
        return self._distinct(self._mappings("template_functions"))

    # The steps of a build.

    def load(self, source: Source) -> tuple[Post | Diagnostic, ...] | None:
        """What the first plugin that answers makes of a source; None if none wants it."""
        calls = self._calls("load")
        site_first = [one for one in calls if one.first]
        site_first += reversed([one for one in calls if not one.first and not one.last])
        for one in (*site_first, *(one for one in calls if one.last)):
            result = self._call(one, source.path, source=source, site=self._site, files=self._files)
            if result is not None:
                return self._sequence(one, result, (Post, Diagnostic), source.path)
        return None

    def transform(self, post: Post) -> Post:
        """The post as all plugins in turn make it."""
        for one in self._calls("transform"):
            result = self._call(one, post.origin, post=post, site=self._site, files=self._files)
            if not isinstance(result, Post):
                raise self._misfit(one, f"returned {type(result).__name__} instead of a Post", post.origin)
            post = result
        return post

    def check(self, source: Source, posts: tuple[Post, ...]) -> tuple[Diagnostic, ...]:
        """What all plugins find wrong with a source's posts."""
        found: list[Diagnostic] = []
        for one in self._calls("check"):
            result = self._call(one, source.path, source=source, posts=posts, site=self._site)
            found += (self._signed(d, one) for d in self._sequence(one, result or (), (Diagnostic,), source.path))
        return tuple(found)

    def check_site(self, site: Site) -> tuple[Diagnostic, ...]:
        """What all plugins find wrong with the site as a whole."""
        found: list[Diagnostic] = []
        for one in self._calls("check_site"):
            result = self._call(one, "", site=site)
            found += (self._signed(d, one) for d in self._sequence(one, result or (), (Diagnostic,)))
        return tuple(found)

    def describe(self, site: Site) -> dict[str, Any]:
        """What all plugins know of the site, by name."""
        return self._distinct(self._mappings("describe", site=site))

    def emit(self, site: Site) -> tuple[Page, ...]:
        """The pages that plugins ask for, in order."""
        return self._pages("emit", site=site)

    def summarize(self, site: Site, pages: tuple[Page, ...]) -> tuple[Page, ...]:
        """The pages about all other pages, in order."""
        return self._pages("summarize", site=site, pages=pages)

    def make(self, page: Page, view: Any) -> bytes:
        """A page that a plugin's function makes."""
        assert page.make is not None
        make = page.make
        one = Implementation(
            plugin=self.plugin(page.plugin),
            hook="make",
            function=lambda page, view: make(page, view),  # noqa: PLW0108 - it may name its arguments as it likes
            arguments=("page", "view"),
            first=False,
            last=False,
        )
        result = self._call(one, page.path, page=page, view=view)
        if not isinstance(result, (str, bytes)):
            raise self._misfit(one, f"made {type(result).__name__} instead of text or bytes", page.path)
        return result.encode("utf-8") if isinstance(result, str) else result

    # How.

    def plugin(self, name: str) -> LoadedPlugin:
        """The plugin of that name."""
        return next(plugin for plugin in self.plugins if plugin.name == name)

    def hooks_of(self, plugin: LoadedPlugin) -> tuple[str, ...]:
        """Names of the hooks that a plugin implements, in lifecycle order."""
        return tuple(hook for hook in HOOKS if any(one.plugin is plugin for one in self._calls(hook)))

    def settings_class(self, plugin: LoadedPlugin) -> type[Any] | None:
        """What a plugin declared its settings to be."""
        for one in self._calls("settings"):
            if one.plugin is plugin:
                return self._declared(one)
        return None

    def _calls(self, hook: str) -> tuple[Implementation, ...]:
        return self._implementations[hook]

    def _call(self, one: Implementation, subject: str, **known: Any) -> Any:
        known["settings"] = self.settings.get(one.plugin.name) if one.hook != "settings" else None
        try:
            result = one.function(**{name: known[name] for name in one.arguments})
            if isinstance(result, types.GeneratorType):
                return tuple(result)
        except (ContentError, ConfigError, OutputError) as problem:
            problem.diagnostics = tuple(self._signed(d, one) for d in problem.diagnostics)
            raise
        except (Exception, SystemExit) as problem:
            raise self._failure(one, problem, subject) from problem
        return result

    def _signed(self, diagnostic: Diagnostic, one: Implementation) -> Diagnostic:
        return msgspec.structs.replace(diagnostic, plugin=one.plugin.name, hook=one.hook)

    def _failure(self, one: Implementation, problem: BaseException, subject: str) -> PluginError:
        file, line = place_of_failure(problem, self._root, one.plugin.path)
        about = f" on {subject}" if subject else ""
        message = f"the plugin {one.plugin.name!r} failed in {one.hook}{about}: {describe_exception(problem)}"
        hint = f'mend it, or leave it out: [plugins] disable = ["{one.plugin.name}"]'
        return PluginError(
            Diagnostic("plugin-failed", "error", message, file, line, 0, hint, one.plugin.name, one.hook)
        )

    def _misfit(self, one: Implementation, what: str, subject: str = "") -> PluginError:
        code = getattr(one.function, "__code__", None)
        about = f" for {subject}" if subject else ""
        message = f"the plugin {one.plugin.name!r} {what} in {one.hook}{about}"
        line = code.co_firstlineno if code else 0
        return PluginError(
            Diagnostic("plugin-result", "error", message, one.plugin.path, line, 0, "", one.plugin.name, one.hook)
        )

    def _sequence(
        self, one: Implementation, result: Any, kinds: tuple[type, ...], subject: str = ""
    ) -> tuple[Any, ...]:
        wanted = " or ".join(kind.__name__ for kind in kinds)
        if not isinstance(result, Iterable) or isinstance(result, (str, bytes, Mapping)):
            raise self._misfit(one, f"returned {type(result).__name__} instead of several {wanted}", subject)
        items = tuple(result)
        for item in items:
            if not isinstance(item, kinds):
                raise self._misfit(one, f"gave {type(item).__name__} instead of {wanted}", subject)
        return items

    def _items(self, one: Implementation, kind: type) -> tuple[Any, ...]:
        return self._sequence(one, self._call(one, "") or (), (kind,))

    def _mappings(self, hook: str, **known: Any) -> Iterable[tuple[str, Any, Implementation]]:
        for one in self._calls(hook):
            result = self._call(one, "", **known, files=self._files)
            if not isinstance(result, Mapping):
                raise self._misfit(one, f"returned {type(result).__name__} instead of values by name")
            for name, value in result.items():
                yield name, value, one

    def _distinct(self, named: Iterable[tuple[str, Any, Implementation]]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        owners: dict[str, str] = {}
        for name, value, one in named:
            if name in kept:
                raise self._misfit(one, f"gives the name {name!r}, which {owners[name]!r} took,")
            kept[name], owners[name] = value, one.plugin.name
        return kept

    def _pages(self, hook: str, **known: Any) -> tuple[Page, ...]:
        pages: list[Page] = []
        for one in self._calls(hook):
            result = self._call(one, "", **known, files=self._files)
            for page in self._sequence(one, result or (), (Page,)):
                if sum((bool(page.template), page.make is not None, bool(page.copy))) != 1:
                    raise self._misfit(one, f"must give {page.path!r} one of template, make and copy")
                pages.append(msgspec.structs.replace(page, plugin=one.plugin.name))
        return tuple(pages)

    def _declared(self, one: Implementation) -> type[Any]:
        kind = self._call(one, "")
        is_struct = isinstance(kind, type) and (issubclass(kind, Struct) or dataclasses.is_dataclass(kind))
        if not is_struct:
            raise self._misfit(one, "must return a class made with msgspec.Struct or a dataclass")
        return kind  # type: ignore[no-any-return]  # narrowed above by hand

    def _read_settings(self, config: Config) -> dict[str, Any]:
        declared = {one.plugin.name: self._declared(one) for one in self._calls("settings")}
        problems: list[Diagnostic] = []
        values: dict[str, Any] = {}
        for plugin in self.plugins:
            table = config.plugins.settings.get(plugin.name, {})
            kind = declared.get(plugin.name)
            if kind is None:
                if table:
                    message = f"the plugin {plugin.name!r} has no settings"
                    problems.append(config.problem("plugin-settings", message, ("plugins", plugin.name)))
                continue
            try:
                values[plugin.name] = read_settings(kind, table, plugin.name, config, problems)
            except TypeError as problem:
                one = next(one for one in self._calls("settings") if one.plugin is plugin)
                raise self._misfit(one, f"declares settings that cannot be used ({problem})") from None
        if problems:
            raise ConfigError(*problems)
        return values


def read_settings(
    kind: type[Any], table: Mapping[str, Any], name: str, config: Config, problems: list[Diagnostic]
) -> Any:
    """The values of `[plugins.NAME]` as the class that the plugin declared; adds to `problems` what does not fit."""
    known = [field.name for field in setting_fields(kind)]
    for key in table:
        if key not in known:
            meant = nearest(key, known)
            hint = f"is it {meant!r}?" if meant else f"it knows: {', '.join(known)}"
            message = f"the plugin {name!r} has no setting {key!r}"
            problems.append(config.problem("plugin-settings", message, ("plugins", name, key), hint))
    try:
        return msgspec.convert({key: one for key, one in table.items() if key in known}, kind)
    except msgspec.ValidationError as problem:
        message, inner = validation_message(problem)
        keys = ("plugins", name, *inner)
        problems.append(config.problem("plugin-settings", f"{'.'.join(keys)}: {message}", keys))
        return None


def setting_fields(kind: type[Any]) -> tuple[Any, ...]:
    """The fields of a settings class, each with `name`, `type` and `default`."""
    return dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else msgspec.structs.fields(kind)


def _register(plugins: tuple[LoadedPlugin, ...]) -> dict[str, tuple[Implementation, ...]]:
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
            Implementation(by_module[id(i.plugin)], hook, i.function, i.argnames, bool(i.tryfirst), bool(i.trylast))
            for i in getattr(manager.hook, hook).get_hookimpls()
        ]
        table[hook] = tuple(sorted(found, key=lambda one: (not one.first, one.last, rank[id(one.plugin.module)])))
    return table


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
        options = getattr(function, f"{hookspecs.PROJECT}_impl", None)
        if options is None or not inspect.isroutine(function):
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
        manager.register(plugin.module, plugin.name)


def _unknown_arguments(function: Callable[..., Any], hook: str) -> list[str]:
    known = inspect.signature(getattr(hookspecs, hook)).parameters
    return [name for name in inspect.signature(function).parameters if name not in known]
