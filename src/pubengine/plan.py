"""What a build is going to publish: from the content tree to the pages that there are, before any of them is made."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from msgspec import Struct

from pubengine.assemble import Assembled, Selection, assemble
from pubengine.cache import Cache
from pubengine.config import read_config
from pubengine.digests import Digests, known_states
from pubengine.discover import Content, discover
from pubengine.emit import Emitted, emit
from pubengine.errors import ConfigError, PluginError
from pubengine.inputs import Input
from pubengine.loading import Loader, Sources
from pubengine.model import Card
from pubengine.modules import Modules
from pubengine.paths import Paths
from pubengine.problems import Problems
from pubengine.progress import Outlook
from pubengine.registry import Registry, open_registry
from pubengine.results import Options
from pubengine.settings import Config
from pubengine.spans import Spans
from pubengine.themes import Theme, open_theme
from pubengine.workers import Crew
from pubengine.workplace import Workplace, workplace_of


class Opened(Struct, frozen=True):
    """A site whose settings, plugins and theme can be used."""

    paths: Paths
    config: Config
    registry: Registry
    theme: Theme

    def timed(self, step: str) -> AbstractContextManager[None]:
        """Takes the time of a step, if that was asked for."""
        spans = self.registry.spans
        return spans.span("step", step) if spans else nullcontext()


class Plan(Struct, frozen=True):
    """All that is known before pages are made."""

    where: Workplace
    crew: Crew
    digests: Digests
    content: Content
    sources: Sources
    cards: list[Card]
    """Of every post and page that has no error, published or not."""
    selection: Selection
    assembled: Assembled
    emitted: Emitted
    modules: Modules
    inputs: tuple[Input, ...]
    """What was read for the site as a whole."""


def open_site(paths: Paths, problems: Problems, *, profile: bool = False) -> Opened:
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
    registry.spans = Spans() if profile else None
    return Opened(paths, config, registry, theme)


def make_plan(site: Opened, options: Options, cache: Cache, problems: Problems, watcher: Outlook) -> Plan:
    """The line as far as the pages that there are. Raises PubengineError, and CacheError."""
    config, registry = site.config, site.registry
    crew = Crew(options.jobs, config.build.scheduler)
    digests = Digests(site.paths.root, known_states(cache))
    where = workplace_of(site.paths.root, config, registry)
    modules = Modules(cache, registry, site.paths.root)
    with site.timed("discover"):
        content = discover(site.paths, registry.suffixes())
    early = registry.inputs.take()
    with site.timed("load"):
        sources = Loader(where, registry, cache, digests, modules).load(content, crew, watcher)
    problems.add(content.problems, *(one.problems for one in sources.loaded.values()))
    problems.plugin_failed |= any(one.plugin_failed for one in sources.loaded.values())
    cards = [card for one in sources.loaded.values() for card in one.shown(strict=options.strict)]
    as_they_are = [path for path, one in sources.loaded.items() if one.is_a_file(strict=options.strict)]
    selection = Selection(options.now, options.drafts, options.future)
    with site.timed("assemble"):
        assembled = assemble(cards, tuple(sorted([*content.files, *as_they_are])), config, selection)
    problems.add(assembled.problems)
    with site.timed("emit"):
        emitted = emit(assembled.site, registry, site.theme)
    problems.add(emitted.problems)
    problems.plugin_failed |= any(registry.is_to_blame(one) for one in emitted.problems)
    inputs = (*early, *registry.inputs.take())
    return Plan(where, crew, digests, content, sources, cards, selection, assembled, emitted, modules, inputs)
