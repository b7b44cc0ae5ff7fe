"""Builds of a site under change, each in a process of its own, so that none finds what another left in memory.

A copy of this process (fork) stands for a fresh one: it starts in a few milliseconds, with the engine
imported and no plugin. A resident process builds several times, as a preview does. A real program
shows that the copies are not too kind.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pubengine import digests, testing, unchanged
from pubengine.build import build
from pubengine.paths import Paths
from pubengine.results import Options

MANIFEST = ".pubengine-manifest"


class Wanted(NamedTuple):
    """What a build is asked for."""

    now: int = testing.NOW
    drafts: bool = False
    future: bool = False
    strict: bool = False
    keep_going: bool = False
    jobs: int = 1
    long_ago: bool = False
    """Whether all changes count as older than two seconds, the time after which a file's state is believed."""
    thorough: bool = False
    """Whether the build right after it has to find each thing unchanged by itself, without the quick look at all."""

    def words(self) -> list[str]:
        """The options on the command line."""
        named = {"--drafts": self.drafts, "--future": self.future, "--strict": self.strict}
        named["--keep-going"] = self.keep_going
        return [*(word for word, on in named.items() if on), "--jobs", str(self.jobs)]


class Answer(NamedTuple):
    """What a build said."""

    data: dict[str, Any]
    stderr: str = ""

    @property
    def exit_code(self) -> int:
        """The exit status."""
        return int(self.data["exit_code"])

    @property
    def published(self) -> bool:
        """Whether the output folder is now this build's."""
        return bool(self.data["published"])

    @property
    def codes(self) -> set[str]:
        """Codes of the diagnostics."""
        return {str(one["code"]) for one in self.data["diagnostics"]}

    def told(self) -> dict[str, Any]:
        """All that has to be the same for a build from nothing."""
        names = ("exit_code", "published", "posts", "pages", "hidden")
        return {name: self.data[name] for name in (*names, "diagnostics")}


class KilledError(Exception):
    """The process of a build was killed."""


@cache
def warm_up() -> None:
    """Builds some site once in this process, so that its copies need not import the engine and compile the theme each."""
    files = {
        "engine.toml": testing.ENGINE,
        "content/posts/2024-05-01-a.md": _EVERYTHING,
        "content/posts/j.txt": _JOURNAL,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert testing.run("build", "--site", folder, "--json")[0] == 0
    gc.collect()
    gc.freeze()


_EVERYTHING = "---\ntitle: A\ntags: [x]\naliases: [/b/]\n---\n## A\n\n```python\nx\n```\n"
_JOURNAL = "Friday, 24 October 2014\n\nTitle\n\nText of it.\n"


def in_a_copy(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns in a copy of this process. Raises KilledError if the copy was killed."""
    warm_up()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _answer(writer, function, arguments)
    os.close(writer)
    with open(reader, "rb") as file:
        data = file.read()
    os.waitpid(child, 0)
    return _unpacked(data)


def _answer(writer: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        with open(writer, "wb") as file:
            file.write(_packed(function, arguments))
    finally:
        os._exit(0)


def _packed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    try:
        return pickle.dumps((function(*arguments), ""))
    except BaseException:  # noqa: BLE001 - it is told to the test, which fails
        return pickle.dumps((None, traceback.format_exc()))


def _unpacked(data: bytes) -> Any:
    if not data:
        raise KilledError
    result, failure = pickle.loads(data)  # noqa: S301 - of our own copy
    assert not failure, failure
    return result


class Resident:
    """A process that stays, and builds whenever it is asked to."""

    def __init__(self) -> None:
        warm_up()
        reader, self._to = os.pipe()
        self._from, writer = os.pipe()
        self._child = os.fork()
        if not self._child:
            os.close(self._to)
            os.close(self._from)
            _serve(reader, writer)
        os.close(reader)
        os.close(writer)
        self._answers: BinaryIO = open(self._from, "rb")  # noqa: SIM115 - closed by `close`

    def build(self, root: Path, wanted: Wanted) -> Answer:
        """Runs the program there."""
        os.write(self._to, pickle.dumps((root, wanted)))
        return Answer(*_unpacked(pickle.load(self._answers)))  # noqa: S301 - of our own copy

    def close(self) -> None:
        """Ends the process."""
        os.close(self._to)
        self._answers.close()
        os.waitpid(self._child, 0)


def _serve(reader: int, writer: int) -> None:
    try:
        with open(reader, "rb") as orders, open(writer, "wb") as answers:
            while True:
                root, wanted = pickle.load(orders)  # noqa: S301 - of our own parent
                pickle.dump(_packed(_run, (root, wanted)), answers)
                answers.flush()
    finally:
        os._exit(0)


def _run(root: Path, wanted: Wanted) -> Answer:
    os.environ["SOURCE_DATE_EPOCH"] = str(wanted.now)
    digests.SETTLED = unchanged._SETTLED = 0 if wanted.long_ago else 2_000_000_000
    words = ("build", "--site", str(root), "--json", *wanted.words())
    code, stdout, stderr = testing.run(*words)
    assert "Traceback" not in stderr, stderr
    answer = Answer(json.loads(stdout), stderr)
    assert answer.exit_code == code
    return answer


def in_a_fresh_process(root: Path, wanted: Wanted) -> Answer:
    """Builds in a copy of this process."""
    return Answer(*in_a_copy(_run, root, wanted))


def by_the_program(root: Path, wanted: Wanted) -> Answer:
    """Builds by `python -m pubengine`."""
    words = [sys.executable, "-m", "pubengine", "build", "--site", str(root), "--json", *wanted.words()]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(wanted.now)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return Answer(json.loads(done.stdout), done.stderr)


_CHANGES = frozenset((
    "execute", "executemany", "rename", "replace", "link", "unlink", "mkdir", "rmdir", "write", "write_bytes",
    "ftruncate", "pwrite", "chmod", "copy2", "close",
))  # fmt: skip
"""Names of functions by which a build changes something outside itself."""


def killed(root: Path, wanted: Wanted, at: int) -> Answer:
    """Builds in a copy that is killed (SIGKILL) at the `at`-th change outside itself. Raises KilledError, if it gets that far."""
    return Answer(*in_a_copy(_run_until, root, wanted, at))


def _run_until(root: Path, wanted: Wanted, at: int) -> Answer:
    count = 0

    def watch(_frame: Any, event: str, function: Any) -> None:
        nonlocal count
        if event in ("c_call", "c_return") and getattr(function, "__name__", "") in _CHANGES:
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    try:
        return _run(root, wanted)
    finally:
        sys.setprofile(None)


def from_nothing(root: Path, wanted: Wanted) -> tuple[Answer, dict[str, bytes]]:
    """What a build without any cache, into a folder elsewhere, says and publishes; the site is only read."""
    answer, files = in_a_copy(_run_clean, root, wanted)
    return Answer(*answer), files


def _run_clean(root: Path, wanted: Wanted) -> tuple[Answer, dict[str, bytes]]:
    named = {name: getattr(wanted, name) for name in ("drafts", "future", "strict", "keep_going", "jobs")}
    with tempfile.TemporaryDirectory(prefix="clean-", dir=root.parent) as folder:
        paths = Paths(root, Path(folder) / "site", Path(folder) / "kept")
        result = build(paths, Options(**named, clean=True, now=datetime.fromtimestamp(wanted.now, UTC)))
        data = json.loads(json.dumps(result.data(), default=str))
        return Answer(data), contents(paths.output)


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files in a folder, the manifest among them, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
