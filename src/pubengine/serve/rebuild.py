"""One build for the preview: the only place where the preview meets the engine."""

from __future__ import annotations

import os
import time
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from pubengine.assemble import NEVER, Hidden
from pubengine.build import build
from pubengine.diagnostics import Diagnostic
from pubengine.fingerprints import local_modules
from pubengine.paths import KEPT, Paths
from pubengine.plan import Opened, Plan
from pubengine.progress import Outlook, Unwatched
from pubengine.results import Options
from pubengine.serve.quick import Quick


class Order(Struct, frozen=True):
    """What is asked of the process that builds."""

    root: str
    """The site's folder, absolute."""
    drafts: bool = True
    future: bool = True
    changed: tuple[str, ...] = ()
    """What was saved, relative to the site's folder; if only the texts of posts changed, the pages that show them will do."""

    @property
    def paths(self) -> Paths:
        """Where the preview lies: in a folder that nobody publishes, so that no draft is published by accident."""
        root = Path(self.root)
        return Paths(root, root / KEPT / "preview")


class Rebuilt(Struct, frozen=True):
    """What a build for the preview did and found."""

    published: bool
    """Whether the preview is the new site now; otherwise it is as it was."""
    diagnostics: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0
    posts: int = 0
    pages: int = 0
    files: int = 0
    """How many files are new, changed or gone."""
    assets: tuple[str, ...] = ()
    """Those of them that are no HTML pages, by path in the output."""
    base: str = "/"
    """Path part of the site's address."""
    unpublished: dict[str, Hidden] = {}
    """Pages that a build for everybody would not have, by path in the output."""
    inputs: tuple[str, ...] | None = None
    """Files and folders that the build read, relative to the site's folder or absolute; None where nobody can tell."""
    until: float = NEVER
    """When the clock alone will change something, in seconds since 1970."""
    rough: bool = False
    """Whether only the pages were made that show what was saved, so that a whole build has to follow."""


def is_html(path: str) -> bool:
    """Whether a file of the output is a page that browsers show."""
    return path.endswith((".html", ".htm"))


class _Keeper(Unwatched):
    """Keeps what a build has in memory."""

    def __init__(self) -> None:
        self.kept: tuple[Opened, Plan] | None = None

    def planned(self, site: Opened, plan: Plan) -> None:
        """Kept for quick updates."""
        self.kept = site, plan


class Rebuilder:
    """Builds the preview of one site, again and again in one process."""

    def __init__(self) -> None:
        self._kept: tuple[Opened, Plan] | None = None
        self._quick: Quick | None = None
        self._last = Rebuilt(published=False)

    def prepare(self) -> None:
        """Makes ready for the next order; there is time for it when the last one is answered."""
        if self._kept:
            kept, self._kept = self._kept, None
            self._quick = Quick(*kept)

    def rebuild(self, order: Order) -> Rebuilt:
        """Builds. Whatever is wrong with the site is in the result. Raises ConfigError for a wrong moment."""
        started = time.perf_counter()
        made = self._quick.update(order.changed) if self._quick else None
        if made is not None:
            assets = tuple(path for path in made if not is_html(path))
            seconds = round(time.perf_counter() - started, 3)
            return replace(self._last, rough=True, files=len(made), assets=assets, seconds=seconds)
        self._quick = self._kept = None
        keeper = _Keeper()
        result = rebuild(order, keeper)
        if result.published and result.inputs is not None:
            self._kept, self._last = keeper.kept, result
        return result


def rebuild(order: Order, watcher: Outlook) -> Rebuilt:
    """A whole build of the preview."""
    paths = order.paths
    result = build(paths, Options(drafts=order.drafts, future=order.future), watcher)
    diagnostics = tuple(_without_root(one, order.root) for one in result.diagnostics)
    if result.written is None or result.basis is None:
        return Rebuilt(False, diagnostics, result.seconds, result.posts, result.pages)
    changed = (*result.written.new, *result.written.updated, *result.written.removed)
    basis = result.basis
    inputs = None
    if basis.inputs is not None:
        # Modules that an earlier build of this process imported are no news to this one, but inputs all the same.
        inputs = (*basis.inputs.files, *basis.inputs.folders, *local_modules(()))
    return Rebuilt(
        True,
        diagnostics,
        result.seconds,
        result.posts,
        result.pages,
        files=len(changed),
        assets=tuple(path for path in changed if not is_html(path)),
        base=basis.base,
        unpublished=basis.unpublished,
        inputs=inputs,
        until=NEVER if "SOURCE_DATE_EPOCH" in os.environ else basis.until,
    )


def _without_root(one: Diagnostic, root: str) -> Diagnostic:
    """A problem whose message does not tell where on this machine the site lies."""
    prefix = root.rstrip(os.sep) + os.sep
    return replace(one, message=one.message.replace(prefix, ""), hint=one.hint.replace(prefix, ""))
