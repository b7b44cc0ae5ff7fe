"""Themes: folders of templates and assets, layered so that a file of the same name overrides another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cached_property
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from msgspec import Struct

from pubengine.diagnostics import Diagnostic, error
from pubengine.errors import ConfigError
from pubengine.paths import Paths
from pubengine.settings import Config
from pubengine.text import nearest
from pubengine.toml_places import parse_toml, place_of

MANIFEST = "theme.toml"


class Theme(Struct, frozen=True, dict=True):
    """A theme with all it inherits, nearest first."""

    name: str
    layers: tuple[Path, ...]
    """Folders to look in: the site's `theme/` overrides, the theme, what it inherits."""
    options: dict[str, Any]
    """Every option that the theme declares, with the site's value or the default."""
    words: dict[str, str]
    """The words that it shows, by name."""

    @cached_property
    def assets(self) -> dict[str, Path]:
        """Files to publish under `assets/`, by path below it; of one name the nearest."""
        found: dict[str, Path] = {}
        for layer in self.layers:
            for path in sorted((layer / "assets").rglob("*")):
                if not path.name.startswith(".") and (path.is_file() or path.is_symlink()):
                    _refuse_strays(path, layer)
                    found.setdefault(path.relative_to(layer / "assets").as_posix(), path)
        return dict(sorted(found.items()))

    @cached_property
    def asset_versions(self) -> dict[str, str]:
        """A short hash of each asset's bytes, by path: browsers are told of a change by it."""
        return {
            name: hashlib.blake2b(path.read_bytes(), digest_size=4).hexdigest() for name, path in self.assets.items()
        }


def _refuse_strays(path: Path, layer: Path) -> None:
    """Raises ConfigError for a link that leads nowhere, or out of the folder that all themes are in."""
    target = os.path.realpath(path)
    home = os.path.realpath(layer.parent)
    if not os.path.isfile(target) or not target.startswith(home + os.sep):
        shown = f"themes/{layer.name}/{path.relative_to(layer).as_posix()}"
        what = "leads out of the themes" if os.path.exists(target) else "leads nowhere"
        raise ConfigError(error("theme-invalid", f"the link {what}", shown, hint="put the file itself there"))


def bundled_themes() -> Path:
    """The folder of the themes that come with the engine."""
    return Path(str(package_files("pubengine"))) / "themes"


def open_theme(config: Config, paths: Paths) -> Theme:
    """The theme that `engine.toml` names. Raises ConfigError where it, an ancestor or an option is not there."""
    layers: list[Path] = []
    options: dict[str, Any] = {}
    words: dict[str, str] = {}
    seen: list[str] = []
    name = config.theme.name
    if not name:
        raise ConfigError(config.problem("theme-unknown", "the theme has no name", ("theme", "name")))
    while name:
        folders = _find(name, seen, config, paths)
        seen.append(name)
        layers += folders
        name = ""
        for manifest in [_read_manifest(folder, paths) for folder in folders]:
            options = manifest.get("options", {}) | options
            words = manifest.get("words", {}) | words
            name = name or manifest.get("inherits", "")
    return Theme(config.theme.name, tuple(layers), _options(config, options), _words(config, words))


def _find(name: str, seen: list[str], config: Config, paths: Paths) -> list[Path]:
    """The folders of a theme: the site's own, and the bundled one of the same name that it overlays."""
    parents = (paths.themes, bundled_themes())
    if name in seen:
        message, hint = f"the theme {name!r} inherits from itself", "break the circle in theme.toml"
        raise ConfigError(config.problem("theme-unknown", message, ("theme", "name"), hint))
    folders = [parent / name for parent in parents if _is_name(name) and (parent / name).is_dir()]
    if not any((folder / MANIFEST).is_file() for folder in folders):
        there = {path.parent.name for parent in parents for path in parent.glob(f"*/{MANIFEST}")}
        meant = nearest(name, there)
        hint = f"is it {meant!r}?" if meant else f"there are: {', '.join(sorted(there))}"
        if folders:
            hint = f'its folder needs a {MANIFEST}, with a line such as: inherits = "paper"'
        raise ConfigError(config.problem("theme-unknown", f"there is no theme {name!r}", ("theme", "name"), hint))
    return folders


def _is_name(name: str) -> bool:
    return 0 < len(name.encode()) < 200 and not name.startswith(".") and "/" not in name and "\\" not in name


def _read_manifest(folder: Path, paths: Paths) -> dict[str, Any]:
    own = folder.parent == paths.themes
    shown = f"themes/{folder.name}/{MANIFEST}" if own else f"{folder.name}/{MANIFEST} (bundled)"
    if not (folder / MANIFEST).exists():
        return {}
    try:
        text = (folder / MANIFEST).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(error("theme-invalid", f"cannot be read: {problem}", shown)) from None
    values = parse_toml(text, shown, "theme-invalid")
    if isinstance(values, Diagnostic):
        raise ConfigError(values)
    problems = [error("theme-invalid", why, shown, *place_of(text, key)) for key, why in _wrong_in(values)]
    if problems:
        raise ConfigError(*problems)
    return values


def _wrong_in(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each key of a theme.toml that cannot be used, and why."""
    kinds = {"about": str, "inherits": str, "options": dict, "words": dict}
    for key, value in manifest.items():
        if key not in kinds:
            yield key, f"unknown key {key!r}; known are {', '.join(kinds)}"
        elif not isinstance(value, kinds[key]):
            yield key, f"{key!r} must be {'a table' if kinds[key] is dict else 'text'}"
    words = manifest.get("words")
    if isinstance(words, dict) and not all(isinstance(word, str) for word in words.values()):
        yield "words", "every word must be text"


def _options(config: Config, declared: dict[str, Any]) -> dict[str, Any]:
    problems = []
    for key, value in config.theme.options.items():
        if key not in declared:
            meant = nearest(key, declared)
            hint = f"is it {meant!r}?" if meant else f"it has: {', '.join(sorted(declared))}"
            message = f"the theme has no option {key!r}"
            problems.append(config.problem("theme-option", message, ("theme", "options", key), hint))
        elif type(value) is not type(declared[key]):
            wanted = type(declared[key]).__name__
            message = f"the theme's option {key!r} must be {wanted}, not {type(value).__name__}"
            problems.append(config.problem("theme-option", message, ("theme", "options", key)))
    if problems:
        raise ConfigError(*problems)
    return declared | config.theme.options


def _words(config: Config, declared: dict[str, str]) -> dict[str, str]:
    hint = f"it has: {', '.join(sorted(declared))}"
    problems = [
        config.problem("theme-option", f"the theme shows no word {key!r}", ("theme", "words", key), hint)
        for key in config.theme.words
        if key not in declared
    ]
    if problems:
        raise ConfigError(*problems)
    return declared | config.theme.words
