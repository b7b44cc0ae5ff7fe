"""HTML that others wrote, made harmless: nothing in it can run code, load a frame or leave its place.

What is kept is listed here; the tokenizing and tree building are ammonia's, by way of nh3.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from html.parser import HTMLParser

SAFE_SCHEMES = ("http", "https", "mailto", "tel", "sms", "xmpp", "irc", "ircs", "geo", "magnet", "ftp", "sftp", "news")
"""Schemes of links that only ever lead somewhere."""

_MORE_TAGS = frozenset((
    "audio", "button", "caption", "col", "colgroup", "details", "figcaption", "figure", "footer", "header", "hgroup",
    "input", "label", "main", "mark", "meter", "nav", "picture", "progress", "section", "source", "summary", "track",
    "video", "wbr", "article", "aside",
))  # fmt: skip
SAFE_ATTRIBUTES = frozenset((
    "align", "alt", "checked", "cite", "class", "colspan", "controls", "datetime", "decoding", "dir", "disabled",
    "for", "headers", "height", "href", "id", "kind", "label", "lang", "loading", "loop", "muted", "name", "open",
    "poster", "preload", "rel", "reversed", "role", "rowspan", "scope", "sizes", "span", "src", "srclang", "srcset", "start",
    "tabindex", "target", "title", "type", "valign", "value", "width",
))  # fmt: skip
"""Attributes that can neither run code nor load anything by themselves."""

_STYLES = frozenset((
    "background-color", "border", "border-color", "border-style", "border-width", "clear", "color", "float",
    "font-size", "font-style", "font-weight", "height", "line-height", "list-style-type", "margin", "margin-bottom",
    "margin-left", "margin-right", "margin-top", "max-width", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "text-align", "text-decoration", "text-indent", "vertical-align", "white-space",
    "width",
))  # fmt: skip
"""Properties that can neither load anything nor lie over the rest of the page."""

_PREFIXES = ("aria-", "data-")
_GONE_WITH_CONTENT = frozenset({"script", "style", "iframe", "object", "embed", "template", "noscript"})
_URLS = ("href", "src", "cite", "poster")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")


def leads_safely(url: str, schemes: Collection[str] = SAFE_SCHEMES) -> bool:
    """Whether a URL is relative or has one of the schemes; `*` among them allows any."""
    scheme = _SCHEME.match(_INVISIBLE.sub("", url))
    return "*" in schemes or scheme is None or scheme[1].lower() in schemes


def sanitize(text: str, schemes: Collection[str] = SAFE_SCHEMES) -> str:
    """The HTML without what could do harm; what is left is well-formed."""
    import nh3

    return nh3.clean(
        text,
        tags=set(_tags()),
        clean_content_tags=set(_GONE_WITH_CONTENT),
        attributes={"*": {*SAFE_ATTRIBUTES, "style"}},
        generic_attribute_prefixes=set(_PREFIXES),
        url_schemes={*SAFE_SCHEMES, *_schemes_in(text)} if "*" in schemes else set(schemes),
        filter_style_properties=set(_STYLES),
        link_rel=None,
    )


def swallowing(pieces: Sequence[str]) -> list[tuple[int, str]]:
    """Which of some pieces of HTML that follow one another would take the text after them along, and by which tag."""
    found = []
    closed: set[str] = set()
    for number in range(len(pieces) - 1, -1, -1):
        tag = _swallows(pieces[number])
        if tag and tag[1:].lower() not in closed:
            found.append((number, tag))
        closed.update(_CLOSING.findall(pieces[number].lower()))
    return found[::-1]


def _swallows(text: str) -> str:
    """The tag or mark in a piece of HTML that would take the text after it along when it is taken out; or nothing.

    That is one that hides everything up to an end that the piece does not have.
    """
    for start, end in _HIDING:
        for match in start.finditer(text):
            if not re.compile(end.format(*match.groups()), re.IGNORECASE).search(text, match.end()):
                return match[0]
    return ""


def harmful(text: str, schemes: Collection[str] = SAFE_SCHEMES) -> list[tuple[str, int]]:
    """What `sanitize` takes out of a piece of HTML, each with its line in the piece, from 0."""
    finder = _Finder(schemes)
    try:
        finder.feed(text)
    except AssertionError:  # what the standard library's parser makes of `<![x`
        finder.found.append(("a malformed declaration", finder.getpos()[0] - 1))
    return finder.found


def _schemes_in(text: str) -> set[str]:
    """Every scheme that a link in the text may have, for a policy that allows any."""
    return {match[1].lower() for match in re.finditer(r"""["'\s=]([a-zA-Z][a-zA-Z0-9+.-]*):""", text)}


_CLOSING = re.compile(r"</([a-z][a-z0-9]*)")
_HIDING = (
    (re.compile(r"<(script|style|iframe|object|template|noscript|title|textarea|xmp|noembed|noframes|plaintext|svg|math)\b", re.IGNORECASE), r"</{0}\b"),
    (re.compile("<!--"), "--!?>"),
    (re.compile(r"<\?"), r"\?>"),
    (re.compile(r"<!\["), r"\b\B"),
)  # fmt: skip
"""What hides the text after it, and where that ends; a section such as CDATA never does, for HTML has none."""


@lru_cache(maxsize=1)
def _tags() -> frozenset[str]:
    import nh3

    return frozenset(nh3.ALLOWED_TAGS) | _MORE_TAGS


class _Finder(HTMLParser):
    def __init__(self, schemes: Collection[str]) -> None:
        super().__init__()
        self.schemes = schemes
        self.found: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0] - 1
        if tag not in _tags():
            self.found.append((f"<{tag}>", line))
            return
        for name, value in attrs:
            kept = name in SAFE_ATTRIBUTES or name.startswith(_PREFIXES) or (name == "style" and _harmless(value))
            if not kept or (name in _URLS and not leads_safely(value or "", self.schemes)):
                self.found.append((f"{name}= of <{tag}>", line))


def _harmless(style: str | None) -> bool:
    properties = [one.partition(":")[0].strip().lower() for one in (style or "").split(";")]
    return all(name in _STYLES for name in properties if name)
