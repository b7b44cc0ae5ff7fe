r"""A kit for tests: write a site inside the test, build it by the real program, look at what came out.

In a `conftest.py`:

    from pubengine.testing import site  # a pytest fixture

In a test:

    def test_a_post_has_its_page(site):
        site.write({"content/posts/2024-05-01-hello.md": "+++\ntitle = 'Hello'\n+++\nText."})
        built = site.build()
        assert "<h1" in built.page("2024/05/hello/")
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from pubengine.cli import main

ENGINE = """\
title = "Test"
url = "https://example.org/"
timezone = "Europe/London"
language = "en-GB"
id = "test"
"""
"""The engine.toml of a site under test, unless the test writes its own."""

NOW = 1_730_000_000
"""The moment of every build, unless the test says another: 27 October 2024, 03:33:20 UTC."""


class Outcome(Struct, frozen=True):
    """What a build returned, said and left behind."""

    exit_code: int
    data: dict[str, Any]
    """What `--json` printed."""
    stderr: str
    output: Path

    @property
    def codes(self) -> list[str]:
        """Codes of the diagnostics, in their order."""
        return [str(one["code"]) for one in self.data["diagnostics"]]

    def problem(self, code: str) -> dict[str, Any]:
        """The first diagnostic with that code; fails the test, showing all, if there is none."""
        found = [one for one in self.data["diagnostics"] if one["code"] == code]
        assert found, f"no {code} among {json.dumps(self.data['diagnostics'], indent=1, ensure_ascii=False)}"
        return dict(found[0])

    def files(self) -> list[str]:
        """Paths of the published files, sorted, the manifest apart."""
        paths = (path.relative_to(self.output).as_posix() for path in self.output.rglob("*") if path.is_file())
        return sorted(path for path in paths if path != ".pubengine-manifest")

    def page(self, path: str) -> str:
        """The text of a published file; a path that ends in `/`, or is empty, means its index.html."""
        name = f"{path}index.html" if path.endswith("/") or not path else path
        return (self.output / name).read_text("utf-8")


class SiteUnderTest:
    """A site in a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write({"engine.toml": ENGINE})

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files, by path below the site's folder; text as UTF-8 with the line ends it has."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)

    def build(self, *options: str, now: int = NOW) -> Outcome:
        """Runs `pubengine build --json` with more options, at a moment in seconds since 1970."""
        before = os.environ.get("SOURCE_DATE_EPOCH")
        os.environ["SOURCE_DATE_EPOCH"] = str(now)
        try:
            code, stdout, stderr = run("build", "--site", str(self.root), "--json", *options)
        finally:
            os.environ.pop("SOURCE_DATE_EPOCH")
            if before is not None:
                os.environ["SOURCE_DATE_EPOCH"] = before
        data = json.loads(stdout) if stdout else {"diagnostics": []}
        return Outcome(code, data, stderr, self.root / "public")


def run(*words: str) -> tuple[int, str, str]:
    """Runs the program on the given words; returns its exit status, stdout and stderr."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = main(words)
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
    return code, stdout.getvalue(), stderr.getvalue()


@pytest.fixture
def site(tmp_path: Path) -> SiteUnderTest:
    """A site with an engine.toml and nothing else."""
    return SiteUnderTest(tmp_path / "site")
