"""Taking away what is ours, whatever it is: a file, a link or a folder."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path


def remove(path: Path) -> None:
    """Removes whatever is at a path, as far as that can be done; what a link leads to stays."""
    with suppress(OSError):  # rmtree raises one in spite of `ignore_errors` if it is interrupted as it closes a folder
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
