"""A whole build: what there is to publish (`plan.py`), its pages made, and the output folder exchanged."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from pubengine.assemble import next_change, unpublished
from pubengine.cache import Cache, CacheError, cache_path
from pubengine.diagnostics import error, warning
from pubengine.digests import keep_states
from pubengine.errors import OutputError, PubengineError
from pubengine.loading import all_inputs, lookups
from pubengine.lock import alone
from pubengine.pages import Book, Keys
from pubengine.paths import Paths
from pubengine.plan import Opened, Plan, make_plan, open_site
from pubengine.problems import Problems
from pubengine.progress import Outlook, Unwatched
from pubengine.reasons import keep_reasons
from pubengine.rendering import Material, Press, Rendered, once
from pubengine.results import Basis, BuildResult, Options
from pubengine.spans import Span
from pubengine.write import Output, States, Written


class Done(Struct, frozen=True):
    """How far a build came."""

    plan: Plan | None = None
    rendered: Rendered | None = None
    written: Written | None = None
    basis: Basis | None = None
    spans: tuple[Span, ...] = ()


def build(paths: Paths, options: Options, watcher: Outlook | None = None) -> BuildResult:
    """Builds a site. Whatever is wrong is in the result; with any error nothing is published, unless to keep going."""
    started = time.perf_counter()
    watcher = watcher or Unwatched()
    with _rarely_collecting():
        return _whole_build(paths, options, watcher, started)


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Looks for garbage less often: a build makes many values that all stay, and going through them finds none."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _whole_build(paths: Paths, options: Options, watcher: Outlook, started: float) -> BuildResult:
    problems = Problems(strict=options.strict, keep_going=options.keep_going)
    done = Done()
    try:
        site = open_site(paths, problems, profile=options.profile)
        with alone(paths.kept, watcher.say), Cache(cache_path(paths.kept)) as cache:
            try:
                done = _build(site, options, cache, problems, watcher)
            except CacheError as problem:
                cache.begin_anew(str(problem))
                problems = Problems(strict=options.strict, keep_going=options.keep_going)
                done = _build(site, options, cache, problems, watcher)
    except CacheError as problem:
        problems.raised(OutputError(error("cache-failed", f"the cache cannot be used: {problem}")))
    except PubengineError as problem:
        problems.raised(problem)
    published = done.plan.emitted.site if done.plan else None
    return BuildResult(
        exit_code=problems.exit_code(),
        diagnostics=problems.sorted(),
        written=done.written,
        posts=len(published.posts) if published else 0,
        pages=len(published.pages) if published else 0,
        hidden=done.plan.assembled.hidden if done.plan else (),
        loaded=len(done.plan.sources.reasons) if done.plan else 0,
        made=len(done.rendered.reasons) if done.rendered else 0,
        seconds=round(time.perf_counter() - started, 3),
        basis=done.basis,
        spans=done.spans,
    )


def _build(site: Opened, options: Options, cache: Cache, problems: Problems, watcher: Outlook) -> Done:
    """The line, from the content tree to the output folder. Raises PubengineError, and CacheError."""
    if options.clean:
        cache.empty()
    problems.add(cache.problems)
    plan = make_plan(site, options, cache, problems, watcher)
    watcher.planned(site, plan)
    with Output(site.paths, site.config, cache, watcher.say) as output:
        with site.timed("make pages"):
            rendered, book = _rendered(site, plan, output, cache, watcher)
        for failure in once(rendered.problems):
            problems.raised(failure)
        with site.timed("publish"):
            written = None if problems.forbid_publishing() else output.publish(rendered.files)
        problems.add(output.problems)
        try:
            if written:
                book.save()
                plan.modules.save()
                keep_reasons(cache, output.name, plan.sources.reasons, rendered.reasons)
            keep_states(cache, plan.digests)
        except OutputError as problem:  # the site is published, or is not to be; the next build will know less
            problems.add([warning("cache-unkept", one.message, hint=one.hint) for one in problem.diagnostics])
    basis = None
    if written and output.states:
        doubtful = bool(cache.problems or rendered.impure or site.registry.is_impure() or problems.exit_code())
        basis = _basis(site, plan, rendered, output.states, doubtful=doubtful)
    spans = site.registry.spans.take() if site.registry.spans else ()
    return Done(plan, rendered, written, basis, spans)


def _rendered(site: Opened, plan: Plan, output: Output, cache: Cache, watcher: Outlook) -> tuple[Rendered, Book]:
    published, now = plan.emitted.site, lookups(site.paths.root, site.config, plan.digests)
    keys = Keys(published, site.theme, site.registry, site.config, cache, now, plan.modules.files)
    book = Book(cache, output.name, keys)
    material = Material(published, site.theme, plan.emitted.pages, str(cache.path), str(output.stage))
    press = Press(plan.where, site.registry, material, keys, book, plan.modules)
    return press.run(output, plan.digests, plan.crew, watcher), book


def _basis(site: Opened, plan: Plan, rendered: Rendered, states: States, *, doubtful: bool) -> Basis:
    more = (*plan.inputs, *rendered.inputs)
    return Basis(
        inputs=None if doubtful else all_inputs(plan.sources, more, plan.modules, site.config),
        until=next_change(plan.cards, plan.selection, site.config.site),
        files=rendered.files,
        states=states,
        makers={page.path: page.plugin for page in plan.emitted.pages},
        impure=frozenset(rendered.impure),
        base=site.config.site.base,
        unpublished=unpublished(plan.emitted.site, plan.selection),
    )
