"""XML documents as bytes, in one form for feeds and sitemaps."""

from __future__ import annotations

import xml.etree.ElementTree as ET


def to_xml(root: ET.Element) -> bytes:
    """An XML 1.0 document in UTF-8, indented, with a declaration."""
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
