"""Why a run ends early.

PubengineError            exit status 1
├── ContentError          a source cannot be used; becomes diagnostics, never escapes a build
├── ConfigError           exit status 2: engine.toml, the theme or the command line is wrong
├── PluginError           exit status 3: a plugin cannot be loaded, or failed in a hook
└── OutputError           exit status 4: something could not be read from or written to disk
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pubengine.diagnostics import Diagnostic

if TYPE_CHECKING:
    from pubengine.settings import Config


class PubengineError(Exception):
    """Anything that ends a run with a message for a person, not a traceback.

    Holds one or more diagnostics, so that all that is known to be wrong is said at once.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(f"{d.place}: {d.message}" if d.file else d.message for d in diagnostics))
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[type[PubengineError], tuple[Diagnostic, ...]]:
        """Errors cross from a worker process to the one that asked."""
        return type(self), self.diagnostics


class ContentError(PubengineError):
    """Raised by a `load` or `transform` hook when a source or a post cannot be published as it is."""


class ConfigError(PubengineError):
    """The site's settings, its theme or the command line cannot be used."""

    exit_code = 2
    partial: Config | None = None
    """The settings with defaults in place of what is wrong, if they could be read at all."""


class PluginError(PubengineError):
    """A plugin cannot be imported, does not fit the hooks, or raised something unexpected in one."""

    exit_code = 3


class OutputError(PubengineError):
    """The disk refused, or the output folder holds something that is not ours."""

    exit_code = 4
