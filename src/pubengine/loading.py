"""All sources of a site: those that changed, or that read something which changed, are loaded; the others remembered."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pubengine import unchanged
from pubengine.cache import Cache, CacheError, decoded
from pubengine.dates import zone_files
from pubengine.digests import Digests, Stat, digest_of_texts
from pubengine.discover import Content, Found
from pubengine.environment import LOADING, Environment, loading_environment
from pubengine.errors import ContentError
from pubengine.files import SiteFiles
from pubengine.inputs import Input, Lookups, Present, digest_of_path, setting_digest
from pubengine.load import Loaded, decode, encode, load_file
from pubengine.model import Body
from pubengine.modules import Modules
from pubengine.progress import Outlook
from pubengine.registry import Registry
from pubengine.settings import Config
from pubengine.spans import Span
from pubengine.workers import Crew
from pubengine.workplace import Workplace, registry_at

_ENVIRONMENT = "loading"
_TEXTS = "texts kept"
_FEW = 100


class Sources(Struct, frozen=True):
    """What all sources became, by path."""

    loaded: dict[str, Loaded]
    reasons: dict[str, str]
    """Of each source that was loaded now: why."""


class Row(Struct, frozen=True):
    """A source that was loaded, ready to be kept or sent between processes."""

    path: str
    stat: Stat | None
    digest: str
    data: bytes
    texts: tuple[tuple[str, Body], ...]


class Batch(Struct, frozen=True):
    """Sources that one task loaded."""

    rows: tuple[Row, ...]
    modules: tuple[str, ...]
    """Files of modules that plugins had imported by then."""
    spans: tuple[Span, ...]


def load_batch(where: Workplace, found: Sequence[Found]) -> Batch:
    """The task of a worker."""
    registry = registry_at(where)
    rows = []
    for one in found:
        made = load_file(one, Path(where.root), registry, where.config)
        rows.append(Row(made.path, made.stat, made.digest, encode(made.loaded, made.path), made.texts))
    return Batch(tuple(rows), registry.modules(), registry.spans.take() if registry.spans else ())


class Loader:
    """Loads the sources of one build. Raises CacheError where the cache is not what it should be."""

    def __init__(self, where: Workplace, registry: Registry, cache: Cache, digests: Digests, modules: Modules) -> None:
        self._where = where
        self._config = where.config
        self._root = Path(where.root)
        self._registry = registry
        self._cache = cache
        self._digests = digests
        self._modules = modules
        self._known: set[str] = set()
        """Paths of the sources that the cache knows."""
        self._present = Present(lookups(self._root, where.config, digests))

    def load(self, content: Content, crew: Crew, progress: Outlook) -> Sources:
        """Every text of the content tree."""
        environment = loading_environment(self._registry, self._config, self._modules.files)
        self._pure = not self._registry.is_impure(LOADING)
        loaded, reasons = self._remembered(content.texts, environment)
        todo = [found for found in content.texts if found.path not in loaded]
        gone = self._known - {found.path for found in content.texts}
        if todo or gone:
            with self._cache.changes():
                self._cache.forget_files(gone)
                for batch in self._batches(todo, crew, progress):
                    rows = [(row, decode(row.data)) for row in batch.rows]
                    loaded |= {row.path: one for row, one in rows}
                    self._modules.add(batch.modules)
                    if self._registry.spans:
                        self._registry.spans.add(batch.spans)
                    self._keep(rows, environment)
                found_out = loading_environment(self._registry, self._config, self._modules.files)
                if found_out != environment:  # plugins imported modules of the site's own as they ran
                    self._modules.save()
                    self._cache.rename_environment(environment.digest, found_out.digest)
                self._cache.keep_note(_ENVIRONMENT, msgspec.json.encode(found_out.parts))
                self._drop_old_texts(len(todo), loaded)
        return Sources({found.path: loaded[found.path] for found in content.texts}, reasons)

    def _drop_old_texts(self, more: int, loaded: dict[str, Loaded]) -> None:
        """Drops texts that no post has any more, now and then: once as many were kept since the last time as there are."""
        kept = more + (decoded(self._cache.note(_TEXTS), int) or 0)
        if kept > 2 * len(loaded) + _FEW:
            self._cache.keep_only_texts(card.digest for one in loaded.values() for card in one.cards)
            kept = 0
        self._cache.keep_note(_TEXTS, msgspec.json.encode(kept))

    def _batches(self, todo: list[Found], crew: Crew, progress: Outlook) -> Iterator[Batch]:
        done = 0
        for count, batch in crew.run(partial(load_batch, self._where), todo):
            yield batch
            done += count
            progress("reading", done, len(todo))

    def _remembered(self, texts: Sequence[Found], environment: Environment) -> tuple[dict[str, Loaded], dict[str, str]]:
        """What is known of sources that are what they were, and why each of the others has to be loaded."""
        if not self._pure:
            self._known = {path for path, *_ in self._cache.files()}
            return {}, dict.fromkeys((found.path for found in texts), "a plugin that is marked impure takes part")
        loaded: dict[str, Loaded] = {}
        reasons = {found.path: "it is new" for found in texts}
        there = {found.path: found for found in texts}
        other, around = self._difference(environment), environment.digest
        for path, digest, made_in, data in self._cache.files():  # one by one, for all of them take much room
            self._known.add(path)
            if path not in there:
                continue
            if made_in != around:
                reasons[path] = f"{other or 'something'} changed"
            elif self._digest(there[path]) != digest:
                reasons[path] = "it changed"
            else:
                one = _decoded(data)
                changed = self._present.first_changed(one.inputs)
                if changed is None:
                    loaded[path] = replace(one, inputs=self._present.shared(one.inputs))
                    del reasons[path]
                else:
                    reasons[path] = f"the {changed.kind} {changed.name} that it was made with changed"
        return loaded, reasons

    def _difference(self, environment: Environment) -> str:
        return environment.first_difference(decoded(self._cache.note(_ENVIRONMENT), dict[str, str]) or {})

    def _digest(self, found: Found) -> str:
        try:
            return self._digests.of(found.path, found.stat)
        except OSError:
            return ""  # loading it will say why

    def _keep(self, rows: list[tuple[Row, Loaded]], environment: Environment) -> None:
        """Keeps what came of sources; of one that could not be read, or that a plugin failed on, nothing."""
        good = [row for row, one in rows if row.digest and not one.plugin_failed and self._pure]
        self._cache.keep_texts(text for row, _ in rows for text in row.texts)
        self._cache.keep_files((row.path, row.digest, environment.digest, row.data) for row in good)
        self._cache.forget_files({row.path for row, _ in rows} - {row.path for row in good})
        for row in good:
            if row.stat:
                self._digests.note(row.path, row.stat, row.digest)


def all_inputs(sources: Sources, more: Iterable[Input], modules: Modules, config: Config) -> unchanged.Inputs | None:
    """What a build read besides the site's own folders; None where it cannot be known, or is all over the site.

    `more`: what was read for the site as a whole, and for its pages.
    """
    noted = {(one.kind, one.name) for loaded in sources.loaded.values() for one in loaded.inputs}
    noted |= {(one.kind, one.name) for one in more}
    files = {name for kind, name in noted if kind == "file"}
    folders = {_fixed_part(name) for kind, name in noted if kind == "glob"}
    folders |= {name for kind, name in noted if kind == "folder"}
    if folders & {"", "."} or any(kind == "unseen" for kind, _ in noted):
        return None
    return unchanged.Inputs({*files, *modules.files, *zone_files(config.site.timezone)}, folders)


def _fixed_part(pattern: str) -> str:
    """The folder that all files lie in that a pattern can match, or an empty string."""
    fixed: list[str] = []
    for part in pattern.split("/"):
        if set(part) & set("*?["):
            break
        fixed.append(part)
    return "/".join(fixed)


def lookups(root: Path, config: Config, digests: Digests) -> Lookups:
    """How to find out what each kind of input is now."""
    files = SiteFiles(root)

    def file(path: str) -> str:
        try:
            return digests.of(path)
        except OSError:
            return ""

    def glob(pattern: str) -> str:
        try:
            return digest_of_texts(files.glob(pattern))
        except (OSError, ValueError, NotImplementedError, ContentError):
            return ""

    return {
        "file": file,
        "folder": lambda path: digest_of_path(os.path.join(root, path)),
        "glob": glob,
        "setting": lambda name: setting_digest(config.site, name),
        "unseen": lambda _: "not to be known",
    }


def _decoded(data: bytes) -> Loaded:
    try:
        return decode(data)
    except (msgspec.MsgspecError, ValueError) as problem:
        raise CacheError(f"an entry cannot be read: {problem}") from None
