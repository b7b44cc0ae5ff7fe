"""How a source became what it is: which plugins had it in which order, and what they read."""

from __future__ import annotations

import os

from pubengine.digests import stat_of
from pubengine.discover import Found
from pubengine.errors import ContentError, PluginError
from pubengine.load import read_source
from pubengine.model import Card, Post
from pubengine.plan import Opened, Plan
from pubengine.spans import Spans


def hook_facts(card: Card, site: Opened, plan: Plan) -> list[tuple[str, str]]:
    """The hooks that a post goes through, found out by letting it go through them once more."""
    loaded = plan.sources.loaded[card.source]
    settings = [one.name for one in loaded.inputs if one.kind == "setting"]
    others = [one.name for one in loaded.inputs if one.kind not in ("setting", "unseen")]
    facts = list(_hooks(card, site))
    if settings:
        facts.append(("settings", ", ".join(sorted(settings))))
    if others:
        facts.append(("also read", ", ".join(sorted(others))))
    return facts


def _hooks(card: Card, site: Opened) -> list[tuple[str, str]]:
    registry = site.registry
    try:
        stat = stat_of(os.stat(site.paths.root / card.source))
        source, _ = read_source(Found(card.source, card.kind, stat), site.paths.root, site.config.build.max_post_size)
        registry.spans = Spans()
        items = registry.load(source) or ()
        asked = [span.name.partition(":")[0] for span in registry.spans.take()]
        registry.spans = None
        post = next(one for one in items if isinstance(one, Post) and one.position == card.position)
        steps = []
        for plugin, after in registry.transforms(post):
            if changed := _changed(post, after):
                steps.append(f"{plugin} ({changed})")
            post = after
    except (ContentError, PluginError, StopIteration, OSError):
        return []
    finally:
        registry.spans = None
    return [("loaded by", asked[-1] if asked else ""), ("transformed by", ", ".join(steps) or "nobody")]


def _changed(before: Post, after: Post) -> str:
    """The fields that a transform changed."""
    return ", ".join(name for name in Post.__struct_fields__ if getattr(before, name) != getattr(after, name))
