"""What a page is made of, as far as tests ask: ids, links, headings, and what stands inside what."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
"""Elements that have no end tag."""

LINKS = frozenset(("href", "src", "poster"))


class Element:
    """An element: its name, attributes, text, and what it stands in."""

    def __init__(self, tag: str, attributes: dict[str, str], parents: tuple[Element, ...]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parents = parents
        self.text = ""

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def inside(self, what: str) -> bool:
        """Whether it stands in an element with that name or, with a dot before it, that class."""
        return any(what[1:] in one.classes if what.startswith(".") else one.tag == what for one in self.parents)


class Markup(HTMLParser):
    """A page, read strictly: an end tag that does not fit is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {[one.tag for one in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: <{tag}>, line {self.getpos()[0]}"
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID, f"<{tag}/> closes nothing, line {self.getpos()[0]}"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing, line {self.getpos()[0]}"
        assert self._open[-1].tag == tag, f"</{tag}> in <{self._open[-1].tag}>, line {self.getpos()[0]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.text += data

    def every(self, *tags: str) -> list[Element]:
        """The elements with one of these names, in order."""
        return [one for one in self.elements if one.tag in tags]

    def classed(self, name: str) -> list[Element]:
        """The elements with that class, in order."""
        return [one for one in self.elements if name in one.classes]

    def ids(self) -> list[str]:
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    def links(self) -> list[str]:
        """Every address that the page leads to or asks for."""
        return [url for one in self.elements for name, url in one.attributes.items() if name in LINKS]
