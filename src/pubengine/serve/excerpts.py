"""The lines of a source around a problem."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_AROUND = 2
_WIDEST = 240
_LARGEST = 4 * 1024 * 1024


def excerpt(root: Path, file: str, line: int) -> list[dict[str, Any]]:
    """A line of a file of the site, with a few before and after it; nothing where that cannot be shown.

    `file`: relative to the site's folder; nothing outside it is read, whatever a plugin says.
    """
    if not file or line < 1:
        return []
    home = os.path.realpath(root)
    path = os.path.realpath(os.path.join(home, file))
    if not path.startswith(home + os.sep):
        return []
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:
            return []
        lines = Path(path).read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    first = max(1, line - _AROUND)
    return [
        {"number": number, "text": lines[number - 1][:_WIDEST], "meant": number == line}
        for number in range(first, min(len(lines), line + _AROUND) + 1)
    ]
