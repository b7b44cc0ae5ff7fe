"""Code in colours: a block that names its language gets the class names of Pygments, for the theme to colour."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from pubengine.api import Post, hookimpl

_CODE = re.compile(r'<pre><code(?: class="language-(?P<language>[^"\s]+)[^"]*")?>(?P<code>.*?)</code></pre>', re.DOTALL)


@hookimpl
def transform(post: Post) -> Post:
    """Colours the code of a text that is HTML by now, and lets the keyboard scroll what is too wide."""
    if post.markup != "html" or "<pre><code" not in post.body:
        return post
    return post.replace(body=_CODE.sub(_coloured, post.body), excerpt=_CODE.sub(_coloured, post.excerpt))


def _coloured(block: re.Match[str]) -> str:
    language = html.unescape(block["language"] or "")
    marked = _highlight(html.unescape(block["code"]), language) if language else None
    if marked is None:
        return block[0].replace("<pre>", '<pre tabindex="0">', 1)
    name = html.escape(language, quote=True)
    return f'<pre class="highlight" tabindex="0"><code class="language-{name}">{marked}</code></pre>'


@lru_cache(maxsize=512)
def _highlight(code: str, language: str) -> str | None:
    """HTML of code with Pygments classes, or None for a language that Pygments does not know."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
    return highlight(code, lexer, HtmlFormatter(nowrap=True))
