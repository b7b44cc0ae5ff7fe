"""A site that has two versions, and the promise that all these tests hold the engine to.

The sites are never copied back: each disaster strikes the change from the version that is published to
the other one, so that the engine has its cache, its hard links and its states of files as in real life.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from textwrap import indent

import pytest

from pubengine.testing import ENGINE, NOW, SiteUnderTest

ASSET = "themes/own/assets/style.css"


def _post(number: int, version: str) -> str:
    changed = f"This is version {version}. " * 20 if number % 2 else ""
    return (
        f"+++\ntitle = 'Post {number}'\ntags = ['tag {number % 3}']\n+++\nText of post {number}. {changed}\n\nMore.\n"
    )


def _version(version: str, numbers: range) -> dict[str, str | bytes]:
    posts = {f"content/posts/2024-0{n % 9 + 1}-0{n % 7 + 1}-p{n}.md": _post(n, version) for n in numbers}
    return posts | {
        "engine.toml": ENGINE + '[theme]\nname = "own"\n',
        "themes/own/theme.toml": 'inherits = "paper"\n',
        ASSET: f"/* {version} */\n" * 50,
        "content/files/same.bin": bytes(range(256)) * 200,
        f"content/files/{version}/page.txt": version,
        "content/files/" + {"one": "swap", "two": "swap/below"}[version]: "a file here, a folder there",
    }


VERSIONS = {"one": _version("one", range(1, 25)), "two": _version("two", range(4, 28))}


@functools.cache
def clean_digest(version: str) -> str:
    """The hash of what a clean build makes of a version."""
    with tempfile.TemporaryDirectory() as folder:
        other = SiteUnderTest(Path(folder))
        other.write(VERSIONS[version])
        assert other.build().exit_code == 0
        return digest(other.root / "public")


class Changing(SiteUnderTest):
    """A site of which two versions are known, with what a clean build makes of each."""

    def turn_to(self, version: str) -> None:
        """Makes the sources those of a version; files that are the same in both stay untouched."""
        wanted = VERSIONS[version]
        for name in ("content", "themes"):
            for path in sorted((self.root / name).rglob("*"), reverse=True):
                if path.is_dir():
                    if not any(path.iterdir()):
                        path.rmdir()
                elif path.relative_to(self.root).as_posix() not in wanted:
                    path.unlink()
        for name, content in wanted.items():
            data = content.encode() if isinstance(content, str) else content
            if not (self.root / name).is_file() or (self.root / name).read_bytes() != data:
                self.write({name: data})

    def sources(self) -> str:
        """The hash of all that an author wrote."""
        kept = (".pubengine", "public")
        return digest_of_paths(
            self.root, [p for p in self.root.rglob("*") if p.relative_to(self.root).parts[0] not in kept]
        )

    def published(self) -> str:
        """The version whose clean build the output equals; `none` if there is no output, else `torn`."""
        output = self.root / "public"
        if not output.is_symlink() and output.is_dir():
            found = digest(output)
            nothing = "none" if not any(output.iterdir()) else "torn"
            return next((version for version in VERSIONS if clean_digest(version) == found), nothing)
        return "torn" if os.path.lexists(output) else "none"

    def command(self, *options: str) -> list[str]:
        """The program's command line for this site."""
        return [sys.executable, "-B", "-m", "pubengine", "build", "--site", str(self.root), *options]

    def run(self, *options: str, before: tuple[str, ...] = (), **more: object) -> subprocess.CompletedProcess[bytes]:
        """Runs the real program in a process of its own, behind other words such as those of strace."""
        command = [*before, *self.command(*options)]
        return subprocess.run(command, capture_output=True, check=False, timeout=150, env=environment(), **more)

    def run_heard(
        self, deed: str, *options: str, before: tuple[str, ...] = (), first: str = ""
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs the program in the site's folder, with some Python done at each of its audit events (PEP 578).

        `deed`: sees `event` and `arguments`; `first`: is done before the program starts.
        """
        hook = "def hook(event, arguments):\n" + indent(deed, "    ")
        script = (
            f"import errno, os, shutil, signal, sys, threading, time\nfrom pubengine.cli import main\n{hook}\n{first}\n"
        )
        script += (
            "if __name__ == '__main__':\n    sys.addaudithook(hook)\n    sys.exit(main(['build', *sys.argv[1:]]))\n"
        )
        file = self.root.parent / "heard.py"
        file.write_text(script)
        command = [*before, sys.executable, "-B", str(file), *options]
        return subprocess.run(command, cwd=self.root, env=environment(), capture_output=True, check=False, timeout=100)


@pytest.fixture
def changing(tmp_path: Path) -> Changing:
    """A site that can be turned from one version to another; nothing is built yet."""
    return Changing(tmp_path / "site")


@pytest.fixture
def published(changing: Changing) -> Changing:
    """A site whose first version is published, and whose sources are the second."""
    changing.turn_to("one")
    changing.build()
    changing.turn_to("two")
    return changing


def environment() -> dict[str, str]:
    """What a build under test is given: always the same moment, and always the same order of sets."""
    return os.environ | {"SOURCE_DATE_EPOCH": str(NOW), "PYTHONHASHSEED": "0"}


def digest(folder: Path) -> str:
    """The hash of the names and bytes of all that is in a folder, links being what they are."""
    return digest_of_paths(folder, folder.rglob("*"))


def digest_of_paths(folder: Path, paths: Iterable[Path]) -> str:
    """The same, of some of the paths in a folder."""
    found = hashlib.sha256()
    for path in sorted(paths):
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
        data = os.readlink(path).encode() if kind == "link" else path.read_bytes() if kind == "file" else b""
        name = path.relative_to(folder).as_posix()
        found.update(f"{kind} {name} {len(data)}\0".encode() + data)
    return found.hexdigest()


def leftovers(site: SiteUnderTest) -> list[str]:
    """What no build should leave: trees in the making, and temporary files."""
    outputs = site.root / ".pubengine/outputs/public"
    expected = {"lock", "tree", "unchanged"}
    found = [f"outputs/public/{path.name}" for path in outputs.iterdir() if path.name not in expected]
    known = {"cache.db", "lock", "outputs", ".gitignore"}
    found += [path.name for path in (site.root / ".pubengine").iterdir() if path.name not in known]
    known = {".pubengine", "public", "content", "themes", "plugins", "engine.toml"}
    return sorted(found + [path.name for path in site.root.iterdir() if path.name not in known])


def codes(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Codes of the diagnostics that a build with `--json` reported."""
    return [one["code"] for one in json.loads(done.stdout)["diagnostics"]]
