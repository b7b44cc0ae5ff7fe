"""Addresses: a pattern and a post make a URL path, a URL path names one file of the output.

Every name that reaches the disk goes through `output_path`, so nothing can lie outside the output
folder, whatever wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote

from pubengine.model import Entry

TOKENS = ("year", "month", "day", "hour", "minute", "slug", "id")
"""What may stand between braces in a pattern."""

OURS = ".pubengine-"
"""What names at the top of the output folder begin with that the engine keeps for itself."""
MANIFEST = f"{OURS}manifest"
"""File in the output folder that lists what the engine wrote there."""

MAX_NAME = 255
"""Longest file name in bytes that common file systems take."""
MAX_PATH = 1024
"""Longest path in the output folder, in bytes."""

_TOKEN = re.compile(r"\{([^{}]*)\}")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in "123456789¹²³"), *(f"lpt{n}" for n in "123456789¹²³")]
)
_AWKWARD = re.compile(r'[\x00-\x1f\x7f-\x9f\\:*?"<>|\u202a-\u202e\u2066-\u2069\u2028\u2029\ufffd]')


_SIMPLE = re.compile(
    r"(?:(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|\Z))[a-z0-9_][a-z0-9_-]*(?:\.[a-z0-9_-]+)*(?:/|\Z)(?!\Z(?<=/)))+",
    re.IGNORECASE | re.ASCII,
)
"""Paths that are plainly good, as most are; about any other, `problem_with_name` has the word."""


def problem_with_name(name: str) -> str:
    """Why `name` cannot be one part of a path on every system, or an empty string."""
    if not name:
        return "it is empty"
    if name in (".", ".."):
        return f"{name} would leave its folder"
    if "/" in name:
        return "it contains /"
    if found := _AWKWARD.search(name):
        return f"it contains {found[0]!r}"
    if "%" in name and unquote(name) != name:
        return "it contains percent-encoding"
    if name[-1] in ". " or name[0] == " ":
        return "it begins or ends with a space, or ends with a dot"
    if name.partition(".")[0].rstrip().lower() in _RESERVED:
        return "it is a reserved name on Windows"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
        return f"it is longer than {MAX_NAME} bytes"
    return ""


def problem_with_path(path: str) -> str:
    """Why `path`, its parts parted by `/`, cannot be a place in the output, or an empty string."""
    inner = path.removeprefix("/").removesuffix("/")
    if len(inner) <= MAX_NAME and _SIMPLE.fullmatch(inner):
        return ""
    parts = inner.split("/") if path.strip("/") else []
    for part in parts:
        if problem := problem_with_name(part):
            return problem
    if len(path.encode("utf-8", "surrogatepass")) > MAX_PATH:
        return f"it is longer than {MAX_PATH} bytes"
    return ""


def problem_with_output(path: str) -> str:
    """Why `path` cannot be a file in the output folder, or an empty string."""
    if len(path) <= MAX_NAME and _SIMPLE.fullmatch(path):
        return ""
    if not path or path.startswith("/") or path.endswith("/"):
        return "it is not a path below the output folder"
    if path.casefold().startswith(OURS):
        return "that name is taken by the engine"
    return problem_with_path(path)


def problem_with_pattern(pattern: str) -> str:
    """Why a permalink pattern cannot be used, or an empty string."""
    if not pattern.startswith("/"):
        return "it must begin with /"
    for token in _TOKEN.findall(pattern):
        if token not in TOKENS:
            return f"{{{token}}} is none of {', '.join(f'{{{known}}}' for known in TOKENS)}"
    if set(_TOKEN.sub("", pattern)) & set("{}"):
        return "a brace is not closed, or not opened"
    if "{slug}" not in pattern and "{id}" not in pattern:
        return "it needs {slug} or {id}, or all posts of a day would share one address"
    return problem_with_path(_TOKEN.sub("x", pattern))


def expand(pattern: str, entry: Entry) -> str:
    """The URL path, not yet encoded, that a pattern gives a dated post."""
    date = entry.date
    assert date is not None
    known = {
        "year": f"{date.year:04}",
        "month": f"{date.month:02}",
        "day": f"{date.day:02}",
        "hour": f"{date.hour:02}",
        "minute": f"{date.minute:02}",
        "slug": entry.slug,
        "id": entry.id,
    }
    return _TOKEN.sub(lambda token: known[token[1]], pattern)


def page_path(slug: str) -> str:
    """The URL path of a standalone page: `about` is `/about/`, `guide/index` is `/guide/`, `404` is `/404.html`."""
    if slug == "404":
        return "/404.html"
    if slug == "index":
        return "/"
    return f"/{slug.removesuffix('/index')}/"


def output_path(url_path: str) -> str:
    """The file in the output folder for an unencoded URL path: `/a/` is `a/index.html`, `/a` likewise.

    Raises ValueError, saying why, for a path that could not be one on every system or leaves the folder.
    """
    if problem := problem_with_path(url_path):
        raise ValueError(problem)
    if url_path.strip("/").casefold().startswith(OURS):
        raise ValueError("that name is taken by the engine")
    path = unicodedata.normalize("NFC", url_path).strip("/")
    last = path.rpartition("/")[2]
    if not path or url_path.endswith("/") or "." not in last:
        return f"{path}/index.html".lstrip("/")
    return path


@lru_cache(maxsize=4096)
def url_of(path: str, base: str) -> str:
    """The percent-encoded URL path of an output file; `base` is the site's own path, such as `/` or `/blog/`."""
    if path == "index.html" or path.endswith("/index.html"):
        path = path[: -len("index.html")]
    return base + quote(path, safe="/~!$&'()*+,;=:@")


def folded(path: str) -> str:
    """The name that a case-insensitive, form-insensitive disk would see; equal for colliding paths."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
