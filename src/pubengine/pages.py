"""When a page of an earlier build is still right: when what made it, what it was given and what it read are the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from pubengine.cache import Cache, CacheError, decoded
from pubengine.digests import digest_of_texts
from pubengine.environment import IN_TEMPLATES, plugin_digest, plugin_parts
from pubengine.fingerprints import engine_fingerprint, module_digests
from pubengine.implementations import is_impure
from pubengine.inputs import Input, Lookups, setting_digest
from pubengine.model import Page, Site
from pubengine.registry import Registry
from pubengine.settings import Config
from pubengine.templates import Sources
from pubengine.themes import Theme
from pubengine.tracking import MISSING, Path, found_at
from pubengine.values import Hasher, UnhashableError, code_of
from pubengine.view import ASSET, IMPURE, READ, SETTING, site_values


class PageState(Struct, frozen=True, array_like=True):
    """How a page was made."""

    made: int
    """The hash of its template with all it stands on, or of its function, and of the code and settings behind them:
    a place in `PageStates.made`."""
    given: bytes
    """The hash of its values and its title."""
    reads: int
    """What it read of the site: a place in `PageStates.reads`."""
    digest: bytes
    """The hash of its bytes."""


class PageStates(Struct):
    """How the pages of one output were made, by path."""

    made: list[str] = []
    paths: list[Path] = []
    """The ways to all that some page read."""
    found: list[str] = []
    """The hash of what was found at each of them."""
    reads: list[tuple[int, ...]] = []
    """What pages read: places in `paths`."""
    pages: dict[str, PageState] = {}

    def made_of(self, path: str) -> str:
        """The hash of what made a page."""
        return self.made[self.pages[path].made]

    def read_by(self, path: str) -> tuple[Path, ...]:
        """The ways to what a page read."""
        return tuple(self.paths[place] for place in self.reads[self.pages[path].reads])

    def found_by(self, path: str) -> dict[Path, str]:
        """What a page read, and the hashes of what it found."""
        return {self.paths[place]: self.found[place] for place in self.reads[self.pages[path].reads]}


def page_states(cache: Cache, output: str) -> PageStates:
    """How the pages of an output were made. Raises CacheError."""
    data = cache.note(f"pages {output}")
    try:
        states = msgspec.msgpack.decode(data, type=PageStates) if data else PageStates([], [], [], [], {})
    except (msgspec.MsgspecError, ValueError) as problem:
        raise CacheError(f"an entry cannot be read: {problem}") from None
    made, reads, paths = range(len(states.made)), range(len(states.reads)), range(len(states.paths))
    if (
        len(states.found) != len(paths)
        or any(place not in paths for one in states.reads for place in one)
        or any(one.made not in made or one.reads not in reads for one in states.pages.values())
    ):
        raise CacheError("an entry contradicts itself")
    return states


class Keys:
    """Tells of the pages of one build whether they are what they were."""

    def __init__(
        self,
        site: Site,
        theme: Theme,
        registry: Registry,
        config: Config,
        cache: Cache,
        lookups: Lookups,
        modules: Collection[str],
    ) -> None:
        self._lookups = lookups
        self._registry = registry
        self._config = config
        self._site_values = site_values(site)
        self._theme = theme
        self._modules = module_digests(modules)
        self._hasher = Hasher(site, code_of((one.module.__name__, one.fingerprint) for one in registry.plugins))
        self._sources = Sources(theme)
        self._references = references(self._sources, cache)
        addresses = [config.site.base, config.site.root, config.site.language, config.site.date_format]
        self._around_functions = digest_of_texts([engine_fingerprint(), *addresses])
        parts = plugin_parts(registry, config, IN_TEMPLATES, modules)
        shown = self._hasher.digest([theme.options, theme.words])
        self._around_templates = digest_of_texts(
            [self._around_functions, shown, *(p for i in parts.items() for p in i)]
        )
        self._made: dict[Any, str] = {}
        self._found: dict[Path, str] = {}

    def key(self, page: Page) -> tuple[str, str] | None:
        """Hashes of what makes a page and of what it is given; None where these cannot be known."""
        if page.make is not None and is_impure(page.make):
            return None
        try:
            if page.make is None:
                return self._made_by_template(page.template), self._hasher.digest(
                    [page.title, page.listed, page.values]
                )
            given = [page.title, page.updated, page.listed, page.origin, page.plugin, page.values]
            return self._made_by_function(page), self._hasher.digest(given)
        except UnhashableError:
            return None

    def _made_by_template(self, template: str) -> str:
        if template not in self._made:
            closure = self._sources.closure(template, self._references)
            self._made[template] = digest_of_texts([self._around_templates, closure])
        return self._made[template]

    def _made_by_function(self, page: Page) -> str:
        key = (page.make, page.plugin)
        if key not in self._made:
            plugin = self._registry.plugin(page.plugin)
            modules = "" if plugin.where == "bundled" else self._modules
            code = plugin_digest(plugin, self._config)
            parts = [self._around_functions, modules, code, self._hasher.digest(page.make)]
            self._made[key] = digest_of_texts(parts)
        return self._made[key]

    def found(self, path: Path) -> str:
        """The hash of what is now where a page read; an empty string where that cannot be known."""
        try:
            return self._digest_at(path)
        except UnhashableError:
            return ""

    def _digest_at(self, path: Path) -> str:
        if path == IMPURE:
            raise UnhashableError("an impure function was called")
        if path not in self._found:
            opened = self._lookups[path[1]](path[2]) if path[0] == READ else None
            self._found[path] = opened if opened is not None else self._hasher.digest(found_at(path, self._first))
        return self._found[path]

    def _first(self, name: str) -> Any:
        if name.startswith(SETTING):
            return setting_digest(self._config.site, name.removeprefix(SETTING))
        if name.startswith(ASSET):
            return self._theme.asset_versions.get(name.removeprefix(ASSET), MISSING)
        return self._site_values.get(name, MISSING)


class Book:
    """The states of an output's pages: those of the build before, and those of this one as they become known."""

    def __init__(self, cache: Cache, output: str, keys: Keys) -> None:
        self._cache = cache
        self._name = f"pages {output}"
        self._keys = keys
        self._old = old = page_states(cache, output)
        self._found = [keys.found(path) for path in old.paths]
        changed = {n for n, (now, was) in enumerate(zip(self._found, old.found, strict=True)) if not now or now != was}
        self._still = [changed.isdisjoint(reads) for reads in old.reads] if changed else [True] * len(old.reads)
        self._pages: dict[str, PageState] = {}
        self._made = {made: place for place, made in enumerate(old.made)}
        self._paths = {path: place for place, path in enumerate(old.paths)}
        self._reads = {reads: place for place, reads in enumerate(old.reads)}

    def known(self, path: str, key: tuple[str, str] | None) -> str:
        """The hash of the bytes that a page with that key has; an empty string where it has to be made to know."""
        old = self._old.pages.get(path)
        if old is None or key is None or not self._still[old.reads]:
            return ""
        return old.digest.hex() if (self._old.made[old.made], old.given.hex()) == key else ""

    def why(self, path: str, key: tuple[str, str] | None) -> str:
        """Why a page has to be made."""
        old = self._old.pages.get(path)
        if old is None:
            return "it is new"
        if key is None:
            return "what it is made from cannot be compared"
        if self._old.made[old.made] != key[0]:
            return "its template, its plugin or their settings changed"
        if old.given.hex() != key[1]:
            return "what it is given changed"
        if not self._still[old.reads]:
            return "what it reads of the site changed"
        return "the file in the output is not what it was"

    def keep(self, path: str) -> None:
        """The page is what it was."""
        self._pages[path] = self._old.pages[path]

    def note(self, path: str, key: tuple[str, str], reads: tuple[Path, ...], digest: str) -> None:
        """The page was made."""
        places = tuple(self._place(one) for one in reads)
        if all(self._found[place] for place in places):
            made = self._made.setdefault(key[0], len(self._made))
            number = self._reads.setdefault(places, len(self._reads))
            self._pages[path] = PageState(made, bytes.fromhex(key[1]), number, bytes.fromhex(digest))

    def _place(self, path: Path) -> int:
        if path not in self._paths:
            self._paths[path] = len(self._found)
            self._found.append(self._keys.found(path))
        return self._paths[path]

    def inputs(self) -> Iterator[Input]:
        """Files and folders that were opened for pages."""
        ways, sets = list(self._paths), list(self._reads)
        used = {place for number in {page.reads for page in self._pages.values()} for place in sets[number]}
        for path in (ways[place] for place in used):
            if path[0] == READ:
                yield Input(path[1], path[2], "")

    def save(self) -> None:
        """Keeps what this build knows for the next."""
        self._cache.keep_note(self._name, msgspec.msgpack.encode(self._compact()))

    def _compact(self) -> PageStates:
        """What is known, without what no page needs any more."""
        named, ways, sets = list(self._made), list(self._paths), list(self._reads)
        made = _renumbered(page.made for page in self._pages.values())
        reads = _renumbered(page.reads for page in self._pages.values())
        paths = _renumbered(place for old in reads for place in sets[old])
        if len(made) == len(named) and len(reads) == len(sets):
            pages = self._pages
        else:
            pages = {
                path: PageState(made[one.made], one.given, reads[one.reads], one.digest)
                for path, one in self._pages.items()
            }
        return PageStates(
            [named[old] for old in made],
            [ways[old] for old in paths],
            [self._found[old] for old in paths],
            [tuple(paths[place] for place in sets[old]) for old in reads],
            pages,
        )


def _renumbered(places: Iterable[int]) -> dict[int, int]:
    """New places for those that are in use, in the order of the old."""
    return {old: new for new, old in enumerate(sorted(set(places)))}


class _References(Struct, frozen=True):
    state: str
    named: dict[str, list[str] | None]


def references(sources: Sources, cache: Cache) -> dict[str, list[str] | None]:
    """Which templates name which, as it was found out once for each state of the theme and of the engine.

    Raises CacheError.
    """
    state = digest_of_texts([engine_fingerprint(), sources.digest])
    if (known := decoded(cache.note("templates"), _References)) and known.state == state:
        return known.named
    found = sources.references()
    cache.keep_note("templates", msgspec.json.encode(_References(state, found)))
    return found
