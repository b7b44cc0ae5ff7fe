"""What the numbers depend on besides the engines."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

RAM_DISKS = ("tmpfs", "ramfs")


def machine(folder: Path) -> dict[str, str]:
    """Processor, memory, system, programs, and the file system of the folder; no name of the machine."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    return {
        "Processor": f"{_field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} used",
        "Memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GiB",
        "System": f"{system}, Linux {platform.release().split('-')[0]}",
        "Python": platform.python_version(),
        "Node.js": _said("node", "--version"),
        "Ruby": _said("ruby", "-e", "print RUBY_VERSION"),
        "File system": file_system(folder),
        "Load at the start": f"{os.getloadavg()[0]:.1f}",
    }


def place(folder: Path) -> str:
    """`RAM disk` or `disk`."""
    return "RAM disk" if file_system(folder) in RAM_DISKS else "disk"


def file_system(folder: Path) -> str:
    """Its kind, such as `tmpfs` or `ext4`."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    inside = [(len(where), number, kind) for number, (_, where, kind, *_) in enumerate(mounts) if _is_in(folder, where)]
    return max(inside)[2]


def _is_in(folder: Path, where: str) -> bool:
    return folder.resolve().is_relative_to(where)


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text("utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().removeprefix("v")
    except (OSError, subprocess.CalledProcessError):
        return "not there"
