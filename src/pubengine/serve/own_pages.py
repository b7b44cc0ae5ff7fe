"""Pages that the preview shows where the site has none."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from pubengine.diagnostics import Diagnostic

STYLE = "/.pubengine/live.css"

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="{style}">
</head>
<body class="own">
<main class="sheet">
<h1>{title}</h1>
{text}
</main>
</body>
</html>
"""


def problems_page(diagnostics: Iterable[Diagnostic]) -> bytes:
    """Shown everywhere while there was no build without an error yet."""
    found = sorted(diagnostics, key=lambda one: one.severity)
    errors = sum(one.severity == "error" for one in found)
    title = (
        "1 error keeps the site from being built" if errors == 1 else f"{errors} errors keep the site from being built"
    )
    items = "".join(map(_item, found))
    return _page(
        title, f'<ol class="problems">{items}</ol>\n<p class="note">This page goes away when it is mended.</p>'
    )


def first_build_page() -> bytes:
    """Shown while the first build takes its time."""
    return _page("The site is being built", '<p class="note">This page goes away when it is ready.</p>')


def missing_page() -> bytes:
    """For addresses without a page, where the site has no page for those."""
    return _page("There is no such page", '<p class="note">The site has nothing at this address.</p>')


def _page(title: str, text: str) -> bytes:
    return _PAGE.format(title=escape(title), text=text, style=STYLE).encode()


def _item(one: Diagnostic) -> str:
    place = f'<span class="place">{escape(one.place)}</span> ' if one.place else ""
    hint = f'<p class="hint">{escape(one.hint)}</p>' if one.hint else ""
    code = f'<code class="code">{escape(one.code)}</code>'
    return (
        f'<li class="problem {one.severity}"><p class="head"><span class="severity">{one.severity}</span> {place}{code}</p>'
        f'<p class="message">{escape(one.message)}</p>{hint}</li>'
    )
