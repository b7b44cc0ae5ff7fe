"""Front matter to a post: each known field gets its type, and whatever does not fit is said."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from pubengine.dates import ACCEPTED, Moment, parse_moment
from pubengine.diagnostics import Diagnostic, Severity, error, warning
from pubengine.front_matter import Field, plain, split_front_matter
from pubengine.model import Post, Source
from pubengine.permalinks import output_path, problem_with_name
from pubengine.settings import SiteConfig
from pubengine.slugs import slugify
from pubengine.text import FORBIDDEN, nearest

KNOWN = (
    "title", "date", "updated", "slug", "id", "tags", "authors", "description", "draft", "expires", "aliases",
)  # fmt: skip
"""The fields that the engine gives a meaning; every other goes to `Post.meta` as it is."""

MAX_TEXT = 2_000
"""Longest title, slug, id, tag or alias, in characters; a description may be ten times as long."""

_DATED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[-_ ]+(.*))?")


def read_post(source: Source, site: SiteConfig, markup: str) -> Post:
    """The post or page that a text file with front matter is, its body still in `markup`.

    Every problem with its fields is in `Post.problems`. Raises ContentError where the front matter
    or the encoding cannot be read at all.
    """
    front = split_front_matter(source)
    reader = _Reader(source, front.fields, site)
    name_date, name = _from_name(source)
    date = reader.moment("date")
    given = reader.given("date")
    if date is None and name_date and not given:
        date = reader.parsed(Field(name_date, 1, 1), "date in the file's name")
    draft = reader.flag("draft") or reader.unpublished()
    if date is None and source.kind == "post" and not draft and not given:
        reader.say("error", "date-missing", "the post has no date", 1, "add to its fields: date = 2024-05-01")
    title = reader.text("title")
    slug = reader.slug(name, title)
    meta = {key: _free(field) for key, field in front.fields.items() if key not in KNOWN}
    reader.check_spelling()
    return Post(
        source=source.path,
        kind=source.kind,
        id=reader.text("id") or _default_id(source),
        title=title,
        slug=slug,
        date=date.at if date else None,
        date_only=date.date_only if date else False,
        updated=reader.time("updated"),
        expires=reader.time("expires"),
        tags=reader.texts("tags"),
        authors=reader.texts("authors"),
        description=reader.text("description", MAX_TEXT * 10),
        draft=draft,
        aliases=reader.aliases(),
        meta=meta,
        body=front.body,
        body_line=front.body_line,
        markup=markup,
        problems=tuple(reader.problems),
    )


def _free(field: Field) -> Any:
    return plain(field.value)


def _default_id(source: Source) -> str:
    return posixpath.splitext(source.path.removeprefix("content/"))[0]


def _from_name(source: Source) -> tuple[str, str]:
    """The date and the rest of a file's name such as `2024-05-01-hello.md`; of its folder's for `index.md`."""
    stem = source.stem
    if stem == "index" and source.folder not in ("content", "content/posts"):
        stem = posixpath.basename(source.folder)
    match = _DATED_NAME.fullmatch(stem)
    if source.kind == "post" and match:
        return match[1], match[2] or match[1]
    return "", stem


class _Reader:
    """Reads fields one by one and keeps what is wrong with them."""

    def __init__(self, source: Source, fields: dict[str, Field], site: SiteConfig) -> None:
        self.source = source
        self.fields = fields
        self.site = site
        self.problems: list[Diagnostic] = []

    def given(self, key: str) -> bool:
        """Whether a field has a value, be it a wrong one."""
        return key in self.fields and self.fields[key].value is not None

    def say(self, severity: Severity, code: str, message: str, line: int, hint: str = "", column: int = 1) -> None:
        make = error if severity == "error" else warning
        self.problems.append(make(code, message, self.source.path, line, column, hint))

    def wrong(self, key: str, field: Field, wanted: str, hint: str = "") -> None:
        shown = str(field.text if field.text is not None else field.value)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        self.say("error", f"{key}-invalid", f"{key} must be {wanted}, not {shown!r}", field.line, hint, field.column)

    def text(self, key: str, longest: int = MAX_TEXT) -> str:
        field = self.fields.get(key)
        if field is None:
            return ""
        return self.one_text(key, field, field.text if field.text is not None else field.value, longest)

    def one_text(self, key: str, field: Field, value: object, longest: int = MAX_TEXT) -> str:
        if value is None or (field.text is not None and field.value is None and value == field.text):
            return ""
        if not isinstance(value, str):
            self.wrong(
                key, field, "text", "put it between quotation marks" if not isinstance(value, (list, dict)) else ""
            )
            return ""
        if len(value) > longest:
            self.wrong(key, field, f"at most {longest} characters")
            return ""
        clean = FORBIDDEN.sub("\ufffd", unicodedata.normalize("NFC", value))
        return " ".join(clean.split()) if key != "description" else clean.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        field = self.fields.get(key)
        if field is None or field.value is None:
            return ()
        value = field.texts if field.texts is not None else field.text if field.text is not None else field.value
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, (list, tuple)):
            self.wrong(key, field, "a list of texts", f'write {key} = ["one", "two"]')
            return ()
        value = [str(one) if _is_number(one) else one for one in value]
        kept = (self.one_text(key, field, one) for one in value)
        return tuple(dict.fromkeys(one for one in kept if one))

    def flag(self, key: str) -> bool:
        field = self.fields.get(key)
        if field is None or field.value is None:
            return False
        if not isinstance(field.value, bool):
            self.wrong(key, field, "true or false")
            return True
        return field.value

    def unpublished(self) -> bool:
        """Whether Jekyll's `published: false` says what `draft = true` says here."""
        field = self.fields.get("published")
        if field is None or field.value is not False:
            return False
        message = "'published' is not a field here; as it is false, the post is taken for a draft"
        self.say("warning", "field-misspelt", message, field.line, "write draft = true", field.column)
        return True

    def moment(self, key: str) -> Moment | None:
        field = self.fields.get(key)
        if field is None or field.value is None:
            return None
        return self.parsed(field, key)

    def parsed(self, field: Field, what: str) -> Moment | None:
        try:
            moment = parse_moment(field.text if field.text is not None else field.value, self.site.zone)
        except (ValueError, OverflowError):
            self.wrong(what.partition(" ")[0], field, "a date", f"accepted: {ACCEPTED}")
            return None
        if moment.shifted:
            message = f"{what}: clocks in {self.site.timezone} skip that time; taken as {moment.at.isoformat()}"
            self.say("warning", "time-skipped", message, field.line, "give another time", field.column)
        return moment

    def time(self, key: str) -> datetime | None:
        moment = self.moment(key)
        return moment.at if moment else None

    def slug(self, name: str, title: str) -> str:
        field = self.fields.get("slug")
        if self.source.kind == "page":
            return self._page_path(field)
        given = self.text("slug")
        if field is not None and given:
            if problem := problem_with_name(given):
                better = slugify(given)
                hint = f"try {better!r}" if better and not problem_with_name(better) else "choose another word"
                self.wrong("slug", field, f"one plain part of a URL ({problem})", hint)
                return better if better and not problem_with_name(better) else "unnamed"
            return given
        slug = slugify(name) or slugify(title)
        problem = problem_with_name(slug) if slug else "neither the file's name nor the title has a letter"
        if problem:
            self.say("error", "slug-missing", f"the post has no slug: {problem}", 1, 'add: slug = "…"')
        return "unnamed" if problem else slug

    def _page_path(self, field: Field | None) -> str:
        path = posixpath.splitext(self.source.path.removeprefix("content/"))[0]
        if field is not None and (given := self.text("slug")):
            if problem := problem_with_name(given):
                self.wrong("slug", field, f"one plain part of a URL ({problem})")
            else:
                path = posixpath.join(posixpath.dirname(path), given)
        return path

    def aliases(self) -> tuple[str, ...]:
        field = self.fields.get("aliases")
        good = []
        for given in self.texts("aliases"):
            alias = unquote(given)
            if problem := _problem_with_alias(alias):
                assert field is not None
                self.say(
                    "error", "alias-invalid", f"alias {given!r}: {problem}", field.line,
                    'write it as a path of this site: "/2009/old-name.html"', field.column,
                )  # fmt: skip
            else:
                good.append(alias)
        return tuple(good)

    def check_spelling(self) -> None:
        for key, field in self.fields.items():
            if key == "published" and isinstance(field.value, bool):
                continue
            if key not in KNOWN and (meant := _misspelt(key, KNOWN)):
                message = f"{key!r} is not a field that means anything here; is it {meant!r}?"
                # Taken for nothing, a misspelt `draft` would publish what nobody may see.
                severity: Severity = "error" if meant == "draft" else "warning"
                self.say(severity, "field-misspelt", message, field.line, f"write {meant}", field.column)


def _problem_with_alias(alias: str) -> str:
    if not alias.startswith("/"):
        return "must begin with /"
    try:
        output_path(alias)
    except ValueError as problem:
        return str(problem)
    return ""


_OFTEN = {
    "tag": "tags", "label": "tags", "labels": "tags", "category": "tags", "categories": "tags", "keywords": "tags",
    "author": "authors", "alias": "aliases", "published": "date", "publishdate": "date", "modified": "updated",
    "lastmod": "updated", "expirydate": "expires", "permalink": "slug", "url": "slug", "summary": "description",
}  # fmt: skip
"""Names of these fields in other engines."""


def _misspelt(key: str, known: Iterable[str]) -> str:
    return _OFTEN.get(key.lower(), "") or nearest(key, known)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
