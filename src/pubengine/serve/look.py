"""What there is at an address of the preview."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct

from pubengine.serve.own_pages import first_build_page, missing_page, problems_page
from pubengine.serve.preview import Shown
from pubengine.serve.published import Folder, Opened, open_published, parts_of
from pubengine.serve.rebuild import is_html

SCRIPT = "/.pubengine/live.js"
"""Address of the script that follows builds; nothing of a site can lie there, for files with a dot are not served."""


class Page(Struct, frozen=True):
    """An HTML page as it was built."""

    status: int
    html: bytes
    path: str = ""
    """Where it lies in the output; empty if the site has nothing to do with it."""

    @property
    def digest(self) -> str:
        """What tells it from others."""
        return hashlib.blake2b(b"%d" % self.status + self.html, digest_size=12).hexdigest()


class Elsewhere(Struct, frozen=True):
    """The address that is meant."""

    url: str


def look(shown: Shown, output: Path, path: bytes) -> Page | Elsewhere | Opened:
    """What is at a URL path, percent-encoded as it came; a file that is no page is open, and has to be closed."""
    if not shown.ready:
        html = problems_page(shown.last.diagnostics) if shown.number else first_build_page()
        return Page(503, html)
    base = shown.good.base
    if path == b"/" != base.encode():
        return Elsewhere(base)
    if path + b"/" == base.encode():
        return Elsewhere(base)
    parts = parts_of(b"/" + path.removeprefix(base.encode())) if path.startswith(base.encode()) else None
    found = open_published(output, parts) if parts else None
    if isinstance(found, Folder):
        assert parts is not None
        return Elsewhere(base + "/".join(map(quote, parts)) + "/")
    if found is None:
        return _missing(output)
    return Page(200, found.read(), found.path) if is_html(found.path) else found


def _missing(output: Path) -> Page:
    found = open_published(output, ("404.html",))
    return Page(404, found.read() if isinstance(found, Opened) else missing_page())


def with_script(page: Page, number: int, session: str) -> bytes:
    """A page that follows builds. `number`: of the last build that it may be from."""
    tag = (
        f'<script type="module" src="{SCRIPT}" data-pubengine data-page="{page.digest}" '
        f'data-status="{page.status}" data-build="{number}" data-session="{session}"></script>'
    ).encode()
    end = page.html.lower().rfind(b"</body")
    return page.html + tag if end < 0 else page.html[:end] + tag + page.html[end:]
