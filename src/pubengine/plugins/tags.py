"""Tags: a page for each, an index with counts; spellings that differ only in case or form are one tag."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from pubengine.api import (
    Card,
    Diagnostic,
    Page,
    Part,
    Site,
    hookimpl,
    paginate,
    problem_with_name,
    slugify,
    url_of,
    warning,
)


class Settings(Struct, frozen=True):
    """What `[plugins.tags]` may hold."""

    posts: Annotated[int, Meta(ge=1)] = 50
    """How many posts a tag's page lists at least; whole days stay together."""
    most: Annotated[int, Meta(ge=0)] = 40
    """How many of the commonest tags stand beside lists of posts; the index has all."""
    path: str = "tags"
    """Folder of the tags' pages; Blogger's is `search/label`."""

    def __post_init__(self) -> None:
        """Refuses the top of the site, where the front page is. Raises ValueError."""
        if not self.path.strip("/"):
            raise ValueError("the tags need a folder of their own")


class Tag(Struct, frozen=True):
    """A tag that published posts have."""

    name: str
    """Its commonest spelling."""
    slug: str
    folder: str
    """Of its files in the output, ending in `/`."""
    url: str
    count: int


class TagLink(Struct, frozen=True):
    """What a post's page needs to know of a tag: nothing that changes with other posts."""

    name: str
    url: str


@hookimpl
def settings() -> type[Settings]:
    """Where tags' pages lie, and how long they are."""
    return Settings


def folded(tag: str) -> str:
    """What spellings of one tag have in common: case and Unicode form do not matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())


@hookimpl
def describe(site: Site, settings: Settings) -> Mapping[str, Any]:
    """`site.tags`: all tags, by name. `site.tag_links[spelling]`: name and address. `site.tagged[slug]`: posts."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    tagged: dict[str, list[Card]] = defaultdict(list)
    for card in site.posts:
        for key, spelling in {folded(tag): tag for tag in reversed(card.tags)}.items():
            spellings[key][spelling] += 1
            tagged[key].append(card)
    slugs = _slugs(spellings)
    tags = {
        key: Tag(
            name=_commonest(counts),
            slug=slugs[key],
            folder=_path(slugs[key], settings).removesuffix("index.html"),
            url=_url(slugs[key], site, settings),
            count=len(tagged[key]),
        )
        for key, counts in spellings.items()
    }
    links = {s: TagLink(tags[key].name, tags[key].url) for key, counts in spellings.items() for s in counts}
    return {
        "tags": tuple(sorted(tags.values(), key=lambda tag: (folded(tag.name), tag.slug))),
        "top_tags": _commonest_tags(tags.values(), settings.most),
        "tag_links": _every_spelling(links, site, tags),
        "tagged": {tags[key].slug: tuple(cards) for key, cards in tagged.items()},
        "tags_url": _url("", site, settings) if tags else "",
    }


def _commonest_tags(tags: Iterable[Tag], most: int) -> tuple[Tag, ...]:
    first = sorted(tags, key=lambda tag: (-tag.count, folded(tag.name), tag.slug))[:most]
    return tuple(sorted(first, key=lambda tag: (folded(tag.name), tag.slug)))


def _every_spelling(links: dict[str, TagLink], site: Site, tags: dict[str, Tag]) -> dict[str, TagLink]:
    for card in site.posts:
        for tag in card.tags:
            known = tags[folded(tag)]
            links.setdefault(tag, TagLink(known.name, known.url))
    return links


def _commonest(counts: Counter[str]) -> str:
    return min(counts, key=lambda spelling: (-counts[spelling], spelling))


def _slugs(keys: Iterable[str]) -> dict[str, str]:
    """An address for each tag; of tags that would share one (`a b` and `a-b`) all get a mark of their own."""
    wanted = {key: _slug(key) for key in keys}
    times = Counter(wanted.values())
    return {key: slug if times[slug] == 1 else f"{slug}-{_mark(key)}" for key, slug in wanted.items()}


def _slug(key: str) -> str:
    slug = slugify(key.replace("+", " plus ").replace("#", " sharp ")) or "tag"
    return f"{slug}-tag" if problem_with_name(slug) else slug


def _mark(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=3).hexdigest()


def _folder(settings: Settings) -> str:
    return settings.path.strip("/")


def _path(slug: str, settings: Settings, number: int = 0) -> str:
    return "/".join(
        part for part in (_folder(settings), slug, f"page/{number}" if number else "", "index.html") if part
    )


def _url(slug: str, site: Site, settings: Settings, number: int = 0) -> str:
    return url_of(_path(slug, settings, number), site.config.base)


@hookimpl
def check_site(site: Site) -> Iterable[Diagnostic]:
    """Warns about a tag that posts spell in several ways, at each post that has a rarer spelling."""
    names = {folded(tag.name): tag.name for tag in site.values["tags"]}
    for card in site.posts:
        for tag in card.tags:
            name = names[folded(tag)]
            if tag != name:
                message = f"the tag {tag!r} is taken for {name!r}, as other posts spell it"
                yield warning("tag-spelling", message, card.source, card.line, 0, f"write {name!r}")


@hookimpl
def emit(site: Site, settings: Settings) -> Iterable[Page]:
    """An index of all tags and, for each, its posts."""
    tags: tuple[Tag, ...] = site.values["tags"]
    if tags:
        yield Page(path=_path("", settings), template="tags.html", values={"tags": tags}, title="Tags")
    for tag in tags:
        for part in paginate(site.values["tagged"][tag.slug], settings.posts):
            yield _tag_page(tag, part, site, settings)


def _tag_page(tag: Tag, part: Part, site: Site, settings: Settings) -> Page:
    def url(number: int | None) -> str:
        return "" if number is None else _url(tag.slug, site, settings, number)

    return Page(
        path=_path(tag.slug, settings, part.number),
        template="tag.html",
        values={"tag": tag, "part": part, "newer": url(part.newer), "older": url(part.older)},
        title=tag.name,
        updated=max(card.updated or card.date for card in part.posts if card.date),
    )
