"""Content types by the name of a file, the same on every machine."""

from __future__ import annotations

import mimetypes

_TYPES = mimetypes.MimeTypes(())
for _suffix, _type in {
    ".avif": "image/avif", ".gmi": "text/gemini", ".ics": "text/calendar", ".ico": "image/x-icon", ".js": "text/javascript",
    ".json": "application/json", ".jsonld": "application/ld+json", ".m4a": "audio/mp4", ".map": "application/json",
    ".md": "text/markdown", ".mjs": "text/javascript", ".opus": "audio/ogg", ".ogg": "audio/ogg", ".svg": "image/svg+xml",
    ".ttf": "font/ttf", ".txt": "text/plain", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json",
    ".webp": "image/webp", ".woff": "font/woff", ".woff2": "font/woff2", ".xml": "application/xml", ".toml": "text/plain",
}.items():  # fmt: skip
    _TYPES.add_type(_type, _suffix)


def media_type(path: str) -> str:
    """The content type of a file, with the character set where it is a text."""
    kind, encoding = _TYPES.guess_type(f"file/{path.rpartition('/')[2]}")
    if encoding is not None or kind is None:  # what is compressed is served as it is, to be kept and not unpacked
        return {"gzip": "application/gzip"}.get(encoding or "", "application/octet-stream")
    is_text = kind.startswith("text/") or kind.endswith(("json", "+xml", "/xml"))
    return f"{kind}; charset=utf-8" if is_text else kind
