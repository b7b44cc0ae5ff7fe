"""What a browser is told: what is at its address now, and what is wrong with the site."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from pubengine.assemble import Hidden
from pubengine.diagnostics import Diagnostic
from pubengine.permalinks import url_of
from pubengine.serve.excerpts import excerpt
from pubengine.serve.look import Elsewhere, Page, look
from pubengine.serve.preview import Preview
from pubengine.serve.published import Opened

_MOST = 100
"""How many problems are shown, and how many files are named, before a browser is told that there are more."""


def state_of(preview: Preview, output: Path, path: bytes, since: int | None) -> dict[str, Any]:
    """What is at a URL path. `since`: the last build that the browser knows of, None if that was none of this server's."""
    shown = preview.shown
    state: dict[str, Any] = {"session": preview.session, "build": shown.number}
    if not shown.number:
        return {**state, "page": None}
    found = look(shown, output, path)
    if isinstance(found, Page):
        state |= {"page": found.digest, "status": found.status}
    elif isinstance(found, Elsewhere):
        state |= {"page": found.url, "status": 307}
    elif isinstance(found, Opened):
        found.close()
        state |= {"page": "file", "status": 200}
    marks = {url_of(path, shown.good.base): said for path, why in shown.good.unpublished.items() if (said := mark(why))}
    here = found.path if isinstance(found, Page) else ""
    assets = preview.assets_since(since) if since is not None else None
    problems = sorted(shown.last.diagnostics, key=lambda one: (one.severity, *one.sort_key()))
    return {
        **state,
        "mark": marks.get(url_of(here, shown.good.base), "") if here else "",
        "marks": marks,
        "assets": None if assets is None or len(assets) > _MOST else [url_of(one, shown.good.base) for one in assets],
        "stale": not shown.last.published,
        "problems": [_problem(one, preview.root) for one in problems[:_MOST]],
        "errors": sum(one.severity == "error" for one in problems),
        "warnings": sum(one.severity == "warning" for one in problems),
    }


def mark(why: Hidden) -> str:
    """Why only a preview shows a post, in words; an empty text if its time has come meanwhile."""
    if why.reason == "draft":
        return "Draft"
    if why.until is None or why.until.timestamp() <= time.time():
        return ""
    day = f"{why.until.day} {why.until:%B %Y}"
    return f"Scheduled for {day}" if f"{why.until:%H%M}" == "0000" else f"Scheduled for {day}, {why.until:%H:%M}"


def _problem(one: Diagnostic, root: Path) -> dict[str, Any]:
    return {
        "severity": one.severity,
        "code": one.code,
        "place": one.place,
        "message": one.message,
        "hint": one.hint,
        "plugin": f"{one.plugin}, in {one.hook}" if one.plugin and one.hook else one.plugin,
        "excerpt": excerpt(root, one.file, one.line),
    }
