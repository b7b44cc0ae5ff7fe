"""Proof on demand: what was published is what a build from nothing makes, byte for byte, or what it was that differs."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

from msgspec import Struct
from msgspec.structs import replace

from pubengine.build import build
from pubengine.cache import Cache, cache_path
from pubengine.config import read_config
from pubengine.diagnostics import Diagnostic
from pubengine.digests import digest_of_file
from pubengine.environment import LOADING
from pubengine.pages import PageStates, page_states
from pubengine.paths import Paths
from pubengine.progress import Outlook
from pubengine.registry import open_registry
from pubengine.results import BuildResult, Options
from pubengine.trees import read_manifest


class _Side(Struct, frozen=True):
    """One of two builds."""

    files: dict[str, str]
    """Hashes of its files, taken from the disk."""
    pages: PageStates
    sources: dict[str, bytes]
    """What became of each source."""


def verify(built: BuildResult, paths: Paths, options: Options, watcher: Outlook) -> BuildResult:
    """The result of a build with an error for each file that a build from nothing, elsewhere, makes otherwise.

    Pages made by what is marked impure are not compared. Raises PubengineError and OSError.
    """
    if built.basis is None:
        return built
    with tempfile.TemporaryDirectory(prefix="pubengine-verify-") as folder:
        elsewhere = Paths(paths.root, Path(folder) / "site", Path(folder) / "kept")
        clean = build(elsewhere, replace(options, clean=True), watcher)
        if clean.basis is None:
            return replace(built, exit_code=clean.exit_code, diagnostics=(*built.diagnostics, *clean.diagnostics))
        impure = built.basis.impure | clean.basis.impure
        makers = clean.basis.makers | built.basis.makers
        one, other = _side(paths), _side(elsewhere)
        found = list(_differences(one, other, makers, impure, _suspects(paths)))
    if not found:
        watcher.say(f"verified: {len(one.files):,} files are what a build from nothing makes")
        return built
    return replace(built, exit_code=max(built.exit_code, 3), diagnostics=(*built.diagnostics, *found))


def _side(paths: Paths) -> _Side:
    files = {path: digest_of_file(paths.output / path) for path in read_manifest(paths.output).files}
    with Cache(cache_path(paths.kept)) as cache:
        states = page_states(cache, os.path.relpath(paths.output, paths.root))
        sources = {path: data for path, _, _, data in cache.files()}
    return _Side(files, states, sources)


class _Suspect(Struct, frozen=True):
    """A plugin of the site, with what it has been seen to name that changes by itself."""

    plugin: str
    hooks: tuple[str, ...]
    names: str


def _suspects(paths: Paths) -> tuple[_Suspect, ...]:
    registry = open_registry(read_config(paths.root), paths.root)
    own = [plugin for plugin in registry.plugins if plugin.where != "bundled"]
    return tuple(_Suspect(one.name, registry.hooks_of(one), ", ".join(_fickle_names(one.module))) for one in own)


_FICKLE = (
    "environ", "getenv", "getpass", "gethostname", "monotonic", "now", "perf_counter", "random", "randint", "shuffle",
    "choice", "strftime", "time", "time_ns", "today", "urandom", "utcnow", "uuid1", "uuid4",
)  # fmt: skip
"""Names of what gives something else from run to run."""


def _fickle_names(module: ModuleType) -> Iterator[str]:
    used: set[str] = set()
    waiting = [one.__code__ for one in vars(module).values() if isinstance(one, FunctionType)]
    while waiting:
        code = waiting.pop()
        used.update(code.co_names)
        waiting += (one for one in code.co_consts if isinstance(one, CodeType))
    return (name for name in _FICKLE if name in used)


def _differences(
    one: _Side, other: _Side, makers: dict[str, str], impure: frozenset[str], suspects: tuple[_Suspect, ...]
) -> Iterator[Diagnostic]:
    """A diagnostic for each step and plugin by which files differ."""
    sources = sorted(path for path, data in other.sources.items() if one.sources.get(path) != data)
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for path in sorted(one.files.keys() | other.files.keys()):
        if one.files.get(path) != other.files.get(path) and path not in impure:
            step, why = _cause(path, one, other, sources)
            by_name = step == "make" and any(suspect.plugin == makers.get(path) for suspect in suspects)
            groups[step, why, makers[path] if by_name else ""].append(path)
    for (step, why, maker), found in groups.items():
        blamed = [one for one in suspects if one.plugin == maker or (not maker and set(_STEPS[step]) & set(one.hooks))]
        yield _diagnostic(found, step, why, blamed)


_STEPS = {
    "load": LOADING,
    "emit": ("describe", "emit", "summarize"),
    "make": ("template_filters", "template_functions"),
}
"""The hooks of each step."""


def _cause(path: str, one: _Side, other: _Side, sources: list[str]) -> tuple[str, str]:
    """The step in which a file came to differ, and how that shows."""
    mine, theirs = one.pages.pages.get(path), other.pages.pages.get(path)
    if path not in other.files or path not in one.files:
        return "emit", "the pages that there are differ"
    if mine is None or theirs is None or one.pages.made_of(path) != other.pages.made_of(path):
        return "make", "it is made in another way"
    if (mine.given, one.pages.found_by(path)) == (theirs.given, other.pages.found_by(path)):
        return "make", "what it was given and what it read of the site are the same"
    if sources:
        return "load", f"{_some(sources)} became something else, though nothing that was read changed"
    return "emit", "it is given other values"


def _diagnostic(found: list[str], step: str, why: str, blamed: list[_Suspect]) -> Diagnostic:
    message = f"{_some(found)}: not what a build from nothing makes; {why}"
    named = [f"{one.plugin!r}" + (f", which uses {one.names}" if one.names else "") for one in blamed]
    if named:
        message += f"; the plugin {' or '.join(named)}, reads something that the engine cannot see".replace(",,", ",")
    hint = "give it what it needs as a setting, a file or a front matter field, or mark it @impure"
    return Diagnostic(
        "verify-differs", "error", message, hint=hint, plugin=blamed[0].plugin if blamed else "", hook=step
    )


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
