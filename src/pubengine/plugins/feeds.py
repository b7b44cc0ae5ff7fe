"""Feeds: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, for the site and for each tag, with whole texts.

Ids are made of the site's id and the post's, never of an address, so that readers see no post twice
when an address, the scheme or the domain changes.
"""

from __future__ import annotations

import json
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from pubengine.api import Card, Page, Site, SiteConfig, View, hookimpl, to_xml, url_of

ATOM = "http://www.w3.org/2005/Atom"
_NAMESPACE = uuid.UUID("5c0d2c0e-6b1f-5a3c-9e43-0e5c1b7c8f11")


class Settings(Struct, frozen=True):
    """What `[plugins.feeds]` may hold."""

    posts: Annotated[int, Meta(ge=1)] = 20
    """How many of the newest posts a feed holds."""
    content: Literal["full", "excerpt"] = "full"
    """Whole texts, or each up to `<!-- more -->`."""
    formats: tuple[Literal["atom", "rss", "json"], ...] = ("atom", "rss", "json")
    """Which feeds there are."""
    tags: bool = True
    """Whether each tag has feeds of its own."""


class Format(Struct, frozen=True):
    """One kind of feed."""

    name: str
    file: str
    type: str
    make: Callable[[Page, View], str | bytes]


@hookimpl
def settings() -> type[Settings]:
    """Which feeds, how long, and how much of each post."""
    return Settings


@hookimpl
def describe(site: Site, settings: Settings) -> Mapping[str, Any]:
    """`site.feeds`: name, address and media type of each of the site's feeds, for `<link rel="alternate">`."""
    return {"feeds": tuple(_links("", site, settings)), "tag_feeds": settings.tags}


def _links(folder: str, site: Site, settings: Settings) -> Iterable[dict[str, str]]:
    for name in settings.formats:
        one = FORMATS[name]
        yield {"name": one.name, "url": url_of(f"{folder}{one.file}", site.config.base), "type": one.type}


@hookimpl
def emit(site: Site, settings: Settings) -> Iterable[Page]:
    """`atom.xml`, `rss.xml` and `feed.json`, at the top and in each tag's folder."""
    yield from _feeds("", "", url_of("index.html", site.config.base), site.posts, settings)
    for tag in site.values.get("tags", ()) if settings.tags else ():
        yield from _feeds(tag.folder, tag.name, tag.url, site.values["tagged"][tag.slug], settings)


def _feeds(folder: str, tag: str, home: str, posts: tuple[Card, ...], settings: Settings) -> Iterable[Page]:
    for name in settings.formats:
        one = FORMATS[name]
        values = {
            "posts": posts[: settings.posts],
            "tag": tag,
            "home": home,
            "full": settings.content == "full",
        }
        yield Page(path=f"{folder}{one.file}", make=one.make, values=values, title=tag, listed=False)


# What all formats say.


def post_id(card: Card, config: SiteConfig) -> str:
    """The post's id in feeds: its own if that is a URI already, else a UUID (RFC 9562, version 5) of it and the site's."""
    if card.id.startswith(("tag:", "urn:", "http://", "https://")):
        return card.id
    site = uuid.uuid5(_NAMESPACE, config.identity)
    return uuid.uuid5(site, card.id).urn


def _feed_id(config: SiteConfig, tag: str) -> str:
    return uuid.uuid5(uuid.uuid5(_NAMESPACE, config.identity), f"feed:{tag}").urn


def _title(page: Page, config: SiteConfig) -> str:
    tag = page.values["tag"]
    return f"{config.title}: {tag}" if tag else config.title


def _content(card: Card, page: Page, view: View) -> str:
    return view.content(card, absolute=True) if page.values["full"] else view.excerpt(card, absolute=True)


def _published(card: Card) -> datetime:
    assert card.date is not None
    return card.date


def _changed(card: Card) -> datetime:
    published = _published(card)
    return max(published, card.updated) if card.updated else published


def _authors(card: Card, config: SiteConfig) -> tuple[str, ...]:
    return card.authors or ((config.author,) if config.author else ())


# The formats.


def atom(page: Page, view: View) -> bytes:
    """An Atom feed (RFC 4287)."""
    config, posts = view.config, page.values["posts"]
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": config.language})
    _text(feed, "id", _feed_id(config, page.values["tag"]))
    _text(feed, "title", _title(page, config))
    if config.description:
        _text(feed, "subtitle", config.description)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    _text(feed, "updated", max((_changed(card) for card in posts), default=epoch).isoformat())
    ET.SubElement(
        feed, "link", {"rel": "self", "type": "application/atom+xml", "href": view.absolute(view.url(page.path))}
    )
    ET.SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": view.absolute(page.values["home"])})
    _text(ET.SubElement(feed, "author"), "name", config.author or config.title)
    _text(feed, "generator", "pubengine")
    for card in posts:
        _atom_entry(ET.SubElement(feed, "entry"), card, page, view)
    return to_xml(feed)


def _atom_entry(entry: ET.Element, card: Card, page: Page, view: View) -> None:
    _text(entry, "id", post_id(card, view.config))
    _text(entry, "title", card.title or card.summary)
    ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": view.absolute(card.url)})
    _text(entry, "published", _published(card).isoformat())
    _text(entry, "updated", _changed(card).isoformat())
    for name in card.authors:
        _text(ET.SubElement(entry, "author"), "name", name)
    for tag in _distinct_tags(card, view):
        ET.SubElement(entry, "category", {"term": tag})
    if card.description:
        _text(entry, "summary", card.description)
    _text(entry, "content", _content(card, page, view)).set("type", "html")


def rss(page: Page, view: View) -> bytes:
    """An RSS 2.0 feed, by the advisory board's profile."""
    config, posts = view.config, page.values["posts"]
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": ATOM, "xmlns:dc": "http://purl.org/dc/elements/1.1/"})
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", _title(page, config))
    _text(channel, "link", view.absolute(page.values["home"]))
    _text(channel, "description", config.description or _title(page, config))
    _text(channel, "language", config.language)
    if posts:
        _text(channel, "lastBuildDate", format_datetime(max(_changed(card) for card in posts)))
    _text(channel, "generator", "pubengine")
    own = view.absolute(view.url(page.path))
    ET.SubElement(channel, "atom:link", {"rel": "self", "type": "application/rss+xml", "href": own})
    for card in posts:
        item = ET.SubElement(channel, "item")
        _text(item, "title", card.title or card.summary)
        _text(item, "link", view.absolute(card.url))
        _text(item, "guid", post_id(card, config)).set("isPermaLink", "false")
        _text(item, "pubDate", format_datetime(_published(card)))
        for name in _authors(card, config):
            _text(item, "dc:creator", name)
        for tag in _distinct_tags(card, view):
            _text(item, "category", tag)
        _text(item, "description", _content(card, page, view))
    return to_xml(root)


def json_feed(page: Page, view: View) -> str:
    """A JSON Feed, version 1.1."""
    config = view.config
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(page, config),
        "home_page_url": view.absolute(page.values["home"]),
        "feed_url": view.absolute(view.url(page.path)),
        "language": config.language,
    }
    if config.description:
        feed["description"] = config.description
    if config.author:
        feed["authors"] = [{"name": config.author}]
    feed["items"] = [_json_item(card, page, view) for card in page.values["posts"]]
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _json_item(card: Card, page: Page, view: View) -> dict[str, Any]:
    item: dict[str, Any] = {"id": post_id(card, view.config), "url": view.absolute(card.url)}
    if card.title:
        item["title"] = card.title
    item["content_html"] = _content(card, page, view)
    if card.description:
        item["summary"] = card.description
    item["date_published"] = _published(card).isoformat()
    if card.updated:
        item["date_modified"] = _changed(card).isoformat()
    if card.authors:
        item["authors"] = [{"name": name} for name in card.authors]
    if tags := _distinct_tags(card, view):
        item["tags"] = tags
    return item


def _distinct_tags(card: Card, view: View) -> list[str]:
    links = getattr(view.site, "tag_links", {})
    return list(dict.fromkeys(links[tag].name if tag in links else tag for tag in card.tags))


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text
    return child


FORMATS: dict[str, Format] = {
    "atom": Format("Atom", "atom.xml", "application/atom+xml", atom),
    "rss": Format("RSS", "rss.xml", "application/rss+xml", rss),
    "json": Format("JSON Feed", "feed.json", "application/feed+json", json_feed),
}
"""The kinds of feeds, by the names that settings use."""
