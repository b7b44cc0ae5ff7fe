"""Every place that the engine uses on disk, from the site's folder and the output folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

FILE = "engine.toml"
"""Name of the file that makes a folder a site."""


KEPT = ".pubengine"
"""Folder of the site that holds what can be made again."""


class Paths(NamedTuple):
    """Where a site's parts lie."""

    root: Path
    output: Path
    cache: Path | None = None
    """Another folder for what can be made again."""

    @property
    def content(self) -> Path:
        """Posts, pages and files."""
        return self.root / "content"

    @property
    def kept(self) -> Path:
        """What can be made again: the cache, and trees that are not published."""
        return self.cache or self.root / KEPT

    @property
    def aside(self) -> Path:
        """Folder for what is not yet, or no longer, in the output; on the output's disk, so that it can be renamed."""
        inside = os.path.relpath(self.output, self.root)
        if not inside.startswith("..") and _device(self.output.parent) == _device(self.kept / "outputs"):
            return self.kept / "outputs" / inside.replace("%", "%25").replace("/", "%2F")
        return self.output.parent / f".{self.output.name}{KEPT}"

    @property
    def themes(self) -> Path:
        """The site's own themes."""
        return self.root / "themes"


def find_site(start: Path) -> Path:
    """The nearest folder, `start` or one above it, that holds an engine.toml; `start` if none does."""
    for folder in (start, *start.resolve().parents):
        if (folder / FILE).is_file():
            return folder
    return start


def site_paths(root: Path, output: Path | None = None) -> Paths:
    """The places of a site. Raises ConfigError where the output folder would take the site's own files with it."""
    site = os.path.realpath(root)
    out = os.path.abspath(output if output is not None else root / "public")
    full = os.path.realpath(out)
    own = [os.path.join(site, name) for name in ("content", "themes", "plugins", "data", ".pubengine", FILE)]
    if os.path.islink(out) or _holds(full, site) or any(_holds(part, full) for part in own):
        what = "is a symbolic link" if os.path.islink(out) else "would take the site's own files with it"
        from pubengine.diagnostics import error
        from pubengine.errors import ConfigError

        message = f"the output folder {output or 'public'} {what}"
        raise ConfigError(error("output-place", message, hint="choose a folder of its own, such as public"))
    return Paths(Path(os.path.abspath(root)), Path(out))


def _device(folder: Path) -> int:
    """The disk that a folder is on, or will be; -1 where none can be told."""
    for one in (folder, *folder.parents):
        try:
            return os.stat(one).st_dev
        except OSError:
            continue
    return -1


def _holds(folder: str, path: str) -> bool:
    """Whether a path is a folder, or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
