"""Why the last build made what it made, kept for whoever asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from pubengine.cache import Cache, decoded


class Reasons(Struct, frozen=True):
    """Of what the last build loaded and made: why, with the paths that this holds for."""

    sources: dict[str, list[str]] = {}
    pages: dict[str, list[str]] = {}

    def of_source(self, path: str) -> str:
        """Why a source was loaded; an empty string if it was remembered."""
        return next((why for why, paths in self.sources.items() if path in paths), "")

    def of_page(self, path: str) -> str:
        """Why a page was made; an empty string if it was remembered."""
        return next((why for why, paths in self.pages.items() if path in paths), "")


def keep_reasons(cache: Cache, output: str, sources: Mapping[str, str], pages: Mapping[str, str]) -> None:
    """Keeps the reasons of a build, given by path."""
    cache.keep_note(f"reasons {output}", msgspec.json.encode(Reasons(_grouped(sources), _grouped(pages))))


def read_reasons(cache: Cache, output: str) -> Reasons:
    """The reasons of the last build that published to an output. Raises CacheError."""
    return decoded(cache.note(f"reasons {output}"), Reasons) or Reasons()


def _grouped(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path, why in reasons.items():
        groups[why].append(path)
    return groups
