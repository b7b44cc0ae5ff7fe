"""Feeds and sitemaps keep to what their formats ask, and say the same as the pages."""

import email.utils
import json
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import feedparser
import jsonschema
import pytest
from validators import atom
from validators.kitchen import kitchen
from validators.markup import Markup

__all__ = ["kitchen"]

ORIGIN = "https://example.org"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SCHEMA = json.loads((Path(__file__).parent / "validators/jsonfeed.schema.json").read_text("utf-8"))

NOT_REALLY_ATOM = {
    "4.1: feed has 0 of id": ("<id>urn:f</id>", ""),
    "4.1: feed has 2 of title": ("<title>F</title>", "<title>F</title><title>F</title>"),
    "4.1: entry has 0 of updated": ("<title>E</title><updated>2024-05-01T00:00:00Z</updated>", "<title>E</title>"),
    "4.1: entry has several of published": ("<title>E</title>", "<title>E</title>" + "<published>2024-05-01T00:00:00Z</published>" * 2),
    "4.1: feed may not hold pubDate": ("<id>urn:f</id>", "<id>urn:f</id><pubDate/>"),
    "3.3: not a moment": ("2024-05-01T00:00:00Z", "2024-05-01"),
    "4.2.6: not an IRI": ("<id>urn:e</id>", "<id>posts/e</id>"),
    "3.1.1: elements in the text": ("<content type='html'>c</content>", "<content type='html'><b/></content>"),
    "3.2: a person": ("<author><name>A</name></author>", "<author/>"),
    "4.1.2: an entry without an author": ("<author><name>A</name></author>", ""),
    "4.1.2: an entry without content": ("<content type='html'>c</content>", ""),
    "4.2.2: a category": ("<category term='t'/>", "<category/>"),
    "4.2.7: not an address": ("https://example.org/atom.xml", "/atom.xml"),
    "4.1: several alternate links": ("<title>E</title>", "<title>E</title>" + "<link href='https://example.org/'/>" * 2),
    "4.1.1: no link to the feed itself": ("rel='self'", "rel='via'"),
    "4.1.1: two entries": ("</feed>", "<entry><id>urn:e</id><title>E</title><updated>2024-05-01T00:00:00Z</updated><content/></entry></feed>"),
    "2: not a language tag": ("xml:lang='en'", "xml:lang='in English'"),
    "4.1.1: the root": ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"),
}  # fmt: skip
"""By the rule that each breaks: what to replace in a feed that is right, and by what."""

RIGHT = (
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><id>urn:f</id><title>F</title>"
    "<updated>2024-05-01T00:00:00Z</updated><author><name>A</name></author>"
    "<link rel='self' href='https://example.org/atom.xml'/>"
    "<entry><id>urn:e</id><title>E</title><updated>2024-05-01T00:00:00Z</updated><category term='t'/>"
    "<content type='html'>c</content></entry></feed>"
)


def schema_problems(feed):
    checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    return [f"{one.json_path}: {one.message}" for one in checker.iter_errors(feed)]


@pytest.fixture(scope="module")
def feeds(kitchen):
    """The folders that hold feeds, each with its Atom, RSS and JSON."""
    folders = [path.removesuffix("atom.xml") for path in kitchen.built.files() if path.endswith("atom.xml")]
    return {
        folder: (
            ET.fromstring((kitchen.built.output / f"{folder}atom.xml").read_bytes()),
            ET.fromstring((kitchen.built.output / f"{folder}rss.xml").read_bytes()),
            json.loads(kitchen.built.page(f"{folder}feed.json")),
        )
        for folder in folders
    }


def test_what_is_right_passes_for_atom():
    assert atom.problems(ET.fromstring(RIGHT)) == []


@pytest.mark.parametrize("rule", NOT_REALLY_ATOM)
def test_what_is_wrong_does_not_pass_for_atom(rule):
    before, after = NOT_REALLY_ATOM[rule]
    assert before in RIGHT
    found = atom.problems(ET.fromstring(RIGHT.replace(before, after)))
    assert any(one.startswith(rule) for one in found), found


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "https://jsonfeed.org/version/1"},
        {"title": " "},
        {"feed_url": "/feed.json"},
        {"author": {"name": "A"}},
        {"authors": []},
        {"items": [{"id": "a", "url": "https://example.org/a/", "content_html": ""}]},
        {"items": [{"id": 1, "url": "https://example.org/a/", "content_html": "", "date_published": "2024-05-01T00:00:00Z"}]},
        {"items": [{"id": "a", "url": "https://example.org/a/", "content_html": "", "date_published": "2024-05-01"}]},
    ],
)  # fmt: skip
def test_what_is_wrong_does_not_pass_for_json_feed(wrong):
    right = {
        "version": "https://jsonfeed.org/version/1.1", "title": "F", "home_page_url": "https://example.org/",
        "feed_url": "https://example.org/feed.json", "items": [],
    }  # fmt: skip
    assert schema_problems(right) == []
    assert schema_problems(right | wrong)


def test_every_atom_feed_keeps_to_the_rfc(feeds):
    assert len(feeds) > 20
    assert {folder: found for folder, (one, _, _) in feeds.items() if (found := atom.problems(one))} == {}


def test_every_json_feed_keeps_to_the_schema(feeds):
    assert {folder: found for folder, (_, _, one) in feeds.items() if (found := schema_problems(one))} == {}


def test_every_rss_feed_has_what_readers_need(feeds):
    for folder, (_, one, _) in feeds.items():
        assert (one.tag, one.attrib["version"]) == ("rss", "2.0")
        channel = one.find("channel")
        assert all(channel.findtext(name, "").strip() for name in ("title", "link", "description")), folder
        own = channel.find("{http://www.w3.org/2005/Atom}link").attrib
        assert own["rel"] == "self"
        assert unquote(own["href"]).endswith(f"/{folder}rss.xml")
        guids = [item.findtext("guid") for item in channel.iter("item")]
        assert len(set(guids)) == len(guids) > 0
        for item in channel.iter("item"):
            assert item.findtext("title") or item.findtext("description")
            assert email.utils.parsedate_to_datetime(item.findtext("pubDate")).tzinfo
            guid = item.find("guid")
            assert guid.attrib.get("isPermaLink") == "false" or guid.text.startswith("http")


def test_all_formats_name_the_same_posts_in_the_same_order(feeds):
    for folder, (as_atom, as_rss, as_json) in feeds.items():
        ids = [item["id"] for item in as_json["items"]]
        assert [entry.findtext(f"{atom.NAMESPACE}id") for entry in as_atom.iter(f"{atom.NAMESPACE}entry")] == ids, (
            folder
        )
        assert [item.findtext("guid") for item in as_rss.iter("item")] == ids, folder


def test_all_formats_carry_the_same_texts(feeds):
    for as_atom, as_rss, as_json in feeds.values():
        texts = [item["content_html"] for item in as_json["items"]]
        assert [entry.findtext(f"{atom.NAMESPACE}content") for entry in as_atom.iter(f"{atom.NAMESPACE}entry")] == texts
        assert [item.findtext("description") for item in as_rss.iter("item")] == texts


def test_texts_in_feeds_stand_alone(kitchen, feeds):
    files = set(kitchen.built.files())
    followed = 0
    for item in feeds[""][2]["items"]:
        text = Markup(item["content_html"])
        assert not text.ids(), "an id may be another post's in a reader that shows several"
        for link in [*text.links(), item["url"]]:
            parts = urlsplit(link)
            assert parts.scheme, link
            if f"{parts.scheme}://{parts.netloc}" == ORIGIN:
                followed += 1
                assert kitchen.file_of(unquote(parts.path)) in files, link
    assert followed > 20


@pytest.mark.parametrize("name", ["atom.xml", "rss.xml"])
def test_a_feed_reader_sees_every_post_with_its_date(kitchen, feeds, name):
    parsed = feedparser.parse((kitchen.built.output / name).read_bytes())
    assert not parsed.bozo
    assert [entry.id for entry in parsed.entries] == [item["id"] for item in feeds[""][2]["items"]]
    assert all(entry.published_parsed and entry.link and entry.title for entry in parsed.entries)


def test_pages_name_the_feeds_with_their_types(kitchen):
    page = Markup(kitchen.built.page("tags/elements/"))
    feeds = [one.attributes for one in page.every("link") if one.attributes["rel"] == "alternate"]
    types = {"atom.xml": "application/atom+xml", "rss.xml": "application/rss+xml", "feed.json": "application/feed+json"}
    assert len(feeds) == 6, "three of the site and three of the tag"
    for one in feeds:
        path = kitchen.file_of(one["href"])
        assert path in kitchen.built.files()
        assert one["type"] == types[path.rpartition("/")[2]]
        assert one["title"]


def test_the_sitemap_lists_every_page_that_is_to_be_found_and_no_other(kitchen):
    data = (kitchen.built.output / "sitemap.xml").read_bytes()
    root = ET.fromstring(data)
    assert root.tag == f"{SITEMAP}urlset"
    assert data.startswith(b"<?xml")
    listed = [url.findtext(f"{SITEMAP}loc") for url in root]
    assert len(listed) == len(set(listed)) <= 50_000
    canonical = []
    for text in kitchen.html().values():
        page = Markup(text)
        if not [one for one in page.every("meta") if one.attributes.get("content") == "noindex"]:
            canonical += [one.attributes["href"] for one in page.every("link") if one.attributes["rel"] == "canonical"]
    assert sorted(listed) == sorted(canonical)
    assert all(url.startswith(f"{ORIGIN}{kitchen.base}") and url.isascii() for url in listed)


def test_the_sitemaps_dates_are_moments_of_the_past(kitchen):
    root = ET.fromstring((kitchen.built.output / "sitemap.xml").read_bytes())
    moments = [datetime.fromisoformat(one.text) for one in root.iter(f"{SITEMAP}lastmod")]
    assert len(moments) > 100
    assert all(one.tzinfo and one.year <= 2024 for one in moments)
    order = [child.tag.removeprefix(SITEMAP) for url in root for child in url]
    assert set(order) == {"loc", "lastmod"}


def test_robots_are_told_of_the_sitemap(kitchen):
    assert f"Sitemap: {ORIGIN}{kitchen.base}sitemap.xml" in kitchen.built.page("robots.txt").splitlines()
