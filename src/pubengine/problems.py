"""What is wrong with a build so far, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable

from pubengine.diagnostics import Diagnostic
from pubengine.errors import PubengineError


class Problems:
    """Gathers diagnostics, each once. `strict` takes warnings for errors; `keep_going` publishes in spite of errors."""

    def __init__(self, *, strict: bool, keep_going: bool) -> None:
        self._strict = strict
        self._keep_going = keep_going
        self._found: dict[Diagnostic, None] = {}
        self._worst = 0
        self.plugin_failed = False

    def add(self, *groups: Iterable[Diagnostic]) -> None:
        """Adds diagnostics."""
        for group in groups:
            for one in group:
                counts = self._strict and not one.code.startswith("cache-")  # which nothing is ever wrong for
                self._found[one.as_error() if counts else one] = None

    def raised(self, problem: PubengineError) -> None:
        """Adds what an error says, and counts the error itself."""
        self.add(problem.diagnostics)
        self._worst = max(self._worst, problem.exit_code)

    def exit_code(self) -> int:
        """0 good, 1 content, 2 configuration, 3 a plugin, 4 input or output; of several the highest."""
        content = int(any(one.severity == "error" for one in self._found))
        return max(content, self._worst, 3 if self.plugin_failed else 0)

    def forbid_publishing(self) -> bool:
        """Whether the site has to stay as it was."""
        code = self.exit_code()
        return code > 1 or (code == 1 and not self._keep_going)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All of them, by place."""
        return tuple(sorted(self._found, key=Diagnostic.sort_key))
