"""Whose code makes a site: hashes of the engine, of the libraries it stands on, and of what plugins bring along."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from pubengine.digests import digest_of_file, digest_of_texts

LIBRARIES = (
    "babel", "jinja2", "linkify-it-py", "markdown-it-py", "markupsafe", "mdit-py-plugins", "mdurl", "msgspec", "nh3",
    "pluggy", "pygments", "pyyaml", "tzdata", "uc-micro-py",
)  # fmt: skip
"""Distributions whose code takes part in making pages: what the engine depends on, and what that depends on."""

_HOME = os.path.dirname(__file__)


@lru_cache(maxsize=1)
def engine_fingerprint() -> str:
    """The hash of the engine's code, of its libraries' versions and of Python's."""
    code = []
    for folder, folders, names in os.walk(_HOME):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "cli", "serve", "themes", "tui"))
        for name in sorted(names):
            if name.endswith(".py"):
                code += [os.path.relpath(os.path.join(folder, name), _HOME), digest_of_file(os.path.join(folder, name))]
    libraries = [one for one in installed() if one.partition("-")[0].replace("_", "-") in LIBRARIES]
    return digest_of_texts([*code, *libraries, sys.implementation.name, sys.version.partition(" ")[0]])


@lru_cache(maxsize=1)
def installed() -> tuple[str, ...]:
    """Names and versions of all installed distributions, as `name-version`, sorted."""
    found: set[str] = set()
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        found.update(name.rpartition(".")[0].lower() for name in names if name.endswith((".dist-info", ".egg-info")))
    return tuple(sorted(found))


@lru_cache(maxsize=1)
def surroundings() -> str:
    """The hash of all that an import can find besides a plugin's own files."""
    return digest_of_texts([engine_fingerprint(), *installed()])


def module_digests(paths: Iterable[str]) -> str:
    """The hash of some modules' files; of one that is gone, that it is."""
    return digest_of_texts(
        part for path in sorted(paths) for part in (os.path.basename(path), _digest_or_nothing(path))
    )


def _digest_or_nothing(path: str) -> str:
    try:
        return digest_of_file(path)
    except OSError:
        return ""


def local_modules(before: Iterable[str]) -> tuple[str, ...]:
    """Files of the modules imported since `before` that no distribution brought: somebody's own, which may change.

    The engine's and those of plugins in `plugins/` are not among them; they have fingerprints.
    """
    known = set(before)
    found = set()
    for name, module in list(sys.modules.items()):
        if name in known or name.partition(".")[0] in ("pubengine", "pubengine_site", "__main__", "__mp_main__"):
            continue
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(installed_places()):
            found.add(os.path.abspath(file))
    return tuple(sorted(found))


@lru_cache(maxsize=1)
def installed_places() -> tuple[str, ...]:
    """Folders of Python's own library and of installed distributions, ending in a separator."""
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return tuple(str(Path(path)) + os.sep for path in paths if path)
