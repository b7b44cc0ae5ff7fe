"""`pubengine serve` as people run it: a process, on a free port of this machine."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from pubengine.testing import SiteUnderTest

PATIENCE = 30
"""Seconds after which a test gives up waiting for anything."""


class Answer(Struct, frozen=True):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")


class RunningPreview:
    """A preview of a site; what it says on the terminal is in `lines`."""

    def __init__(self, site: SiteUnderTest, *options: str, port: str = "0", now: int | None = None) -> None:
        command = [sys.executable, "-m", "pubengine", "serve", "--site", str(site.root), "--port", port, *options]
        environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
        environment |= {"SOURCE_DATE_EPOCH": str(now)} if now else {}
        self.site = site
        self.lines: list[str] = []
        self._said = threading.Condition()
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = re.search(r"http://\S+", self.wait_for("http://"))[0]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def _read(self) -> None:
        with self.process.stderr as stream:
            for line in stream:
                with self._said:
                    self.lines.append(line.rstrip("\n"))
                    self._said.notify_all()
        with self._said:
            self.lines.append("(ended)")
            self._said.notify_all()

    def wait_for(self, words: str, *, after: int = 0) -> str:
        """Waits for a line with those words on the terminal, `after` so many lines; returns it."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = [line for line in self.lines[after:] if words in line]
            return bool(found) or "(ended)" in self.lines

        with self._said:
            self._said.wait_for(is_there, PATIENCE)
        assert found, f"nothing with {words!r} was said, but: {self.lines}"
        return found[0]

    def built(self, times: int = 1) -> None:
        """Waits until so many builds are done."""
        pattern = re.compile(r"\d\d:\d\d:\d\d  .*\(\d+\.\d\d s\)")
        with self._said:
            there = self._said.wait_for(lambda: sum(map(bool, map(pattern.match, self.lines))) >= times, PATIENCE)
        assert there, self.lines

    def ask(self, target: str, method: str = "GET", host: str | None = None, **headers: str) -> Answer:
        """Sends a request exactly as given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", f"localhost:{self.port}" if host is None else host)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def send(self, data: bytes) -> bytes:
        """Sends bytes that no client would, and returns what came back."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def page(self, target: str) -> str:
        """The text of a page as it was built, without our script."""
        return re.sub(r"<script type=\"module\"[^>]*></script>", "", self.ask(target).text)

    @contextlib.contextmanager
    def live(self, path: str = "/", **known: str) -> Iterator[Iterator[dict[str, Any]]]:
        """The states that a browser is told of while it shows a page."""
        query = "&".join(f"{name}={value}" for name, value in {"path": path, **known}.items())
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(f"GET /.pubengine/live?{query} HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode())
            with connection.makefile("rb") as stream:
                yield _states(stream)

    def end(self, number: int = signal.SIGINT) -> int:
        """Ends it as a person would; returns the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return status

    def children(self) -> set[int]:
        """The processes below it."""
        return set(_below(self.process.pid))


def _below(process: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                yield child
                yield from _below(child)


def _states(stream: Any) -> Iterator[dict[str, Any]]:
    event, until = b"", time.monotonic() + PATIENCE
    for line in stream:
        assert time.monotonic() < until, "what was waited for did not happen"
        if line.startswith(b"event: "):
            event = line[7:].strip()
        elif line.startswith(b"data: ") and event == b"state":
            yield json.loads(line[6:])
            until = time.monotonic() + PATIENCE


def is_running(process: int) -> bool:
    """Whether a process is there and not merely waiting to be asked how it ended."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


WALK = "content/posts/walk.md"


def post(title: str = "Walk", text: str = "Over the hill.", date: str = "2024-05-01", more: str = "") -> str:
    """The source of a post; the one at `WALK` is shown at `/2024/05/walk/`."""
    return f"+++\ntitle = '{title}'\ndate = {date}\n{more}+++\n{text}\n"


def last(states: Iterator[dict[str, Any]], wanted: Any) -> dict[str, Any]:
    """The next state that is as wanted."""
    return next(state for state in states if wanted(state))


def wait_until(condition: Any, seconds: float = PATIENCE) -> bool:
    """Waits for something that nobody tells of."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def serve(site: SiteUnderTest) -> Iterator[Any]:
    """Starts a preview of the site under test, and ends it after the test."""
    running: list[RunningPreview] = []

    def start(*options: str, **more: Any) -> RunningPreview:
        running.append(RunningPreview(site, *options, **more))
        running[-1].built()
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.end(signal.SIGTERM)
