"""Finding and importing plugins: bundled, installed and named by the site, or dropped into `plugins/`."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ConfigError, PluginError
from pubengine.settings import Config
from pubengine.text import nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "pubengine.plugins"
"""Entry point group of installed plugins."""

BUNDLED = (
    "markdown",  # text to HTML comes first: what follows sees HTML
    "contents",
    "highlight",
    "journal",
    "encoding",
    "data",
    "posts",  # posts own their addresses; what is emitted later must not take them
    "front_page",
    "archives",
    "tags",
    "feeds",
    "static",
    "aliases",
    "not_found",
    "sitemap",
)
"""The bundled plugins, in their order of `transform` and `emit`."""

Where = Literal["bundled", "installed", "site"]


class FoundPlugin(Struct, frozen=True):
    """A plugin that could be loaded."""

    name: str
    where: Where
    path: str
    """File or folder, relative to the site's root for the site's own, else a module's name."""
    entry: Any = None
    """The EntryPoint of an installed one."""


class LoadedPlugin(Struct, frozen=True):
    """A plugin in memory."""

    name: str
    where: Where
    path: str
    module: ModuleType
    fingerprint: str
    """Hash of its code."""


def find_plugins(config: Config, root: Path) -> tuple[FoundPlugin, ...]:
    """All plugins that take part, in order. Raises ConfigError for names in `[plugins]` that mean nothing."""
    bundled = [FoundPlugin(name, "bundled", f"pubengine.plugins.{name}") for name in BUNDLED]
    own = list(_in_folder(root))
    problems: list[Diagnostic] = []
    named = [*bundled, *_installed(config, problems), *own]
    taken = {plugin.name: plugin for plugin in named}  # a later one of the same name replaces an earlier
    problems += _wrong_names(config, set(taken))
    if problems:
        raise ConfigError(*problems)
    order = {name: number for number, name in enumerate(config.plugins.order)}
    kept = [taken[name] for name in taken if name not in config.plugins.disable]
    return tuple(sorted(kept, key=lambda plugin: order.get(plugin.name, len(order))))


def _in_folder(root: Path) -> Iterator[FoundPlugin]:
    folder = root / "plugins"
    if not folder.is_dir():
        return
    seen: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            continue
        if path.suffix == ".py" or (path.is_dir() and (path / "__init__.py").is_file()):
            shown = f"plugins/{path.name}"
            if path.stem in seen:
                raise ConfigError(
                    error("plugin-twice", f"{shown} and {seen[path.stem]} have one name", shown, hint="rename one")
                )
            seen[path.stem] = shown
            yield FoundPlugin(path.stem, "site", shown)


def _installed(config: Config, problems: list[Diagnostic]) -> Iterator[FoundPlugin]:
    if not config.plugins.use:
        return
    from importlib.metadata import entry_points

    available = {entry.name: entry for entry in entry_points(group=GROUP)}
    for name in config.plugins.use:
        if name in available:
            yield FoundPlugin(name, "installed", available[name].value, available[name])
            continue
        meant = nearest(name, available)
        hint = f"is it {meant!r}?" if meant else "install the distribution that has it"
        message = f"no installed plugin is called {name!r}"
        problems.append(config.problem("plugin-unknown", message, ("plugins", "use"), hint))


def _wrong_names(config: Config, known: set[str]) -> Iterator[Diagnostic]:
    wanted = [(("plugins", "disable"), name) for name in config.plugins.disable]
    wanted += [(("plugins", "order"), name) for name in config.plugins.order]
    wanted += [(("plugins", name), name) for name in config.plugins.settings]
    for keys, name in wanted:
        if name not in known:
            meant = nearest(name, known)
            hint = f"is it {meant!r}?" if meant else f"there are: {', '.join(sorted(known))}"
            yield config.problem("plugin-unknown", f"no plugin is called {name!r}", keys, hint)


def import_plugin(found: FoundPlugin, root: Path) -> LoadedPlugin:
    """Imports a plugin. Raises PluginError, with the place in its file, for whatever its import raises."""
    if found.where == "site":
        path = root / found.path
        shown = found.path
        with _culprit(found, root):
            module = _import_path(found.name, path)
    else:
        shown = found.path
        with _culprit(found, root):
            module = importlib.import_module(found.path.partition(":")[0]) if not found.entry else _enter(found.entry)
        path = Path(getattr(module, "__file__", None) or ".")
        path = path.parent if path.name == "__init__.py" else path
    return LoadedPlugin(found.name, found.where, shown, module, fingerprint(path))


def _enter(entry: EntryPoint) -> ModuleType:
    module = entry.load()
    if not isinstance(module, ModuleType):
        raise TypeError(f"the entry point {entry.name!r} must name a module, not {type(module).__name__}")
    return module


def _import_path(name: str, path: Path) -> ModuleType:
    """Imports a file or a package folder afresh, by its source: never from, and never to, `__pycache__`."""
    # The package has to be there for what is looked up by name, in other processes too.
    sys.modules.setdefault("pubengine_site", ModuleType("pubengine_site")).__path__ = []
    module_name = f"pubengine_site.{name}"
    for old in [one for one in sys.modules if one == module_name or one.startswith(f"{module_name}.")]:
        del sys.modules[old]
    package = path.is_dir()
    file = path / "__init__.py" if package else path
    spec = importlib.util.spec_from_file_location(
        module_name, file, submodule_search_locations=[str(path)] if package else None
    )
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    code = compile(file.read_bytes(), str(file), "exec")
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        exec(code, module.__dict__)  # noqa: S102 - running the site's own plugin is the purpose
    except BaseException:
        del sys.modules[module_name]
        raise
    finally:
        sys.dont_write_bytecode = before
    return module


@contextmanager
def _culprit(found: FoundPlugin, root: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as problem:
        file, line = place_of_failure(problem, root, found.path)
        raise PluginError(
            Diagnostic(
                "plugin-import",
                "error",
                f"the plugin {found.name!r} cannot be imported: {describe_exception(problem)}",
                file,
                line,
                hint=f'mend it, or leave it out: [plugins] disable = ["{found.name}"]',
                plugin=found.name,
            )
        ) from problem


def place_of_failure(problem: BaseException, root: Path, path: str) -> tuple[str, int]:
    """File and line, as shown to people, of the last frame in the plugin at `path`; `path` and 0 if there is none."""
    if isinstance(problem, SyntaxError) and problem.filename:
        return _shown(problem.filename, root), problem.lineno or 0
    target = (root / path).resolve()
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        file = Path(frame.filename)
        if file == target or target in file.parents or _shown(frame.filename, root).startswith(path):
            return _shown(frame.filename, root), frame.lineno or 0
    return path, 0


def _shown(filename: str, root: Path) -> str:
    file = Path(filename)
    for start in (root, root.resolve()):
        if file.is_relative_to(start):
            return file.relative_to(start).as_posix()
    return file.name


def describe_exception(problem: BaseException) -> str:
    """An exception in a line: its type and what it says."""
    says = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {says}" if says else type(problem).__name__


def fingerprint(path: Path) -> str:
    """Hash of a plugin's code: of its file, or of all Python and data files of its folder."""
    total = hashlib.blake2b(digest_size=16)
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    for file in files:
        if "__pycache__" not in file.parts:
            name = file.relative_to(path).as_posix() if file != path else file.name
            total.update(name.encode("utf-8", "surrogateescape") + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()
