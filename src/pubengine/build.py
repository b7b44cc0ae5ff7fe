"""A whole build, on one screen: each step a function from its input to its output."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from pubengine.assemble import Hidden, Selection, assemble, next_change
from pubengine.cache import Cache, CacheError, cache_path
from pubengine.config import read_config
from pubengine.diagnostics import Diagnostic, error
from pubengine.digests import Digests, keep_states, known_states
from pubengine.discover import discover
from pubengine.emit import emit
from pubengine.errors import ConfigError, PluginError, PubengineError
from pubengine.loading import Loader, all_inputs, lookups
from pubengine.model import Site
from pubengine.pages import Book, Keys
from pubengine.paths import Paths
from pubengine.problems import Problems
from pubengine.registry import Registry, open_registry
from pubengine.rendering import Material, Press, once
from pubengine.settings import Config
from pubengine.themes import Theme, open_theme
from pubengine.unchanged import Inputs
from pubengine.workers import Crew
from pubengine.workplace import workplace_of
from pubengine.write import Output, Written


def moment_of_build() -> datetime:
    """Now; or, for reproducible builds, the moment that SOURCE_DATE_EPOCH gives in seconds since 1970.

    Raises ConfigError where that is not a whole number of seconds before the year 10000.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return datetime.now(UTC)
    seconds = int(given) if given.isascii() and given.isdigit() and len(given) < 13 else _LAST_SECOND + 1
    if seconds > _LAST_SECOND:
        message = f"SOURCE_DATE_EPOCH must be a whole number of seconds since 1970, not {given[:40]!r}"
        raise ConfigError(error("moment-invalid", message, hint="unset it, or correct it"))
    return datetime.fromtimestamp(seconds, UTC)


_LAST_SECOND = 253_402_300_799
"""The last second of the year 9999, after which dates have no name."""


class Options(Struct, frozen=True):
    """What the one who asked for a build wants."""

    drafts: bool = False
    future: bool = False
    strict: bool = False
    keep_going: bool = False
    clean: bool = False
    """Make everything anew."""
    jobs: int = 0
    """How many processes; 0 decides by the amount of work."""
    now: datetime = field(default_factory=moment_of_build)


class BuildResult(Struct, frozen=True):
    """What a build did and found."""

    exit_code: int
    diagnostics: tuple[Diagnostic, ...]
    written: Written | None = None
    """None if nothing was published."""
    posts: int = 0
    pages: int = 0
    hidden: tuple[Hidden, ...] = ()
    loaded: int = 0
    """How many sources were read and parsed; the others were known."""
    made: int = 0
    """How many pages were made; the others were known."""
    seconds: float = 0.0
    basis: Basis | None = None
    """What another build would have to find unchanged to do the same; None if nothing was published."""

    def data(self) -> dict[str, Any]:
        """All but the basis as plain data, as `--json` shows it."""
        result = msgspec.to_builtins(self)
        result.pop("basis")
        diagnostics = [{name: getattr(one, name) for name in Diagnostic.__struct_fields__} for one in self.diagnostics]
        return {
            "exit_code": self.exit_code,
            "published": self.written is not None,
            **result,
            "diagnostics": diagnostics,
        }

    def again(self) -> dict[str, Any]:
        """What another build would find and do right after this one, as plain data."""
        assert self.written is not None
        count = self.written.unchanged + len(self.written.new) + len(self.written.updated)
        return replace(self, written=Written((), (), (), count), loaded=0, made=0).data()


class Basis(Struct, frozen=True):
    """What a build hung on besides the site's own folders and the options, and what it left."""

    inputs: Inputs | None
    """None where nobody can tell."""
    until: float
    """When the clock alone will change something, in seconds since 1970."""
    files: dict[str, str]
    """Hashes of the files in the output."""
    makers: dict[str, str]
    """The plugin, or the theme, that each of them comes from."""
    impure: frozenset[str]
    """Those of them that need not be the same next time."""


class Outlook(Protocol):
    """Somebody who watches a build."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Told how much of a step is done."""

    def say(self, line: str) -> None:
        """Told something in words."""


class Unwatched:
    """Nobody."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        """Nothing."""


def build(paths: Paths, options: Options, watcher: Outlook | None = None) -> BuildResult:
    """Builds a site. Whatever is wrong is in the result; with any error nothing is published, unless to keep going."""
    started = time.perf_counter()
    problems = Problems(strict=options.strict, keep_going=options.keep_going)
    done = Done()
    try:
        config, registry, theme = _open(paths, problems)
        with Cache(cache_path(paths.kept)) as cache:
            run = _Run(paths, options, config, registry, theme, watcher or Unwatched())
            try:
                done = run.build(cache, problems)
            except CacheError as problem:
                cache.begin_anew(str(problem))
                problems = Problems(strict=options.strict, keep_going=options.keep_going)
                done = run.build(cache, problems)
    except PubengineError as problem:
        problems.raised(problem)
    return BuildResult(
        exit_code=problems.exit_code(),
        diagnostics=problems.sorted(),
        written=done.written,
        posts=len(done.site.posts) if done.site else 0,
        pages=len(done.site.pages) if done.site else 0,
        hidden=done.hidden,
        loaded=done.loaded,
        made=done.made,
        seconds=round(time.perf_counter() - started, 3),
        basis=done.basis,
    )


class Done(Struct, frozen=True):
    """How far a build came."""

    site: Site | None = None
    hidden: tuple[Hidden, ...] = ()
    loaded: int = 0
    made: int = 0
    written: Written | None = None
    basis: Basis | None = None


class _Run(Struct, frozen=True):
    """What one build works with."""

    paths: Paths
    options: Options
    config: Config
    registry: Registry
    theme: Theme
    watcher: Outlook

    def build(self, cache: Cache, problems: Problems) -> Done:
        """The line, from the content tree to the output folder. Raises PubengineError, and CacheError."""
        if self.options.clean:
            cache.empty()
        problems.add(cache.problems)
        crew = Crew(self.options.jobs, self.config.build.scheduler)
        digests = Digests(self.paths.root, known_states(cache))
        where = workplace_of(self.paths.root, self.config, self.registry)
        content = discover(self.paths, self.registry.suffixes())
        sources = Loader(where, self.registry, cache, digests).load(content, crew, self.watcher)
        problems.add(content.problems, *(one.problems for one in sources.loaded.values()))
        problems.plugin_failed |= any(one.plugin_failed for one in sources.loaded.values())
        cards = [card for one in sources.loaded.values() for card in one.shown(strict=self.options.strict)]
        as_they_are = [path for path, one in sources.loaded.items() if one.is_a_file(strict=self.options.strict)]
        files = tuple(sorted([*content.files, *as_they_are]))
        selection = Selection(self.options.now, self.options.drafts, self.options.future)
        assembled = assemble(cards, files, self.config, selection)
        problems.add(assembled.problems)
        emitted = emit(assembled.site, self.registry, self.theme)
        problems.add(emitted.problems)
        problems.plugin_failed |= any(self.registry.is_to_blame(one) for one in emitted.problems)
        read = self.registry.inputs.take()
        with Output(self.paths, self.config.site.id, cache, self.watcher.say) as output:
            keys = Keys(
                emitted.site,
                self.theme,
                self.registry,
                self.config,
                cache,
                lookups(self.paths.root, self.config, digests),
            )
            book = Book(cache, output.name, keys)
            material = Material(emitted.site, self.theme, emitted.pages, str(cache.path), str(output.stage))
            press = Press(where, self.registry, material, keys, book)
            rendered = press.run(output, digests, crew, self.watcher)
            for failure in once(rendered.problems):
                problems.raised(failure)
            written = None if problems.forbid_publishing() else output.publish(rendered.files)
            if written:
                book.save()
        keep_states(cache, digests)
        basis = None
        if written:
            doubtful = cache.problems or rendered.impure or self.registry.is_impure() or problems.exit_code()
            inputs = None if doubtful else all_inputs(sources, (*read, *rendered.inputs), self.registry, self.config)
            until = next_change(cards, selection, self.config.site)
            makers = {page.path: page.plugin for page in emitted.pages}
            basis = Basis(inputs, until, rendered.files, makers, frozenset(rendered.impure))
        return Done(emitted.site, assembled.hidden, len(sources.reasons), len(rendered.reasons), written, basis)


def _open(paths: Paths, problems: Problems) -> tuple[Config, Registry, Theme]:
    """Settings, plugins and theme. Raises what is wrong with the last, having noted what is wrong with the others."""
    try:
        config = read_config(paths.root)
    except ConfigError as problem:
        if problem.partial is None:
            raise
        problems.raised(problem)
        config = problem.partial
    try:
        registry = open_registry(config, paths.root)
    except (ConfigError, PluginError) as problem:
        problems.raised(problem)
        open_theme(config, paths)
        raise
    theme = open_theme(config, paths)
    if problems.exit_code() > 1:
        raise ConfigError  # all is said
    return config, registry, theme
