"""What the site under change is made of: texts, settings, templates and plugins, each in several versions."""

from __future__ import annotations

from typing import Any

import tomli_w
import yaml
from hypothesis import strategies as st

from pubengine import testing

TEXTS = (
    "content/posts/a.md", "content/posts/b.md", "content/posts/2024-05-03-c.md", "content/posts/2024-10-26-d.md",
    "content/posts/2024/e.markdown", "content/posts/bundle/index.md", "content/posts/deep/er/index.md",
    "content/about.md", "content/notes/index.md", "content/notes/more.md",
)  # fmt: skip
JOURNAL = "content/posts/journal.txt"
FILES = (
    "content/robots.txt", "content/owl.png", "content/posts/bundle/owl.png", "content/notes/plan.pdf",
    "content/posts/loose.png", "content/.well-known/x", "content/a/b.html", "content/posts/unread.org",
)  # fmt: skip
"""Files that are published as they are."""

NOW = testing.NOW
HOUR = 3600
DATES = (
    "2024-05-01", "2024-05-02", "2024-05-02 10:00", "2024-05-02T23:30:00+02:00", "2024-10-26", "2024-10-27 01:30",
    "2024-10-27 04:00", "2024-10-27 12:00", "2024-10-28", "2025-01-01",
)  # fmt: skip
MOMENTS = (
    NOW,
    NOW,
    NOW,
    NOW + HOUR,
    NOW + 12 * HOUR,
    NOW + 36 * HOUR,
    NOW + 100 * 24 * HOUR,
    NOW - 48 * HOUR,
    NOW - HOUR,
)
"""Of builds; some of the dates lie between them."""

WORDS = ("owl", "kettle", "rain", "harbour", "lamp")
TITLES = ("Owl", "Kettle & Co", "Rain <b>", "Harbour", "Lamp", "")
TAGS = ("Red", "red", "blue", "Blue Green", "blue-green", "C++")


def _links() -> st.SearchStrategy[str]:
    targets = ("a.md", "b.md", "2024-05-03-c.md", "bundle/index.md", "bundle/owl.png", "../about.md", "../notes/more.md",
               "#h", "/about/", "/2024/05/a/", "https://example.org/x", "loose.png", "nowhere.md")  # fmt: skip
    return st.sampled_from(targets).map(lambda to: f"See [that]({to}) and ![image]({to}).\n")


PARAGRAPHS = st.one_of(
    st.sampled_from(WORDS).map(lambda word: f"A {word} in the night.\n"),
    _links(),
    st.sampled_from((
        "## A heading {#h}\n", "<!-- more -->\n", "```python\nx = 1\n```\n", "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "A note.[^1]\n\n[^1]: Below.\n", "<script>x</script>\n", "~~gone~~ fail-here\n", "- [ ] a task\n",
    )),
)  # fmt: skip
BODIES = st.lists(PARAGRAPHS, min_size=1, max_size=4).map("\n".join)


@st.composite
def front_matters(draw: st.DrawFn, *, dated: bool) -> dict[str, Any]:
    """Fields of a post or page; most of them often left out."""
    fields: dict[str, Any] = {"title": draw(st.sampled_from(TITLES))}
    if dated:
        fields["date"] = draw(st.sampled_from(DATES))
    more: dict[str, st.SearchStrategy[Any]] = {
        "tags": st.lists(st.sampled_from(TAGS), max_size=3, unique=True),
        "draft": st.booleans(),
        "expires": st.sampled_from(("2024-10-27 06:00", "2024-10-28", "2026-01-01")),
        "updated": st.sampled_from(("2024-10-01", "2024-10-20 12:00")),
        "aliases": st.sampled_from((["/old/"], ["/older/", "/oldest.html"], ["/2024/05/a/"])),
        "description": st.sampled_from(WORDS),
        "slug": st.sampled_from(("a", "own-slug", "über")),
        "id": st.sampled_from(("one", "two")),
        "authors": st.just(["Ann"]),
        "mood": st.sampled_from(WORDS),
    }
    for name in draw(st.sets(st.sampled_from(sorted(more)), max_size=3)):
        fields[name] = draw(more[name])
    return fields


def toml_text(fields: dict[str, Any], body: str) -> str:
    """A file with TOML front matter."""
    return f"+++\n{tomli_w.dumps(fields)}+++\n{body}"


def yaml_text(fields: dict[str, Any], body: str) -> str:
    """A file with YAML front matter."""
    return f"---\n{yaml.safe_dump(fields, allow_unicode=True)}---\n{body}"


BROKEN = (
    "+++\ntitle = \n+++\nText.\n",
    "---\ntitle: [\n---\n",
    "",
    "+++\ntitel = 'x'\ndate = 'never'\n+++\nx\n",
    b"\xff\xfe",
)


@st.composite
def texts(draw: st.DrawFn, path: str) -> str | bytes:
    """The file of a post or page, now and then a broken one."""
    if draw(st.integers(0, 15)) == 0:
        return draw(st.sampled_from(BROKEN))
    fields = draw(front_matters(dated="posts" in path))
    return draw(st.sampled_from((toml_text, yaml_text)))(fields, draw(BODIES))


JOURNALS = st.lists(
    st.tuples(st.sampled_from((24, 18, 16)), st.sampled_from(TITLES[:-1]), st.sampled_from(WORDS)), max_size=3
).map(
    lambda days: "".join(
        f"{('Friday', 'Saturday', 'Thursday')[(24, 18, 16).index(day)]}, {day} October 2014\n\n{title}\n\nThere was a {word}.\n\n"
        for day, title, word in days
    )
)

# engine.toml

SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(("Test", "Another test")),
    "url": st.sampled_from(("https://example.org/", "https://example.org/blog/", "http://localhost:8000/")),
    "timezone": st.sampled_from(("Europe/London", "Asia/Tokyo", "America/Los_Angeles", "UTC")),
    "language": st.sampled_from(("en-GB", "de", "ar")),
    "description": st.sampled_from(("", "About owls")),
    "author": st.sampled_from(("", "Ann")),
    "id": st.sampled_from(("test", "")),
    "date_format": st.sampled_from(("full", "short", "EEEE, d MMMM y")),
    "menu": st.sampled_from(([], [{"title": "About", "url": "/about/"}], [{"title": "Us", "url": "/about/"}])),
    "permalinks.posts": st.sampled_from(("/{year}/{month}/{slug}/", "/{slug}/", "/{year}/{month}/{day}/{slug}.html")),
    "theme.name": st.sampled_from(("paper", "mine")),
    "theme.options.footer": st.sampled_from(("", "The end")),
    "theme.options.sidebar": st.booleans(),
    "theme.options.excerpts": st.booleans(),
    "theme.words.tags": st.sampled_from(("Tags", "Labels")),
    "build.max_post_size": st.sampled_from((5_000_000, 120)),
    "plugins.disable": st.lists(
        st.sampled_from(("tags", "archives", "feeds", "sitemap", "journal", "contents", "data", "aliases", "front_page")),
        max_size=2, unique=True,
    ),
    "plugins.order": st.sampled_from(([], ["tags"], ["sitemap", "feeds"])),
    "plugins.feeds.posts": st.sampled_from((20, 2)),
    "plugins.feeds.content": st.sampled_from(("full", "excerpt")),
    "plugins.front_page.posts": st.sampled_from((10, 1)),
    "plugins.front_page.path": st.sampled_from(("", "blog")),
    "plugins.archives.days": st.booleans(),
    "plugins.tags.posts": st.sampled_from((50, 1)),
    "plugins.tags.path": st.sampled_from(("tags", "labels")),
    "plugins.journal.titles": st.sampled_from(("detect", "first")),
    "plugins.markdown.tables": st.booleans(),
    "plugins.markdown.footnotes": st.booleans(),
    "plugins.markdown.titel": st.just(1),
}  # fmt: skip
"""Keys of engine.toml with what they may be; one is wrong."""

FIRST: dict[str, Any] = {
    "title": "Test", "url": "https://example.org/", "timezone": "Europe/London", "language": "en-GB", "id": "test",
}  # fmt: skip


def engine(settings: dict[str, Any]) -> str:
    """The text of engine.toml."""
    root: dict[str, Any] = {}
    for key, value in settings.items():
        *tables, name = key.split(".")
        table = root
        for one in tables:
            table = table.setdefault(one, {})
        table[name] = value
    return tomli_w.dumps(root)


# Themes

TEMPLATES = {
    "post.html": (
        '{% extends "paper/post.html" %}{% block under_title %}{% include "part.html" %}{% endblock %}',
        '{% extends "base.html" %}{% block main %}{{ content(post) }}{{ post.meta.mood }}{% endblock %}',
        '{% extends "base.html" %}{% from "own/macros.html" import show with context %}{% block main %}{{ show(post) }}{% endblock %}',
        '{% extends "paper/post.html" %}{% block under_title %}{% if word is defined %}{{ word() | loud }}{% endif %}{% endblock %}',
        '{% extends "base.html" if post.title else "paper/base.html" %}{% block main %}{{ post.title }}{% endblock %}',
        "{% block broken",
    ),
    "part.html": (
        "{{ post.title }}", "Part. {{ site.posts | length }}", "{% for p in site.posts[:2] %}{{ p.title }}{% endfor %}",
        "{{ site.posts[0].title if site.posts }}", "{{ site.data.words.word if site.data is defined }}",
        "{% for p in site.posts if 'red' in p.tags %}{{ p.url }}{% endfor %}", "{{ asset('style.css') }}",
        "{{ site.counted.total if site.counted is defined }}", '{% include ["other.html", "part.htm"] ignore missing %}',
        "{{ misspelt }}", "{{ (site.posts | map(attribute='title') | sort | join(' ')) }}",
        "{{ site.posts | selectattr('words', 'gt', 3) | list | length }}", "{{ site.pages | tojson }}",
        "{% for key, value in (site.data | default({})).items() %}{{ key }}{% endfor %}{{ page.title }}",
        "{% for day, ps in site.posts | by_day %}{{ day | day }}{{ ps | length }}{% endfor %}", "{{ site.timezone }}{{ site.base }}",
        "{% for t, ps in site.posts | groupby('title') %}{{ t }}{% endfor %}", "{{ site.posts[-1].url if site.posts }}",
        "{{ 'x' if site.newest is defined and site.newest and site.newest[0] == post }}", "{{ site.posts == site.pages }}",
        "{{ site.recent.last.title if site.recent is defined and site.recent.last }}", "{{ dict(site.recent | default({})) | length }}",
    ),
    "other.html": ("other", "another"),
    "own/macros.html": (
        "{% macro show(p) %}<i>{{ p.title }}</i>{% endmacro %}",
        '{% macro show(p) %}<b>{% include "part.html" %}</b>{% endmacro %}',
    ),
    "own/listing.html": (
        '{% extends "base.html" %}{% block main %}{% for p in listed %}{{ p.title }} {{ p.summary }}{% endfor %}{% endblock %}',
        "{% for p in listed %}{{ excerpt(p) }}{% endfor %}{{ words.tags }}{{ theme.footer }}",
    ),
    "base.html": ("<title>{{ site.title }}</title>{% block main %}{% endblock %}{% block under_title %}{% endblock %}",),
    "day.html": ("day {{ page.title }} {{ page.url }}",),
}  # fmt: skip
ASSETS = {
    "style.css": ("a {}", "b {}"), "own.js": ("1", "2"), "deep/x.txt": ("", "x"),
    "icon.svg": ("<svg xmlns='http://www.w3.org/2000/svg'/>",),
}  # fmt: skip
MINE = (
    'inherits = "paper"\n',
    'inherits = "paper"\n[words]\ntags = "Marks"\n',
    'inherits = "paper"\n[options]\nfooter = "Mine"\n',
    "inherits =\n",
)

# Other files that plugins read

DATA = {
    "data/words.toml": ('word = "one"\n', 'word = "two"\n', "word = 1\n", "word =\n"),
    "data/list.csv": ("a,b\n1,2\n", "a,b\n1,3\n"),
    "data/deep/x.json": ('{"k": [1, 2]}', '{"k": [2, 1]}', "{"),
    "extra/opened.txt": ("one", "two", "three"),
    "extra/listed-1.txt": ("x",),
    "extra/listed-2.txt": ("y", "z"),
    "lib/sitewords.py": ("WORD = 'one'\n", "WORD = 'seven'\n", "WORD = 'thirteen'\n"),
}  # fmt: skip
"""The lengths of the module's versions differ, or Python itself would not notice all changes within a second."""
