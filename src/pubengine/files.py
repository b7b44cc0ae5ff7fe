"""Other files of the site, for plugins that need them: what is read here is known to be an input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pubengine.audit import watching
from pubengine.diagnostics import error
from pubengine.digests import digest_of, digest_of_texts
from pubengine.errors import ContentError
from pubengine.text import decode


class SiteFiles:
    """Reads files below the site's root, and nowhere else."""

    def __init__(self, root: Path, note: Callable[[str, str, str], None] = lambda *_: None) -> None:
        self._root = root.resolve()
        self._note = note

    def read(self, path: str) -> bytes:
        """The bytes of the file at `path`, relative to the site's root.

        Raises ContentError (code `file-unreadable`) if it is not there, cannot be read or lies elsewhere.
        """
        full = (self._root / path).resolve()
        if not full.is_relative_to(self._root):
            raise ContentError(error("file-unreadable", "the file lies outside the site", path))
        try:
            with watching(None):
                data = full.read_bytes()
        except OSError as problem:
            self._note("file", path, "")
            raise ContentError(error("file-unreadable", f"cannot be read: {problem.strerror}", path)) from None
        self._note("file", path, digest_of(data))
        return data

    def read_text(self, path: str) -> str:
        """The text of a UTF-8 file, with line feeds. Raises ContentError as `read` does, or if it is not UTF-8."""
        return decode(self.read(path), path)

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Paths, relative to the site's root and sorted, of the files that match, such as `data/*.toml`."""
        with watching(None):
            found = (path for path in self._root.glob(pattern) if path.is_file())
            paths = tuple(sorted(path.relative_to(self._root).as_posix() for path in found))
        self._note("glob", pattern, digest_of_texts(paths))
        return paths
