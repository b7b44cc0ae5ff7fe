"""Every place that the engine uses on disk, from the site's folder and the output folder."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from pubengine.config import FILE
from pubengine.diagnostics import error
from pubengine.errors import ConfigError


class Paths(Struct, frozen=True):
    """Where a site's parts lie."""

    root: Path
    output: Path

    @property
    def content(self) -> Path:
        """Posts, pages and files."""
        return self.root / "content"

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
    out = output or root / "public"
    full, site = out.resolve(), root.resolve()
    parts = [site / name for name in ("content", "themes", "plugins", "data", ".pubengine", FILE)]
    if site.is_relative_to(full) or any(full.is_relative_to(part) for part in parts) or out.is_symlink():
        what = "is a symbolic link" if out.is_symlink() else "would take the site's own files with it"
        message = f"the output folder {out} {what}"
        raise ConfigError(error("output-place", message, hint="choose a folder of its own, such as public"))
    return Paths(root, out)
