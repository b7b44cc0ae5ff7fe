"""What RFC 4287 asks of an Atom feed, as far as a weblog's feed can break it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

NAMESPACE = "{http://www.w3.org/2005/Atom}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_IRI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+")

_ONCE = ("id", "title", "updated")
_AT_MOST_ONCE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
}
_KNOWN = {
    "feed": {*_ONCE, *_AT_MOST_ONCE["feed"], "author", "category", "contributor", "entry", "link"},
    "entry": {*_ONCE, *_AT_MOST_ONCE["entry"], "author", "category", "contributor", "link"},
}


def problems(feed: ET.Element) -> list[str]:
    """Each rule that the feed breaks, by the section of the RFC that states it."""
    if feed.tag != f"{NAMESPACE}feed":
        return ["4.1.1: the root is no atom:feed"]
    entries = feed.findall(f"{NAMESPACE}entry")
    found = [*_container(feed, "feed")]
    if not any(one.get("rel") == "self" for one in _children(feed, "link")):
        found.append("4.1.1: no link to the feed itself")
    for entry in entries:
        found += _container(entry, "entry")
        if not _children(feed, "author") and not _children(entry, "author"):
            found.append("4.1.2: an entry without an author in a feed without one")
        alternate = [one for one in _children(entry, "link") if one.get("rel", "alternate") == "alternate"]
        if not alternate and not _children(entry, "content"):
            found.append("4.1.2: an entry without content and without an alternate link")
    times = Counter((_text(entry, "id"), _text(entry, "updated")) for entry in entries)
    found += [f"4.1.1: two entries {key}" for key, count in times.items() if count > 1]
    return found


def _container(parent: ET.Element, kind: str) -> Iterator[str]:
    names = Counter(child.tag.removeprefix(NAMESPACE) for child in parent)
    yield from (f"4.1: {kind} may not hold {name}" for name in names if name not in _KNOWN[kind])
    yield from (f"4.1: {kind} has {names[name]} of {name}, not one" for name in _ONCE if names[name] != 1)
    yield from (f"4.1: {kind} has several of {name}" for name in _AT_MOST_ONCE[kind] if names[name] > 1)
    yield from (
        f"3.3: not a moment: {one.text!r}" for one in _children(parent, "updated", "published") if not _moment(one)
    )
    if not _IRI.fullmatch(_text(parent, "id")):
        yield f"4.2.6: not an IRI: {_text(parent, 'id')!r}"
    for one in _children(parent, "title", "subtitle", "summary", "content", "rights"):
        if one.get("type", "text") in ("text", "html") and len(one):
            yield f"3.1.1: elements in the text of {one.tag.removeprefix(NAMESPACE)}"
    for person in _children(parent, "author", "contributor"):
        if len(_children(person, "name")) != 1 or not _text(person, "name"):
            yield "3.2: a person without a name, or with several"
    yield from ("4.2.2: a category without a term" for one in _children(parent, "category") if not one.get("term"))
    yield from _links(parent)
    if _LANGUAGE in parent.attrib and not re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", parent.attrib[_LANGUAGE]):
        yield f"2: not a language tag: {parent.attrib[_LANGUAGE]!r}"


def _links(parent: ET.Element) -> Iterator[str]:
    links = _children(parent, "link")
    yield from (
        f"4.2.7: not an address: {one.get('href')!r}" for one in links if not _IRI.fullmatch(one.get("href", ""))
    )
    alternates = Counter(
        (one.get("type"), one.get("hreflang")) for one in links if one.get("rel", "alternate") == "alternate"
    )
    yield from (f"4.1: several alternate links alike: {key}" for key, count in alternates.items() if count > 1)


def _moment(element: ET.Element) -> bool:
    return bool(_MOMENT.fullmatch(element.text or ""))


def _children(parent: ET.Element, *names: str) -> list[ET.Element]:
    return [child for child in parent if child.tag.removeprefix(NAMESPACE) in names]


def _text(parent: ET.Element, name: str) -> str:
    return (parent.findtext(f"{NAMESPACE}{name}") or "").strip()
