"""The HTML of a post's text, put on a page: its links made to lead where they should from there.

A text may stand on its own page, in lists with others, and in feeds. Links in it are as the author
wrote them: relative to the file they are written in, or from the site's root. The tags are found by
one regular expression that follows the tokenizer of the HTML standard (13.2.5) for start tags and
passes over comments, scripts and styles; everything that is not such an attribute stays byte for byte.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urljoin

_SKIPPED = r"!--.*?(?:-->|\Z)|(script|style|textarea|title|xmp)\b.*?(?:</\1\b|\Z)"
# All alternatives begin with one `<`, so that the matcher leaps from one to the next.
_TAG = re.compile(
    rf"<(?:{_SKIPPED}|[a-zA-Z][^\s/>]*+(?=[\s/])(?!\sclass=\"[^\"]*\">)(?:[^\"'>]|\"[^\"]*+\"|'[^']*+')*+>)",
    re.DOTALL | re.IGNORECASE,
)
"""What to pass over, and start tags with attributes; those with a class alone, of which coloured code has many, never match."""
_ATTRIBUTE = re.compile(
    r"""(?P<space>\s*)(?P<name>[^\s"'<>/=]+)(?:(?P<equals>\s*=\s*)(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>]+)))?"""
)
_URLS = frozenset({"href", "src", "poster", "cite", "action", "srcset", "data"})
_IDS = frozenset({"id", "for", "aria-labelledby", "aria-describedby"})
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[/\\]{2}")
_DROPPED = re.compile(r"[\t\n\r]")
_WORTH_IT = re.compile(r"\s(?:href|src|poster|cite|action|srcset|data|id|for|aria-)", re.IGNORECASE)

_NAME = re.compile(r"<[^\s/>]+")
_HEADING = re.compile(r"<(/?)[hH]([1-6])(?=[\s>])")

Rewrite = Callable[[str], str]


def is_external(url: str) -> bool:
    """Whether a URL as written names a host or a scheme, so that it leads where it says from anywhere."""
    return bool(_SCHEME.match(_DROPPED.sub("", url)))


def links_in(body: str) -> tuple[str, ...]:
    """Every distinct URL in a text that leads into the site, in order, fragments on the same page apart."""
    found: dict[str, None] = {}

    def note(url: str) -> str:
        if url and not url.startswith("#") and not is_external(url):
            found[url] = None
        return url

    for tag in taken_apart(body)[1::2]:
        _rewrite(tag, note, keep_ids=True)
    return tuple(found)


def taken_apart(body: str) -> tuple[str, ...]:
    """A text in pieces, of which every second, from the second on, is a tag that `place` may have to change."""
    pieces: list[str] = []
    end = 0
    for match in _TAG.finditer(body) if _WORTH_IT.search(body) else ():
        tag = match[0]
        if tag[1] != "!" and not match[1] and _WORTH_IT.search(tag):
            pieces += (body[end : match.start()], tag)
            end = match.end()
    return (*pieces, body[end:])


def place(
    pieces: tuple[str, ...],
    *,
    links: dict[str, str],
    own_url: str,
    in_list: bool,
    absolute: str = "",
    level: int = 3,
) -> str:
    """A text that was taken apart, as it stands on a page.

    `links` says where each internal link leads; `own_url` is the post's own address. `in_list`: the text
    stands among others, so ids go (they would clash), links to its own fragments lead to its own page,
    and its headings go below its title, which is a heading of that `level` (a text's own begin at 2). `absolute`: scheme and host to put before every link, for feeds.
    """
    if not (in_list or absolute or links):
        return "".join(pieces)

    def lead(url: str) -> str:
        target = links.get(url, url)
        if in_list and (target.startswith("#") or not target):
            target = own_url + target
        if absolute and not is_external(target):
            target = absolute + _joined(own_url, target)
        return target

    placed = list(pieces)
    for number in range(1, len(pieces), 2):
        placed[number] = _rewrite(pieces[number], lead, keep_ids=not in_list)
    return _below("".join(placed), level) if in_list and not absolute else "".join(placed)


def _joined(own_url: str, target: str) -> str:
    try:
        return urljoin(own_url, target)
    except ValueError:  # not a URL; a browser would not know either
        return own_url


def _below(body: str, level: int) -> str:
    return _HEADING.sub(lambda heading: f"<{heading[1]}h{min(6, int(heading[2]) + level - 1)}", body)


def _rewrite(tag: str, lead: Rewrite, *, keep_ids: bool) -> str:
    """The tag with its URLs led elsewhere: attribute by attribute, so that no value is taken for an attribute."""

    def one(match: re.Match[str]) -> str:
        name = match["name"].lower()
        if name in _IDS and not keep_ids:
            return ""
        if name not in _URLS or match["equals"] is None:
            return match[0]
        raw = match["double"] or match["single"] or match["bare"] or ""
        before = html.unescape(raw).strip()
        after = _rewrite_srcset(before, lead) if name == "srcset" else lead(before)
        return match[0] if after == before else f'{match["space"]}{match["name"]}="{html.escape(after, quote=True)}"'

    start = _NAME.match(tag)
    assert start is not None
    return start[0] + _ATTRIBUTE.sub(one, tag[start.end() :])


def _rewrite_srcset(value: str, lead: Rewrite) -> str:
    candidates = []
    for candidate in re.split(r",\s+", value):
        url, space, size = candidate.strip().partition(" ")
        candidates.append(f"{lead(url)}{space}{size}")
    return ", ".join(candidates)


_BLOCK = re.compile(
    r"</?(?:p|div|li|h[1-6]|blockquote|pre|br|tr|td|th|dt|dd|ul|ol|table|section|figure)\b[^>]*>", re.IGNORECASE
)
_MARKUP = re.compile(rf"<(?:{_SKIPPED}|[^>]*>)", re.DOTALL | re.IGNORECASE)


def plain_text(body: str) -> str:
    """The words of an HTML text: no tags, white space folded."""
    return " ".join(html.unescape(_MARKUP.sub("", _BLOCK.sub(" ", body))).split())


def count_words(text: str) -> int:
    """Number of words, by white space; for scripts that write without spaces, of characters over two."""
    spaced = len(text.split())
    if text.isascii():
        return spaced
    dense = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]", text))
    return max(spaced, dense // 2)


def shorten(text: str, longest: int = 220) -> str:
    """The first words of a plain text, at most `longest` characters and an ellipsis."""
    if len(text) <= longest:
        return text
    cut = text[: longest + 1].rpartition(" ")[0] or text[:longest]
    return cut.rstrip(" ,;:\u2013\u2014-") + "…"
