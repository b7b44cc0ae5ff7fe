"""A site with one of everything that a theme has to stand: every construct, script and kind of page."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

import pytest
from msgspec import Struct

from pubengine.testing import Outcome, SiteUnderTest

ENGINE = """\
title = "Kitchen sink"
url = "{url}"
timezone = "Europe/London"
language = "{language}"
id = "kitchen"
author = "Ada Example"
description = "One of everything, so that nothing surprises."

[theme]
name = "paper"

[theme.options]
about = "A site that is there to be looked at."
footer = "Made of flour and water."
"""


VARIANTS: Mapping[str, Mapping[str, str]] = {
    "top": {"url": "https://example.org/", "language": "en-GB"},
    "folder": {"url": "https://example.org/blog/", "language": "en-GB"},
    "right to left": {"url": "https://example.org/", "language": "ar"},
}
"""The same site at the top of a host, in a folder of one, and in a language that runs the other way."""


class Kitchen(Struct, frozen=True):
    """The built site."""

    built: Outcome
    base: str
    """Path part of its address."""
    language: str

    def html(self) -> dict[str, str]:
        """The text of every page, by path."""
        return {path: self.built.page(path) for path in self.built.files() if path.endswith(".html")}

    def file_of(self, url: str) -> str:
        """Path of the published file that a path from the host's root leads to; empty if it leads out of the site."""
        if not url.startswith(self.base):
            return ""
        path = url[len(self.base) :]
        return f"{path}index.html" if path.endswith("/") or not path else path


@pytest.fixture(scope="session", params=VARIANTS)
def kitchen(request, tmp_path_factory):
    """The site in each variant, built with its drafts."""
    values = VARIANTS[request.param]
    site = SiteUnderTest(tmp_path_factory.mktemp("kitchen"))
    site.write(files(**values))
    built = site.build("--drafts")
    assert built.exit_code == 0, built.data
    return Kitchen(built, "/blog/" if values["url"].endswith("/blog/") else "/", values["language"])


def png(width: int = 4, height: int = 3) -> bytes:
    """A picture of one colour, by the PNG specification."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xb0\x60\x30" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"><path fill="#8a2f1b" d="M0 0h8v4H0z"/></svg>\n'

LOREM = (
    "It was a day like any other in the kitchen: the kettle sang, the bread rose and the cat looked on. "
    "Nobody had told the sink that it would one day hold everything, and yet it did, without complaint. "
    "So let this paragraph stand for all those that are neither short nor long, but merely there to be read.\n"
)

WIDE_TABLE = (
    "| " + " | ".join(f"Column number {n}" for n in range(1, 13)) + " |\n"
    "|" + " --- |" * 12 + "\n"
    "| " + " | ".join(f"cell_{n}_without_a_break" for n in range(1, 13)) + " |\n"
)

ELEMENTS = f"""\
# A heading of the first level in the text

{LOREM}
[TOC]

## Second level

{LOREM}
### Third level with `code` & an ampersand

#### Fourth level

##### Fifth level

###### Sixth level

Deep down. *Emphasis*, **strength**, ***both***, ~~gone~~, `code`, <kbd>Ctrl</kbd>, <mark>marked</mark>,
H<sub>2</sub>O, x<sup>2</sup>, <abbr title="HyperText">HTML</abbr>, [a link](https://example.com/), an
[inner link](./2024-10-18-tables.md), a [fragment](#second-level), an [inner fragment](./2024-10-20-notes-one.md#a-section).

## Second level

The same words again, for another id.

> A quotation of some length, which shows how the text stands in from the edge,
>
> > and another within it.

- a list
- with entries
    - and entries in them
    - two of those

      with a paragraph of its own
1. numbers
2. in order

---

- [ ] to do
- [x] done, with [a link](https://example.com/) in it
- [ ] and **more**

Term
: What it means.
: What else it means.

Another term
: Its meaning, at some length, so that it wraps around and shows where its second line begins and ends.

!!! note "Take note"
    A text in a box, with *emphasis*.

    - and a list

!!! warning
    Without a title of its own.
"""

NOTES = """\
{lorem}
<!-- more -->

## A section

One[^1] and another[^long], the first again[^1], and one on the spot^[Like this.].

[^1]: The first note.
[^long]: A longer note.

    With a second paragraph, and `code`.
"""

CODE = """\
```python
def hello(name: str = "world") -> None:
    \"\"\"Greets.\"\"\"
    print(f"Hello, {name}!", 1 + 0x2A)  # a comment that goes on and on, well past the edge of the measure, to be scrolled
    @decorator
    class A(Exception): pass
```

```sh
for f in *.txt; do echo "$f" | sed 's/a/b/g' > /dev/null; done  # loop
```

```html
<!DOCTYPE html><p class="a" id='b'>Text &amp; more</p><!-- note --><script>let a = 1;</script>
```

```diff
- old
+ new
@@ -1,2 +1,2 @@
```

```css
a:hover { color: #abc !important; margin: 0 1px; }
```

```no-such-language
nothing to see here, but a very long line that nobody has broken, so that it has to be scrolled sideways by the reader
```

    indented code, long enough that it does not fit on a narrow screen, and without a language of its own at all

And `a_very_long_inline_code_span_without_any_break_that_is_wider_than_a_phone_is_wide()` in a line.
"""

RAW = """\
<details><summary>More</summary>

Hidden *text*.

</details>

<figure>
<img src="picture.png" alt="A square" width="4" height="3">
<figcaption>A caption.</figcaption>
</figure>

<video controls src="film.mp4" poster="picture.png" width="320" height="180"></video>

<div align="center">Old <b>markup</b> &copy; <i lang="fr">d’époque</i></div>

<p id="mine">A paragraph with an id; <a href="#mine">a link to it</a>.</p>
"""

SCRIPTS = {
    "2024-10-05-japanese.md": ("日本語の題名と長い長い説明", "日本語", "吾輩は猫である。名前はまだ無い。" * 12, "ja"),
    "2024-10-05-arabic.md": ("عنوان بالعربية", "عربي", "كان يا ما كان في قديم الزمان. " * 12, "ar"),
    "2024-10-06-hindi.md": ("हिन्दी में एक शीर्षक", "हिन्दी", "यह एक अनुच्छेद है। " * 12, "hi"),
    "2024-10-06-german.md": (
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
        "Langes Wort: " + "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung" * 2 + ".",
        "de",
    ),
}

JOURNAL = f"""\
Friday, 24 October 2014

A walk in the park

{LOREM}

The swans were there too.

An evening in

{LOREM}

Sunday, 12 October 2014

There is no title here, only a sentence that goes on for so long that nobody could take it for one, comes back to where it
began and ends, after all, with a full stop.

Another paragraph of the same, with an address: https://example.com/a?b=1&c=2.
"""


def post(title: str, body: str, tags: tuple[str, ...] = (), more: str = "") -> str:
    """A Markdown file with front matter."""
    quoted = ", ".join(f"'{tag}'" for tag in tags)
    return f"+++\ntitle = '{title}'\ntags = [{quoted}]\n{more}+++\n{body}"


def files(url: str = "https://example.org/", language: str = "en-GB") -> dict[str, str | bytes]:
    """The whole site, by path."""
    posts = {
        "2024-10-20-elements.md": post("All the elements", ELEMENTS, ("elements", "C++", "C#", "long reads")),
        "2024-10-20-notes-one.md": post("Notes, one", NOTES.format(lorem=LOREM), ("notes",)),
        "2024-10-20-notes-two.md": post("Notes, two", NOTES.format(lorem=LOREM), ("notes",)),
        "2024-10-20-notes-whole.md": post(
            "Notes without a break", NOTES.format(lorem=LOREM).replace("<!-- more -->", ""), ("notes",)
        ),
        "2024-10-19-code.md": post(
            "Code in several languages & <angle> “quotes”",
            CODE,
            ("code", "elements"),
            "date = 2024-10-19T14:30:00+01:00\nupdated = 2024-10-22T09:00:00Z\nauthors = ['Bob', 'Carol & Co']\n",
        ),
        "2024-10-18-tables.md": post(
            "Tables", f"| a | b | c |\n|---|:-:|--:|\n| 1 | 2 | 3 |\n| *x* | `y` | z |\n\n{WIDE_TABLE}", ("elements",)
        ),
        "2024-10-17-raw.md": post("Raw markup", RAW, ("elements",), "description = 'What a browser knows.'\n"),
        "2024-10-16-pictures.md": post(
            "Pictures",
            '![A square](picture.png)\n\n![](picture.png)\n\n![A drawing](drawing.svg "with a title")\n',
            ("pictures",),
            "aliases = ['/old/pictures.html', '/older/pictures/']\n",
        ),
        "2024-10-16-file.md": post(
            "A file to fetch", "[Fetch it](notes.pdf), or look [at the top](/).\n", ("pictures",)
        ),
        "2024-10-15-long-title.md": post(
            "A title that is far longer than a title ought to be, for it was written by someone who could not stop, "
            "and goes on to say everything that the text below then says again",
            LOREM,
            tuple(f"tag {n}" for n in range(12)),
        ),
        "2024-10-14-draft.md": post("A draft", LOREM, ("notes",), "draft = true\n"),
        "2024-10-13-unbroken.md": post("Unbroken", "x" * 400 + f"\n\nhttps://example.com/{'path/' * 60}\n"),
        "2024-10-13-empty.md": post("Nothing but a title", ""),
        "picture.png": png(),
        "film.mp4": b"\0",
        "notes.pdf": b"%PDF-1.4\n",
        "drawing.svg": SVG,
        "journal.txt": JOURNAL,
    }
    for name, (title, tag, body, tongue) in SCRIPTS.items():
        posts[name] = post(title, f"{body}\n", (tag, "scripts"), f"lang = '{tongue}'\n")
    for number in range(34):
        name = f"20{14 + number // 4:02}-{1 + number % 12:02}-{1 + number % 27:02}-filler-{number}.md"
        posts[name] = post(f"Filler {number}", LOREM * (1 + number % 3), (f"tag {number % 5}", "filler"))
    return {
        "engine.toml": ENGINE.format(url=url, language=language),
        **{f"content/posts/{name}": text for name, text in posts.items()},
        "content/about.md": "+++\ntitle = 'About'\n+++\n" + LOREM + "\n## Who\n\n" + LOREM,
        "content/guides/index.md": "+++\ntitle = 'Guides'\n+++\n[The first](first.md)\n",
        "content/guides/first.md": "+++\ntitle = 'The first guide'\n+++\n![A square](square.png)\n\n"
        + ELEMENTS.replace("./2024-10-18-tables.md", "../posts/2024-10-18-tables.md").replace(
            "./2024-10-20-notes-one.md", "../posts/2024-10-20-notes-one.md"
        ),
        "content/guides/square.png": png(),
    }
