"""A page and what it may look at, to bytes: by a template of the theme, a plugin's function, or a copy."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import date as Date
from datetime import datetime
from functools import partial, wraps
from pathlib import Path as File
from types import CodeType
from typing import Any, ClassVar

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplatesNotFound
from markupsafe import Markup
from msgspec.structs import replace

from pubengine.cache import CacheError
from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ConfigError, PluginError
from pubengine.fragments import FragmentEnvironment, Fragments
from pubengine.implementations import is_impure
from pubengine.inputs import Input
from pubengine.model import Body, Card, Page, Site
from pubengine.registry import Registry
from pubengine.text import nearest
from pubengine.themes import Theme
from pubengine.tracking import Path, unveiled
from pubengine.view import ASSET, IMPURE, READ, Fetch, View
from pubengine.wording import format_date, format_time, month_name


class TemplateFailedError(ConfigError):
    """A template of the theme is wrong; the site's settings are, in the eyes of the exit status."""


class _Undefined(StrictUndefined):
    """A misspelt name is an error; a free field that a post does not have is merely false."""

    def __bool__(self) -> bool:  # type: ignore[override]  # jinja2 declares that it always raises
        if isinstance(self._undefined_obj, Mapping):
            return False
        return super().__bool__()


class Renderer:
    """Makes pages of one site; holds what all of them share."""

    def __init__(self, site: Site, theme: Theme, registry: Registry, fetch: Fetch, root: File) -> None:
        self._view = View(site, self._noticing(fetch))
        self._damage: CacheError | None = None
        self._theme = theme
        self._registry = registry
        self._root = root
        registry.inputs.take()
        self._templates = self._environment(site)
        self.inputs = registry.inputs.take()
        """What plugins opened when they were asked for words that templates can use."""
        self._always = set(map(_as_read, self.inputs))

    def render(self, page: Page) -> tuple[bytes, tuple[Path, ...]]:
        """The bytes of a page that is not a copy, and the ways to all that it read of the site.

        Raises TemplateFailedError, with the template's file and line and the page's path, or PluginError;
        CacheError where a text is not what it was, whoever asked for it and whatever they made of that.
        """
        self._view.reads.begin()
        self._registry.inputs.take()
        try:
            data = self._bytes(page)
        finally:
            if self._damage:
                raise self._damage from None
        self._note_inputs()
        return data, self._view.reads.all()

    def _noticing(self, fetch: Fetch) -> Fetch:
        def fetched(digest: str) -> Body:
            try:
                return fetch(digest)
            except CacheError as problem:
                self._damage = problem
                raise

        return fetched

    def _note_inputs(self) -> None:
        """Notes what plugins opened since the last time."""
        for one in self._registry.inputs.take():
            self._view.reads.note(_as_read(one))

    @contextmanager
    def _apart(self) -> Iterator[set[Path]]:
        """What a piece of the page reads, which may be remembered with it."""
        self._note_inputs()
        with self._view.reads.apart() as reads:
            yield reads
            self._note_inputs()

    def _bytes(self, page: Page) -> bytes:
        if page.make is not None:
            return self._registry.make(page, self._view)
        try:
            spans = self._registry.spans
            self._view.reads.note_all(self._always)
            with spans.span("template", page.template, page.path) if spans else nullcontext():
                template = self._templates.get_template(page.template)
                return template.render({**page.values, "page": _About(page, self._view)}).encode("utf-8")
        except PluginError as problem:
            about = f", while making {page.path}"
            raise PluginError(*(replace(one, message=one.message + about) for one in problem.diagnostics)) from problem
        except Exception as problem:
            raise TemplateFailedError(self._located(problem, page)) from problem

    def _environment(self, site: Site) -> FragmentEnvironment:
        environment = FragmentEnvironment(
            loader=_loader(self._theme),
            autoescape=True,
            undefined=_Undefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=_Compiled(self._registry),
        )
        environment.fragments = Fragments(self._apart, self._view.reads.note_all)
        language = site.config.language
        environment.globals |= {
            "site": self._view.site,
            "theme": self._theme.options,
            "words": self._theme.words,
            "url": self._view.url,
            "asset": self._asset,
            "absolute": self._view.absolute,
            "content": self._content,
            "excerpt": self._excerpt,
            "month_name": partial(month_name, language=language),
        }
        environment.filters |= {
            "day": self._day,
            "time": partial(format_time, language=language),
            "iso": _iso,
            "by_day": _by_day,
        }
        environment.filters |= self._unveiling(self._registry.template_filters(environment.filters))
        environment.globals |= self._unveiling(self._registry.template_functions(environment.globals))
        # What differs from one run to the next has no place in a page.
        del environment.filters["random"], environment.globals["lipsum"]
        environment.policies["json.dumps_function"] = partial(json.dumps, default=unveiled)
        return environment

    def _unveiling(self, functions: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
        """Functions of plugins, which are handed the values themselves."""

        def bare(function: Callable[..., Any]) -> Callable[..., Any]:
            impure = is_impure(function)

            @wraps(function)
            def called(*arguments: Any, **named: Any) -> Any:
                if impure:
                    self._view.note(IMPURE[0])
                return function(*map(unveiled, arguments), **{name: unveiled(one) for name, one in named.items()})

            return called

        return {name: bare(function) for name, function in functions.items()}

    def _content(self, card: Card, in_list: bool = False, level: int = 3) -> Markup:
        return Markup(self._view.content(card, in_list=in_list, level=level))  # noqa: S704 - the text is HTML by contract

    def _excerpt(self, card: Card, in_list: bool = True, level: int = 3) -> Markup:
        return Markup(self._view.excerpt(card, in_list=in_list, level=level))  # noqa: S704 - the text is HTML by contract

    def _day(self, value: object, pattern: str = "") -> str:
        config = self._view.config
        return format_date(_day(value), config.language, pattern or config.date_format)

    def _asset(self, name: str) -> str:
        """The address of a theme's asset, which changes when its bytes do."""
        self._view.note(f"{ASSET}{name}")
        if name not in self._theme.asset_versions:
            raise LookupError(f"the theme has no asset {name!r}")
        return f"{self._view.url('assets/' + name)}?v={self._theme.asset_versions[name]}"

    def _located(self, problem: Exception, page: Page) -> Diagnostic:
        for_page = f"while making {page.path}" + (f" (from {page.origin})" if page.origin else "")
        if isinstance(problem, (TemplateNotFound, TemplatesNotFound)):
            there = self._templates.list_templates()
            meant = nearest(str(problem.name), there)
            hint = f"is it {meant!r}?" if meant else f"the theme has: {', '.join(there)}"
            if str(problem.name) == page.template:
                message = f"the theme has no template {page.template!r}, {for_page}"
                return Diagnostic("template-missing", "error", message, hint=hint, plugin=page.plugin)
            file, line = self._frame(problem)
            return Diagnostic(
                "template-missing", "error", f"no template {problem.name!r}, {for_page}", file, line, hint=hint
            )
        if isinstance(problem, TemplateSyntaxError):
            return error(
                "template-syntax", f"{problem.message}, {for_page}", self._shown(problem.filename), problem.lineno
            )
        if isinstance(problem, UnicodeDecodeError):
            places = [layer / "templates" / page.template for layer in self._theme.layers]
            file = next((self._shown(str(place)) for place in places if place.is_file()), page.template)
            return error("template-failed", f"a template is not UTF-8 ({problem.reason}), {for_page}", file)
        file, line = self._frame(problem)
        known = isinstance(problem, (UndefinedError, TemplateError))
        says = str(problem) if known else f"{type(problem).__name__}: {problem}"
        return error("template-failed", f"{says}, {for_page}", file or page.template, line)

    def _frame(self, problem: Exception) -> tuple[str, int]:
        """The innermost place in a template that an exception went through."""
        found = "", 0
        for frame in traceback.extract_tb(problem.__traceback__):
            if any(File(frame.filename).is_relative_to(layer) for layer in self._theme.layers):
                found = self._shown(frame.filename), frame.lineno or 0
        return found

    def _shown(self, filename: str | None) -> str:
        path = File(filename or "")
        for layer in self._theme.layers:
            if path.is_relative_to(layer):
                inside = (
                    layer.relative_to(self._root) if layer.is_relative_to(self._root) else File("themes") / layer.name
                )
                return (inside / path.relative_to(layer)).as_posix()
        return path.name


def _as_read(one: Input) -> Path:
    """The way to something that a plugin opened."""
    return IMPURE if one.kind == "unseen" else (READ, one.kind, one.name)


class _Compiled(BytecodeCache):
    """Compiled templates of this process, for the next build of a preview, or of a test; never on disk."""

    _code: ClassVar[dict[tuple[str, str, str], CodeType]] = {}

    def __init__(self, registry: Registry) -> None:
        # Jinja computes at compile time what it can, with filters of plugins too.
        self._plugins = "".join(plugin.fingerprint for plugin in registry.plugins)

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum, self._plugins))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._code[bucket.key, bucket.checksum, self._plugins] = bucket.code


def _loader(theme: Theme) -> ChoiceLoader:
    """Templates by name, the nearest layer first; and by `THEME/name`, for a template that extends one it overrides."""
    layers = [FileSystemLoader(layer / "templates") for layer in theme.layers]
    by_theme = {layer.name: loader for layer, loader in zip(theme.layers, layers, strict=True)}
    return ChoiceLoader([*layers, PrefixLoader(by_theme)])


class _About:
    """The page itself, as its template sees it."""

    def __init__(self, page: Page, view: View) -> None:
        self.title = page.title
        self.path = page.path
        self.url = view.url(page.path)
        self.absolute_url = view.absolute(self.url)
        self.listed = page.listed


def _day(value: object) -> Date:
    if isinstance(value, Card):
        value = value.date
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, Date):
        return value
    raise TypeError(f"not a day: {value!r}")


def _iso(value: Date | datetime) -> str:
    return value.isoformat()


def _by_day(cards: tuple[Card, ...]) -> list[tuple[Date | None, list[Card]]]:
    """Posts in their order, grouped under their days."""
    groups: list[tuple[Date | None, list[Card]]] = []
    for card in cards:
        if not groups or groups[-1][0] != card.day:
            groups.append((card.day, []))
        groups[-1][1].append(card)
    return groups
