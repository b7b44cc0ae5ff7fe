"""What is wrong with a site, as data: every problem is a `Diagnostic` with a code, a place and a hint."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Severity = Literal["error", "warning"]


class Diagnostic(Struct, frozen=True, order=False, omit_defaults=True):
    """One problem, said so that a person can mend it and a program can read it."""

    code: str
    """Stable name of the kind of problem, such as `date-invalid`; listed in the guide."""
    severity: Severity
    """`error`: the post cannot be published. `warning`: it can, but somebody should look."""
    message: str
    """What is wrong, in one sentence."""
    file: str = ""
    """Path relative to the site's root, with `/`; empty where no file is to blame."""
    line: int = 0
    """Line in `file`, from 1; 0 where the whole file is meant."""
    column: int = 0
    """Column in `line`, in characters from 1; 0 where the whole line is meant."""
    hint: str = ""
    """What to do about it."""
    plugin: str = ""
    """Name of the plugin that found or caused it, if one did."""
    hook: str = ""
    """Name of the hook that the plugin was in."""

    @property
    def place(self) -> str:
        """`file:line:column` as far as known."""
        parts = [self.file]
        if self.file and self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of a report: by place, then by code."""
        return (self.file, self.line, self.column, self.code, self.message)

    def as_error(self) -> Diagnostic:
        """The same problem as an error, for `--strict`."""
        return replace(self, severity="error")


def error(code: str, message: str, file: str = "", line: int = 0, column: int = 0, hint: str = "") -> Diagnostic:
    """A problem that keeps a post, or the site, from being published."""
    return Diagnostic(code, "error", message, file, line, column, hint)


def warning(code: str, message: str, file: str = "", line: int = 0, column: int = 0, hint: str = "") -> Diagnostic:
    """A problem that somebody should look at, but that does not stop anything."""
    return Diagnostic(code, "warning", message, file, line, column, hint)
