"""All pages of a site: those that would look the same are left as they are, the others are made and staged."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path as File

from msgspec import Struct
from msgspec.structs import replace

from pubengine.cache import Texts
from pubengine.diagnostics import Diagnostic
from pubengine.digests import Digests, digest_of
from pubengine.errors import PluginError, PubengineError
from pubengine.implementations import is_impure
from pubengine.inputs import Input
from pubengine.model import Page, Site
from pubengine.modules import Modules
from pubengine.pages import Book, Keys
from pubengine.progress import Outlook
from pubengine.registry import Registry
from pubengine.render import Renderer, TemplateFailedError
from pubengine.shown import cards_in
from pubengine.spans import Span
from pubengine.themes import Theme
from pubengine.tracking import Path
from pubengine.view import IMPURE
from pubengine.workers import Crew
from pubengine.workplace import Workplace, registry_at
from pubengine.write import Output, refused, stage_file


class Rendered(Struct, frozen=True):
    """What became of all pages."""

    files: dict[str, str]
    """Hashes of the site's files, by path."""
    problems: tuple[PubengineError, ...]
    reasons: dict[str, str]
    """Of each page that was made now: why."""
    impure: set[str]
    """Paths of pages that were made by a function that does not always do the same."""
    inputs: tuple[Input, ...]
    """What was read besides the site's values."""


class Material(Struct, frozen=True):
    """What pages are made from, for whatever process makes them."""

    site: Site
    theme: Theme
    pages: tuple[Page, ...]
    texts: str
    """Path of the cache that holds the posts' texts."""
    stage: str
    """Folder to put pages into."""


class Job(Struct, frozen=True):
    """Pages to be made; light enough to be sent with each task."""

    where: Workplace
    number: int
    """Tells the jobs of one process apart."""
    file: str = ""
    """Pickle of the material, for processes that do not share this one's memory."""


class Task(Struct, frozen=True):
    """One page to make."""

    number: int
    """Its place in the material."""
    published: str
    """The hash of the file that the output has at its path; if the page is the same, it is not staged."""


class Made(Struct, frozen=True):
    """A page that was made, or the reason why it was not."""

    number: int
    digest: str = ""
    reads: tuple[Path, ...] = ()
    problem: TemplateFailedError | PluginError | None = None


class _Bench(Struct):
    """The material at hand in a process."""

    job: Job
    material: Material
    renderer: Renderer
    registry: Registry


_at_hand: list[_Bench] = []
"""The one in use; a process works for one build at a time."""


class Pages(Struct, frozen=True):
    """Pages that one task made."""

    made: list[Made]
    modules: tuple[str, ...]
    """Files of modules that plugins had imported by then."""
    spans: tuple[Span, ...]


def make_batch(job: Job, tasks: Sequence[Task]) -> Pages:
    """The task of a worker. Raises OutputError where a page cannot be staged."""
    if not _at_hand or _at_hand[0].job != job:
        registry = registry_at(job.where)  # before the pages, for these name functions of plugins
        with open(job.file, "rb") as file:
            _lay_out(job, pickle.load(file), registry)  # noqa: S301 - made by this build, for this build
    bench = _at_hand[0]
    made = [_make(task, bench) for task in tasks]
    reads: dict[tuple[Path, ...], tuple[Path, ...]] = {}
    made = [replace(one, reads=reads.setdefault(one.reads, one.reads)) for one in made]  # what is one is sent once
    spans = bench.registry.spans.take() if bench.registry.spans else ()
    return Pages(made, bench.registry.modules(), spans)


def _lay_out(job: Job, material: Material, registry: Registry) -> None:
    texts = Texts(File(material.texts))
    renderer = Renderer(material.site, material.theme, registry, texts.fetch, File(job.where.root))
    _at_hand[:] = [_Bench(job, material, renderer, registry)]


def _make(task: Task, bench: _Bench) -> Made:
    page = bench.material.pages[task.number]
    try:
        data, reads = bench.renderer.render(page)
    except (TemplateFailedError, PluginError) as problem:
        return Made(task.number, problem=problem)
    digest = digest_of(data)
    if digest != task.published:
        try:
            stage_file(File(bench.material.stage), page.path, data)
        except OSError as problem:
            raise refused(problem, File(page.path)) from None
    return Made(task.number, digest, reads)


class Press:
    """Makes the pages of one build."""

    def __init__(
        self, where: Workplace, registry: Registry, material: Material, keys: Keys, book: Book, modules: Modules
    ) -> None:
        self._where = where
        self._registry = registry
        self._material = material
        self._keys = keys
        self._book = book
        self._modules = modules
        self._files: dict[str, str] = {}
        self._problems: dict[int, PubengineError] = {}
        self._reasons: dict[str, str] = {}
        self._impure: set[str] = set()
        self._inputs: tuple[Input, ...] = ()

    def run(self, output: Output, digests: Digests, crew: Crew, progress: Outlook) -> Rendered:
        """Every page: kept, copied or made. Raises OutputError, and CacheError where a text is not in the cache."""
        pages = self._material.pages
        keys: dict[int, tuple[str, str] | None] = {}
        for number, page in enumerate(pages):
            if page.copy:
                self._copy(number, output, digests)
            else:
                key = self._keys.key(page)
                known = self._book.known(page.path, key)
                if known and output.holds(page.path, known):
                    self._files[page.path] = known
                    self._book.keep(page.path)
                else:
                    keys[number] = key
                    self._reasons[page.path] = self._book.why(page.path, key)
        order = _neighbours_together(keys, self._material)
        tasks = [Task(number, output.digest_of(pages[number].path)) for number in order]
        done = 0
        for count, batch in self._made(tasks, crew):
            for made in batch.made:
                self._note(made, keys[made.number])
            self._modules.add(batch.modules)
            if self._registry.spans:
                self._registry.spans.add(batch.spans)
            done += count
            progress("making pages", done, len(tasks))
        problems = tuple(problem for _, problem in sorted(self._problems.items()))
        return Rendered(self._files, problems, self._reasons, self._impure, (*self._inputs, *self._book.inputs()))

    def _made(self, tasks: list[Task], crew: Crew) -> Iterator[tuple[int, Pages]]:
        job = Job(self._where, id(self._material))
        _lay_out(job, self._material, self._registry)
        self._inputs = _at_hand[0].renderer.inputs
        try:
            if crew.shares_memory or crew.processes(len(tasks)) == 1:
                yield from crew.run(partial(make_batch, job), tasks)
            elif data := _pickled(self._material):
                file = f"{self._material.stage}.material"
                try:
                    File(file).write_bytes(data)
                except OSError as problem:
                    raise refused(problem, File(file)) from None
                job = Job(self._where, job.number, file)
                try:
                    yield from crew.run(partial(make_batch, job), tasks)
                finally:
                    os.unlink(file)
            else:  # a plugin gave a page something that cannot be sent
                yield from Crew(jobs=1).run(partial(make_batch, job), tasks)
        finally:
            _at_hand.clear()

    def _note(self, made: Made, key: tuple[str, str] | None) -> None:
        if made.problem is not None:
            self._problems[made.number] = made.problem
            return
        page = self._material.pages[made.number]
        path = page.path
        self._files[path] = made.digest
        if IMPURE in made.reads or (page.make is not None and is_impure(page.make)):
            self._impure.add(path)
        if key is not None:
            self._book.note(path, key, made.reads, made.digest)

    def _copy(self, number: int, output: Output, digests: Digests) -> None:
        page = self._material.pages[number]
        try:
            digest = digests.of(page.copy)
        except OSError:
            self._problems[number] = _not_a_file(page)
            return
        if not output.holds(page.path, digest):
            digest = output.copy(page.path, File(self._where.root) / page.copy)
        self._files[page.path] = digest


def _neighbours_together(numbers: Iterable[int], material: Material) -> list[int]:
    """The numbers of pages in an order in which those that show the same posts follow one another.

    A process remembers for a while what it made of a post, and its neighbours need it again.
    """
    places = {id(card): place for place, card in enumerate(material.site.posts)}
    last = len(places)

    def first_post(number: int) -> int:
        shown = (places.get(id(card), last) for card in cards_in(material.pages[number].values))
        return next((place for place in shown if place < last), last)

    return sorted(numbers, key=first_post)


def _pickled(material: Material) -> bytes:
    try:
        return pickle.dumps(material)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
        return b""


def _not_a_file(page: Page) -> PluginError:
    message = f"{page.copy!r}, which the plugin {page.plugin!r} publishes at {page.path!r}, is not a file"
    return PluginError(Diagnostic("plugin-result", "error", message, page.origin, plugin=page.plugin, hook="emit"))


def once(problems: Iterable[PubengineError]) -> Iterator[PubengineError]:
    """One failure for all pages that failed at one place: a broken line of a template breaks every page."""
    places: dict[tuple[str, str, int], list[PubengineError]] = {}
    for problem in problems:
        first = problem.diagnostics[0]
        places.setdefault((first.code, first.file, first.line), []).append(problem)
    for same in places.values():
        first = same[0].diagnostics[0]
        more = f" and {len(same) - 1} more" if len(same) > 1 else ""
        yield type(same[0])(replace(first, message=first.message + more)) if more else same[0]
