"""Slugs: the words of a title as one part of a URL, in any script."""

from __future__ import annotations

import unicodedata

MAX_BYTES = 120
"""Longest slug made from a title, in UTF-8 bytes; well below what any file system allows for a name."""

_DROPPED = "'’‘`´ʼ"


def slugify(text: str, max_bytes: int = MAX_BYTES) -> str:
    """Letters, digits and marks of `text` in lower case and Unicode form NFC, words joined by `-`.

    Apostrophes vanish rather than part a word; scripts are kept as they are, never transliterated.
    Cut at a word boundary to at most `max_bytes` of UTF-8 where it can be. Empty if nothing is left.
    """
    if text.isascii():
        return _shorten("-".join(text.lower().translate(_ASCII).split()), max_bytes)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower())
    kept = "".join(_kept(character) for character in folded)
    return _shorten("-".join(kept.split()), max_bytes)


_ASCII = {
    code: None if chr(code) in _DROPPED else " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")
}
"""What becomes of the characters of ASCII that are neither letters nor digits, as `_kept` would have it."""


def _kept(character: str) -> str:
    if character in _DROPPED or unicodedata.category(character) == "Cf":
        return "\u200d" * (character == "\u200d") + "\u200c" * (character == "\u200c")
    if unicodedata.category(character)[0] in "LMN" or character == "_":
        return character
    return " "


def _shorten(slug: str, max_bytes: int) -> str:
    if len(slug.encode()) <= max_bytes:
        return slug
    cut = slug.encode()[: max_bytes + 1].decode("utf-8", "ignore")
    if "-" in cut:
        return cut.rpartition("-")[0]
    return slug.encode()[:max_bytes].decode("utf-8", "ignore")
