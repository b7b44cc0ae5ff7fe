"""Exchanging two folders by one rename, where the system can; by two where it cannot."""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def exchange(one: Path, other: Path) -> None:
    """After this, each of two existing folders has the other's name. Raises OSError.

    Linux: renameat2(2) with RENAME_EXCHANGE. macOS: renamex_np(2) with RENAME_SWAP. Elsewhere, and on
    file systems without it, two renames, between which `other` is missing for an instant.
    """
    if not _exchange_at_once(os.fsencode(one), os.fsencode(other)):
        aside = one.with_name(f"{one.name}.aside")
        os.rename(other, aside)
        try:
            os.rename(one, other)
        except BaseException:  # an interrupt too
            os.rename(aside, other)
            raise
        os.rename(aside, one)


def recover(one: Path, other: Path) -> None:
    """Ends an exchange of two folders that was cut off between its renames. Raises OSError."""
    aside = one.with_name(f"{one.name}.aside")
    if os.path.lexists(aside):
        os.rename(aside, one if os.path.lexists(other) else other)


def _exchange_at_once(one: bytes, other: bytes) -> bool:
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if platform.system() == "Linux":
            return bool(library.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE) == 0)
        if platform.system() == "Darwin":
            return bool(library.renamex_np(one, other, _RENAME_SWAP) == 0)
    except (OSError, AttributeError, TypeError):
        pass
    return False
