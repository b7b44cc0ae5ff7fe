"""From a save to the updated page: how long `pubengine serve` takes, and where the time goes.

    python benchmarks/preview.py SITE --saves 30

A post is saved again and again, with pauses between; for each save it is noted when the preview begins to
build, when it tells of the new page, and when that page has arrived with the new text.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def main() -> None:
    """Measures and prints a table, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--saves", type=int, default=30)
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "pubengine", "serve", "--site", str(arguments.site), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            port = int(re.search(r":(\d+)/", server.stderr.readline())[1])
            while not re.match(r"\d\d:\d\d:\d\d  ", line := server.stderr.readline()):
                assert line, "it ended"
            print("first build:", line.strip())
            rows = measure(arguments.site, port, arguments.saves)
        finally:
            server.terminate()
            server.stderr.read()
    for name, times in zip(("noticed", "built and told", "fetched", "all"), zip(*rows, strict=True), strict=True):
        values = sorted(times)
        p95 = values[max(0, round(0.95 * len(values)) - 1)]
        print(f"{name:16} p50 {statistics.median(values):8.1f}  p95 {p95:8.1f}  most {values[-1]:8.1f} ms")


def measure(site: Path, port: int, saves: int) -> list[tuple[float, float, float, float]]:
    """Milliseconds of each save: until it was noticed, built and told, fetched, and all of it."""
    post = max((site / "content/posts").rglob("*.md"))
    text = post.read_text("utf-8")
    path = address_of(post, port)
    rows = []
    try:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            request = f"GET /.pubengine/live?path={path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
            connection.sendall(request.encode())
            told = events(connection.makefile("rb"))
            page = next(told)[1]["page"]
            for number in range(saves):
                time.sleep(0.3)
                words = f"Saved {number} times, at {time.time_ns()}."
                start = time.perf_counter()
                post.write_text(f"{text}\n\n{words}\n", "utf-8")
                noticed = changed = 0.0
                while not changed:
                    kind, state = next(told)
                    if kind == "building":
                        noticed = noticed or time.perf_counter()
                    elif state["page"] != page:
                        page, changed = state["page"], time.perf_counter()
                assert words in fetch(path, port)
                end = time.perf_counter()
                steps = (noticed - start, changed - noticed, end - changed, end - start)
                rows.append(tuple(1000 * step for step in steps))
    finally:
        post.write_text(text, "utf-8")
    return rows


def address_of(post: Path, port: int) -> str:
    """Where a post is shown: the page among those that the sitemap names which ends in its name."""
    name = re.sub(r"^\d{4}-\d\d-\d\d-", "", post.stem)
    found = re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", fetch("/sitemap.xml", port))
    return next(path for path in found if path.endswith(f"/{name}/"))


def fetch(path: str, port: int) -> str:
    """The text at an address."""
    connection = http.client.HTTPConnection("localhost", port)
    connection.request("GET", path)
    return connection.getresponse().read().decode("utf-8")


def events(stream: BinaryIO) -> Iterator[tuple[str, dict]]:
    """Events of the preview's channel, with their data."""
    kind = ""
    for line in stream:
        if line.startswith(b"event: "):
            kind = line[7:].decode().strip()
        elif line.startswith(b"data:") and kind in ("state", "building"):
            yield kind, json.loads(line[5:].strip() or b"{}")


if __name__ == "__main__":
    main()
