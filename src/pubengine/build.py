"""A whole build, on one screen: each step a function from its input to its output."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from pubengine.assemble import Hidden, Selection, assemble
from pubengine.config import read_config
from pubengine.diagnostics import Diagnostic, error
from pubengine.discover import Content, discover
from pubengine.emit import emit
from pubengine.errors import ConfigError, PluginError, PubengineError
from pubengine.load import Finished, Loaded, load
from pubengine.model import Body, Page
from pubengine.paths import Paths
from pubengine.registry import Registry, open_registry
from pubengine.render import Renderer, TemplateFailedError
from pubengine.settings import Config
from pubengine.themes import Theme, open_theme
from pubengine.write import Staging, Written

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


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
    seconds: float = 0.0


def build(paths: Paths, options: Options, progress: Progress = lambda *_: None) -> BuildResult:
    """Builds a site. Whatever is wrong is in the result; with any error nothing is published, unless to keep going."""
    started = time.perf_counter()
    problems = _Problems(options)
    written, site = None, None
    hidden: tuple[Hidden, ...] = ()
    try:
        config, registry, theme = _open(paths, problems)
        content = discover(paths, registry.suffixes())
        loaded = _load_all(content, paths, registry, config, progress, strict=options.strict)
        problems.add(content.problems, *(one.problems for one in loaded))
        problems.plugin_failed |= any(one.plugin_failed for one in loaded)
        posts = [post for one in loaded for post in one.posts]
        files = tuple(sorted([*content.files, *(one.path for one in loaded if one.is_file)]))
        assembled = assemble(posts, files, config, Selection(options.now, options.drafts, options.future))
        problems.add(assembled.problems)
        emitted = emit(assembled.site, registry, theme)
        problems.add(emitted.problems)
        problems.plugin_failed |= any(registry.is_to_blame(one) for one in emitted.problems)
        site, hidden = emitted.site, assembled.hidden
        renderer = Renderer(site, theme, registry, _texts(posts), paths.root)
        written = _render_and_write(emitted.pages, renderer, paths, config.site.id, problems, progress)
    except PubengineError as problem:
        problems.raised(problem)
    return BuildResult(
        exit_code=problems.exit_code(),
        diagnostics=problems.sorted(),
        written=written,
        posts=len(site.posts) if site else 0,
        pages=len(site.pages) if site else 0,
        hidden=hidden,
        seconds=round(time.perf_counter() - started, 3),
    )


def _open(paths: Paths, problems: _Problems) -> tuple[Config, Registry, Theme]:
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


def _load_all(
    content: Content, paths: Paths, registry: Registry, config: Config, progress: Progress, *, strict: bool
) -> list[Loaded]:
    loaded = []
    for number, found in enumerate(content.texts, 1):
        loaded.append(load(found, paths.root, registry, config.build.max_post_size, strict=strict))
        progress("reading", number, len(content.texts))
    return loaded


def _texts(posts: Iterable[Finished]) -> Callable[[str], Body]:
    return {post.digest: post.body for post in posts}.__getitem__


def _render_and_write(
    pages: tuple[Page, ...], renderer: Renderer, paths: Paths, site_id: str, problems: _Problems, progress: Progress
) -> Written | None:
    failures: dict[tuple[str, str, int], list[PubengineError]] = {}
    with Staging(paths, site_id) as staging:
        for number, page in enumerate(pages, 1):
            try:
                if page.copy:
                    staging.copy(page.path, _file_to_copy(page, paths))
                else:
                    staging.add(page.path, renderer.render(page))
            except (TemplateFailedError, PluginError) as problem:
                first = problem.diagnostics[0]
                failures.setdefault((first.code, first.file, first.line), []).append(problem)
            progress("making pages", number, len(pages))
        for same in failures.values():
            problems.raised(_once(same))
        return None if problems.forbid_publishing() else staging.publish()


def _file_to_copy(page: Page, paths: Paths) -> Path:
    path = paths.root / page.copy
    if not path.is_file():
        message = f"{page.copy!r}, which the plugin {page.plugin!r} publishes at {page.path!r}, is not a file"
        raise PluginError(Diagnostic("plugin-result", "error", message, page.origin, plugin=page.plugin, hook="emit"))
    return path


def _once(same: list[PubengineError]) -> PubengineError:
    """One failure for all pages that failed at one place: a broken line of a template breaks every page."""
    if len(same) == 1:
        return same[0]
    first = same[0].diagnostics[0]
    return type(same[0])(replace(first, message=f"{first.message} and {len(same) - 1} more"))


class _Problems:
    """What is wrong so far, and what follows from it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._found: dict[Diagnostic, None] = {}
        self._worst = 0
        self.plugin_failed = False

    def add(self, *groups: Iterable[Diagnostic]) -> None:
        for group in groups:
            for one in group:
                self._found[one.as_error() if self._options.strict else one] = None

    def raised(self, problem: PubengineError) -> None:
        self.add(problem.diagnostics)
        self._worst = max(self._worst, problem.exit_code)

    def exit_code(self) -> int:
        """0 good, 1 content, 2 configuration, 3 a plugin, 4 input or output; of several the highest."""
        content = int(any(one.severity == "error" for one in self._found))
        return max(content, self._worst, 3 if self.plugin_failed else 0)

    def forbid_publishing(self) -> bool:
        code = self.exit_code()
        return code > 1 or (code == 1 and not self._options.keep_going)

    def sorted(self) -> tuple[Diagnostic, ...]:
        return tuple(sorted(self._found, key=Diagnostic.sort_key))
