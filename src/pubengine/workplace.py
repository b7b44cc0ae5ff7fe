"""What a task finds in whatever process it runs: the plugins of its site, opened there once."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from pubengine.diagnostics import error
from pubengine.errors import OutputError
from pubengine.fingerprints import engine_fingerprint
from pubengine.registry import Registry, open_registry
from pubengine.settings import Config
from pubengine.spans import Spans


class Workplace(Struct, frozen=True):
    """Where a task works: enough to open the same plugins in another process, on another machine."""

    root: str
    """The site's folder, absolute; the machines of a cluster have it at the same path."""
    config: Config
    engine: str
    """The engine's fingerprint."""
    plugins: tuple[str, ...]
    """The plugins' fingerprints."""
    timed: bool = False
    """Whether times are taken."""


_open: list[tuple[Workplace, Registry]] = []
"""The one that was used last; a process works for one site at a time."""


def workplace_of(root: Path, config: Config, registry: Registry) -> Workplace:
    """The workplace of a build, with the plugins that it opened."""
    one = Workplace(
        str(root),
        config,
        engine_fingerprint(),
        tuple(plugin.fingerprint for plugin in registry.plugins),
        bool(registry.spans is not None),
    )
    _open[:] = [(one, registry)]
    return one


def registry_at(one: Workplace) -> Registry:
    """The plugins of a workplace. Raises OutputError in a process that has another version of the engine."""
    if not _open or _open[0][0] != one:
        if engine_fingerprint() != one.engine:
            hint = "install the same versions of everything there, and restart its workers"
            raise OutputError(error("worker-differs", "a worker of the cluster runs other code than this", hint=hint))
        registry = open_registry(one.config, Path(one.root))
        registry.spans = Spans() if one.timed else None
        _open[:] = [(one, registry)]
    return _open[0][1]
