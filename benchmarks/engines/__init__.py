"""The engines that are measured, in the order in which they take their turns."""

from __future__ import annotations

from benchmarks.engines.eleventy import Eleventy
from benchmarks.engines.engine import Engine
from benchmarks.engines.hugo import Hugo
from benchmarks.engines.jekyll import Jekyll, JekyllIncremental
from benchmarks.engines.nikola import Nikola
from benchmarks.engines.pelican import Pelican
from benchmarks.engines.pubengine import Pubengine

__all__ = ["ENGINES", "Engine", "Pubengine"]

ENGINES: dict[str, type[Engine]] = {
    one.name: one for one in (Pubengine, Hugo, Pelican, Nikola, Eleventy, Jekyll, JekyllIncremental)
}
