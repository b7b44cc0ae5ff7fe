"""For search engines: a sitemap with dates (sitemaps.org, 0.90) and a robots.txt that names it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from pubengine.api import Page, View, hookimpl, to_xml

MOST = 50_000
"""Most addresses that one sitemap may hold."""
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@hookimpl
def summarize(pages: tuple[Page, ...]) -> Iterable[Page]:
    """`sitemap.xml`, in several files if there are very many pages, and `robots.txt` unless the site has its own."""
    listed = [(page.path, page.updated) for page in pages if page.listed]
    parts = [listed[start : start + MOST] for start in range(0, len(listed), MOST)]
    if len(parts) <= 1:
        yield Page(path="sitemap.xml", make=sitemap, values={"pages": listed}, listed=False)
    else:
        names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
        for name, part in zip(names, parts, strict=True):
            yield Page(path=name, make=sitemap, values={"pages": part}, listed=False)
        yield Page(path="sitemap.xml", make=sitemap_index, values={"names": names}, listed=False)
    if not any(page.path == "robots.txt" for page in pages):
        yield Page(path="robots.txt", make=robots, listed=False)


def sitemap(page: Page, view: View) -> bytes:
    """Addresses, with the day on which each page last changed where that is known."""
    root = ET.Element("urlset", {"xmlns": _NAMESPACE})
    for path, updated in page.values["pages"]:
        url = ET.SubElement(root, "url")
        ET.SubElement(url, "loc").text = view.absolute(view.url(path))
        if updated:
            ET.SubElement(url, "lastmod").text = updated.isoformat()
    return to_xml(root)


def sitemap_index(page: Page, view: View) -> bytes:
    """The addresses of several sitemaps."""
    root = ET.Element("sitemapindex", {"xmlns": _NAMESPACE})
    for name in page.values["names"]:
        ET.SubElement(ET.SubElement(root, "sitemap"), "loc").text = view.absolute(view.url(name))
    return to_xml(root)


def robots(_page: Page, view: View) -> str:
    """Everything may be read; the sitemap is there."""
    return f"User-agent: *\nAllow: /\nSitemap: {view.absolute(view.url('sitemap.xml'))}\n"
