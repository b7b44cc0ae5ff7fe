"""Tables of contents: a paragraph `[TOC]`, or `toc = true` in the front matter, becomes a list of the headings."""

from __future__ import annotations

import re

from pubengine.api import Post, hookimpl

_HEADING = re.compile(
    r'<h(?P<level>[1-6])(?=\s)(?:[^>"]|"[^"]*")*?\sid="(?P<anchor>[^"]+)"(?:[^>"]|"[^"]*")*>(?P<text>.*?)</h(?P=level)>',
    re.DOTALL,
)
_MARK = "<p>[TOC]</p>\n"
_TAG = re.compile(r"<[^>]*>")


@hookimpl
def transform(post: Post) -> Post:
    """Puts the list where the first `[TOC]` stands, or else, if the front matter asks for it, at the head."""
    marked = _MARK in post.body
    if post.markup != "html" or not (marked or post.meta.get("toc") is True):
        return post
    entries = [(int(one["level"]), one["anchor"], _TAG.sub("", one["text"])) for one in _HEADING.finditer(post.body)]
    made = _contents(entries) if entries else ""
    body = post.body.replace(_MARK, made, 1) if marked else made + post.body
    return post.replace(body=body, excerpt=post.excerpt.replace(_MARK, made, 1))


def _contents(entries: list[tuple[int, str, str]]) -> str:
    """Nested lists of links; anchors and texts are HTML already."""
    # No <nav>: of several on a page each would need a name of its own, and a list of posts may hold several.
    lines = ['<div class="toc">']
    open_levels: list[int] = []
    for level, anchor, text in entries:
        while open_levels and level < open_levels[-1]:
            lines.append("</li></ol>")
            open_levels.pop()
        if not open_levels or level > open_levels[-1]:
            lines.append("<ol>")
            open_levels.append(level)
        else:
            lines.append("</li>")
        lines.append(f'<li><a href="#{anchor}">{" ".join(text.split())}</a>')
    lines += ["</li></ol>"] * len(open_levels)
    return "\n".join([*lines, "</div>", ""])
