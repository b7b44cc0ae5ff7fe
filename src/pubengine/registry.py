"""The plugins of one build behind a typed face: everything that calls a hook calls it here."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache, partial, wraps
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from pubengine.command import ENGINE_COMMANDS, Command
from pubengine.diagnostics import Diagnostic
from pubengine.errors import ConfigError, ContentError, PluginError
from pubengine.files import SiteFiles
from pubengine.fingerprints import local_modules
from pubengine.implementations import HOOKS, Implementation, fit_plugins
from pubengine.inputs import Inputs, RecordedSettings, setting_digest
from pubengine.model import Page, Post, Site, Source
from pubengine.model_fit import misfit
from pubengine.opened import Opened
from pubengine.plugin_files import (
    LoadedPlugin,
    describe_exception,
    find_plugins,
    import_plugin,
    place_of_failure,
)
from pubengine.plugin_settings import is_settings_class, no_settings, read_settings
from pubengine.settings import Config
from pubengine.spans import Spans

_UNTIMED = nullcontext()

_MANY = frozenset(("commands", "suffixes", "load", "check", "check_site", "emit", "summarize"))
"""Hooks that answer with several things, perhaps one after the other."""


def open_registry(config: Config, root: Path) -> Registry:
    """Finds, imports and checks all plugins of a site.

    Raises ConfigError for what `[plugins]` says wrongly, PluginError for plugins that cannot be used;
    each with everything that was found wrong.
    """
    problems: list[Diagnostic] = []
    plugins = []
    before = frozenset(sys.modules)
    inputs = Inputs()
    opened = Opened(root, inputs)
    for found in find_plugins(config, root):
        try:
            with nullcontext() if found.where == "bundled" else opened.by(found.name):
                plugins.append(import_plugin(found, root))
        except PluginError as problem:
            problems += problem.diagnostics
    if problems:
        raise PluginError(*problems)
    registry = Registry(tuple(plugins), config, opened, before)
    registry.commands()  # so that a name taken twice is said now, not when somebody types it
    return registry


class Registry:
    """Calls the hooks of the plugins of one build, in order, and names the culprit when one fails."""

    def __init__(
        self, plugins: tuple[LoadedPlugin, ...], config: Config, opened: Opened, before: frozenset[str]
    ) -> None:
        self.plugins = plugins
        self._before = before
        self._opened = opened
        self._root = root = opened.root
        self.spans: Spans | None = None
        """Takes the times of hooks, if somebody wants to know."""
        self.inputs = opened.inputs
        """What hooks read besides what they are given."""
        digest = cache(partial(setting_digest, config.site))
        self._site = RecordedSettings(config.site, lambda name: self.inputs.note("setting", name, digest(name)))
        self._files = SiteFiles(root, self.inputs.note)
        self._implementations = fit_plugins(plugins)
        self.settings = self._read_settings(config)

    # What plugins declare.

    def suffixes(self) -> frozenset[str]:
        """Suffixes of files that some plugin may load."""
        return frozenset(s for one in self._calls("suffixes") for s in self._items(one, str))

    def commands(self) -> dict[str, Command]:
        """The commands that plugins add, by name; each says itself which plugin failed when it does."""
        named = (
            (command.name, command._replace(run=self._guarded_command(command, one)), one)
            for one in self._calls("commands")
            for command in self._items(one, Command)
        )
        return self._distinct(named, ENGINE_COMMANDS)

    def _guarded_command(self, command: Command, one: Implementation) -> Callable[[Path, Sequence[str]], int]:
        def run(root: Path, words: Sequence[str]) -> int:
            with self._blaming(one, command.name):
                status: Any = command.run(root, words)
            if not isinstance(status, int | None):
                what = f"ran {command.name!r}, which returned {type(status).__name__} instead of a status,"
                raise self._misfit(one, what)
            return status or 0

        return run

    def template_filters(self, taken: Collection[str]) -> dict[str, Callable[..., Any]]:
        """Template filters by name; names that are `taken` are refused."""
        return self._guarded("template_filters", taken)

    def template_functions(self, taken: Collection[str]) -> dict[str, Callable[..., Any]]:
        """Template functions by name; names that are `taken` are refused."""
        return self._guarded("template_functions", taken)

    # The steps of a build.

    def load(self, source: Source) -> tuple[Post | Diagnostic, ...] | None:
        """What the first plugin that answers makes of a source; None if none wants it."""
        calls = self._calls("load")
        site_first = [one for one in calls if one.first]
        site_first += reversed([one for one in calls if not one.first and not one.last])
        for one in (*site_first, *(one for one in calls if one.last)):
            result = self._call(one, source.path, source=source, site=self._site, files=self._files)
            if result is not None and (items := self._sequence(one, result, (Post, Diagnostic), source.path)):
                return items
        return None

    def transform(self, post: Post) -> Post:
        """The post as all plugins in turn make it."""
        for _, changed in self.transforms(post):
            post = changed
        return post

    def transforms(self, post: Post) -> Iterator[tuple[str, Post]]:
        """The names of all plugins that transform posts, each with the post as it is after it."""
        for one in self._calls("transform"):
            result = self._call(one, post.origin, post=post, site=self._site, files=self._files)
            if not isinstance(result, Post):
                raise self._misfit(one, f"returned {type(result).__name__} instead of a Post", post.origin)
            if self._is_foreign(one) and result is not post and (problem := misfit(result)):
                raise self._misfit(one, f"returned {problem},", post.origin)
            post = result
            yield one.plugin.name, post

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

    def describe(self, site: Site, taken: Collection[str]) -> dict[str, Any]:
        """What all plugins know of the site, by name; names that are `taken` are refused."""
        return self._distinct(self._mappings("describe", site=site), taken)

    def emit(self, site: Site) -> tuple[Page, ...]:
        """The pages that plugins ask for, in order."""
        return self._pages("emit", site=site)

    def summarize(self, site: Site, pages: tuple[Page, ...]) -> tuple[Page, ...]:
        """The pages about all other pages, in order."""
        return self._pages("summarize", site=site, pages=pages)

    def make(self, page: Page, view: Any) -> bytes:
        """A page that a plugin's function makes."""
        make = page.make
        assert make is not None

        @wraps(make)
        def by_name(page: Page, view: Any) -> Any:
            return make(page, view)

        one = Implementation(
            plugin=self.plugin(page.plugin),
            hook="make",
            function=by_name,
            arguments=("page", "view"),
            by_position=0,
            first=False,
            last=False,
        )
        result = self._call(one, page.path, page=page, view=view)
        if not isinstance(result, (str, bytes)):
            raise self._misfit(one, f"made {type(result).__name__} instead of text or bytes", page.path)
        if isinstance(result, bytes):
            return result
        try:
            return result.encode("utf-8")
        except UnicodeEncodeError:
            raise self._misfit(one, "made text that holds half a character", page.path) from None

    # How.

    def plugin(self, name: str) -> LoadedPlugin:
        """The plugin of that name."""
        return next(plugin for plugin in self.plugins if plugin.name == name)

    def is_impure(self, hooks: Collection[str] = HOOKS) -> bool:
        """Whether some plugin's part in any of those hooks does not always do the same."""
        return any(one.impure for hook in hooks for one in self._calls(hook))

    def modules(self) -> tuple[str, ...]:
        """Files of the modules that plugins have imported so far and that are nobody's distribution."""
        return local_modules(self._before) if any(one.where != "bundled" for one in self.plugins) else ()

    def is_to_blame(self, problem: Diagnostic) -> bool:
        """Whether a page that cannot be is the doing of a plugin that is not ours, and of no author's file."""
        wrong = problem.code == "address-invalid" and bool(problem.plugin) and not problem.file
        return wrong and any(one.name == problem.plugin and one.where != "bundled" for one in self.plugins)

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
        with self._blaming(one, subject), self._timed(one, subject):
            given = [known[name] for name in one.arguments[: one.by_position]]
            result = one.function(*given, **{name: known[name] for name in one.arguments[one.by_position :]})
            is_lazy = isinstance(result, Iterable) and not isinstance(result, (str, bytes, Mapping, tuple, list))
            return tuple(result) if is_lazy and one.hook in _MANY else result

    def _timed(self, one: Implementation, subject: str) -> AbstractContextManager[None]:
        return self.spans.span("hook", f"{one.plugin.name}: {one.hook}", subject) if self.spans else _UNTIMED

    @contextmanager
    def _blaming(self, one: Implementation, subject: str) -> Iterator[None]:
        """Lets what a plugin says of the content pass, signed; whatever else it raises is its failure."""
        try:
            if self._is_foreign(one):
                with self._opened.by(one.plugin.name):
                    yield
            else:
                yield
        except ContentError as problem:
            if not problem.diagnostics or any(not isinstance(d, Diagnostic) or misfit(d) for d in problem.diagnostics):
                raise self._failure(one, problem, subject) from problem
            problem.diagnostics = tuple(self._signed(d, one) for d in problem.diagnostics)
            raise
        except (KeyboardInterrupt, PluginError):
            raise
        except BaseException as problem:
            raise self._failure(one, problem, subject) from problem

    @staticmethod
    def _is_foreign(one: Implementation) -> bool:
        """Whether what a plugin makes has to be looked at: what the bundled ones make, the tests have seen."""
        return one.plugin.where != "bundled"

    def _signed(self, diagnostic: Diagnostic, one: Implementation) -> Diagnostic:
        return replace(diagnostic, plugin=one.plugin.name, hook=one.hook)

    def _failure(self, one: Implementation, problem: BaseException, subject: str) -> PluginError:
        file, line = place_of_failure(problem, self._root, one.plugin.path)
        about = f" on {subject}" if subject else ""
        message = f"the plugin {one.plugin.name!r} failed in {one.hook}{about}: {describe_exception(problem)}"
        hint = f'mend it, or leave it out: [plugins] disable = ["{one.plugin.name}"]'
        return PluginError(
            Diagnostic("plugin-failed", "error", message, file, line, 0, hint, one.plugin.name, one.hook)
        )

    def _misfit(self, one: Implementation, what: str, subject: str = "") -> PluginError:
        code = getattr(inspect.unwrap(one.function), "__code__", None)
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
            if self._is_foreign(one) and isinstance(item, (Post, Page, Diagnostic)) and (problem := misfit(item)):
                raise self._misfit(one, f"gave {problem},", subject)
        return items

    def _items(self, one: Implementation, kind: type) -> tuple[Any, ...]:
        return self._sequence(one, self._call(one, "") or (), (kind,))

    def _mappings(self, hook: str, **known: Any) -> Iterable[tuple[str, Any, Implementation]]:
        for one in self._calls(hook):
            result = self._call(one, "", **known, files=self._files)
            if not isinstance(result, Mapping):
                raise self._misfit(one, f"returned {type(result).__name__} instead of values by name")
            for name, value in result.items():
                if not isinstance(name, str):
                    raise self._misfit(one, f"gives the name {name!r}, which is not text,")
                yield name, value, one

    def _distinct(
        self, named: Iterable[tuple[str, Any, Implementation]], taken: Collection[str] = ()
    ) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        owners = dict.fromkeys(taken, "the engine")
        for name, value, one in named:
            if name in owners:
                raise self._misfit(one, f"gives the name {name!r}, which {owners[name]} took,")
            kept[name], owners[name] = value, f"the plugin {one.plugin.name!r}"
        return kept

    def _guarded(self, hook: str, taken: Collection[str]) -> dict[str, Callable[..., Any]]:
        """Functions for templates, which name their plugin when they fail."""

        def guard(function: Callable[..., Any], one: Implementation) -> Callable[..., Any]:
            if not callable(function):
                raise self._misfit(one, f"gives {function!r:.40}, which cannot be called,")

            @wraps(function)
            def guarded(*arguments: Any, **named: Any) -> Any:
                with self._blaming(one, ""):
                    return function(*arguments, **named)

            return guarded

        named = ((name, guard(function, one), one) for name, function, one in self._mappings(hook))
        return self._distinct(named, taken)

    def _pages(self, hook: str, **known: Any) -> tuple[Page, ...]:
        pages: list[Page] = []
        for one in self._calls(hook):
            result = self._call(one, "", **known, files=self._files)
            for page in self._sequence(one, result or (), (Page,)):
                if sum((bool(page.template), page.make is not None, bool(page.copy))) != 1:
                    raise self._misfit(one, f"must give {page.path!r} one of template, make and copy")
                pages.append(replace(page, plugin=one.plugin.name))
        return tuple(pages)

    def _declared(self, one: Implementation) -> type[Any]:
        kind = self._call(one, "")
        if not is_settings_class(kind):
            raise self._misfit(one, "must return a class made with msgspec.Struct or a dataclass")
        return kind  # type: ignore[no-any-return]  # is_settings_class has looked

    def _read_settings(self, config: Config) -> dict[str, Any]:
        declared = {one.plugin.name: (one, self._declared(one)) for one in self._calls("settings")}
        problems: list[Diagnostic] = []
        values: dict[str, Any] = {}
        for plugin in self.plugins:
            if plugin.name not in declared:
                problems += no_settings(plugin.name, config)
                continue
            one, kind = declared[plugin.name]
            try:
                values[plugin.name] = read_settings(kind, plugin.name, config, problems)
            except Exception as problem:  # noqa: BLE001 - whatever a class may raise when it is read into
                says = describe_exception(problem)
                raise self._misfit(one, f"declares settings that cannot be used ({says})") from None
        if problems:
            raise ConfigError(*problems)
        return values
