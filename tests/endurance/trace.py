"""strace(1) as a way to strike at a chosen system call: a signal, or an error instead of the call."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest


def _tracing_works() -> bool:
    if not shutil.which("strace"):
        return False
    done = subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    return done.returncode == 0


needs_strace = pytest.mark.skipif(not _tracing_works(), reason="needs strace, and the right to use it")

CALLS = (
    "openat", "write", "pwrite64", "rename", "renameat", "renameat2", "unlink", "unlinkat", "link", "linkat", "mkdir",
    "mkdirat", "rmdir", "close", "fsync", "fdatasync", "ftruncate", "pread64", "getdents64",
)  # fmt: skip
"""Whatever has to do with a disk."""


def strike(call: str, number: int, how: str) -> tuple[str, ...]:
    """The words before a command that strike at the nth such call of each of its processes.

    `how`: as strace says it, `signal=SIGKILL` or `error=ENOSPC`.
    """
    # "?" lets strace pass over calls that this machine's processor does not have.
    # Its quick way, by seccomp, knows no signals.
    quick = () if "signal" in how else ("--seccomp-bpf",)
    what = ("-e", f"trace=?{call}", "-e", f"inject=?{call}:{how}:when={number}")
    return ("strace", "-f", *quick, "-qq", "-o", os.devnull, *what)


def calls_at(place: Path, command: list[str], log: Path, env: dict[str, str]) -> dict[str, list[int]]:
    """Of a command that is run once: by system call, the numbers of those that had to do with a place on disk."""
    wanted = ",".join(f"?{call}" for call in CALLS)
    trace = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-y",
        "-s",
        "4096",
        "-o",
        str(log),
        "-e",
        f"trace={wanted}",
        *command,
    ]
    subprocess.run(trace, capture_output=True, check=True, timeout=150, env=env)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    found: dict[str, set[int]] = defaultdict(set)
    for line in log.read_text("utf-8", "replace").splitlines():
        if match := re.match(r"(\d+) +(\w+)\(", line):
            counts[match.groups()] += 1
            if str(place) in line:
                found[match[2]].add(counts[match.groups()])
    log.unlink()
    return {call: sorted(numbers) for call, numbers in found.items()}


def spread(numbers: list[int], most: int) -> list[int]:
    """At most so many of the numbers, evenly spread, the first and the last among them, and one that is never reached."""
    if len(numbers) > most:
        numbers = sorted({numbers[round(n * (len(numbers) - 1) / (most - 1))] for n in range(most)})
    return [*numbers, numbers[-1] + 1]
