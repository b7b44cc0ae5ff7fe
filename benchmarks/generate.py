"""Writes a blog of made-up posts twice: as a pubengine site and as a Hugo site.

    python benchmarks/generate.py FOLDER --posts 10000

One seed and one number of posts always give the same bytes. The prose is put together from the
words below; it means nothing, but its sentences, lists, links and tables are as long as people's are.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from datetime import date as Date
from datetime import datetime, time, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

THEME = Path(__file__).parent / "hugo-theme"
FIRST_DAY = Date(2010, 1, 1)
DAYS = 15 * 365 + 4
"""Fifteen years, the leap days of 2012, 2016, 2020 and 2024 among them."""
POSTS_PER_DAY = (1, 1, 1, 2, 2, 3, 4)
"""How many posts a day that has any has, each as likely as the others: two on average."""

TITLE = "A Measured Blog"
DESCRIPTION = "Posts that nobody wrote, for measuring how long it takes to publish them."
AUTHOR = "Nobody"
ADDRESS = "https://blog.example/"


def _words(text: str) -> list[str]:
    return text.split()


NOUNS = _words("""
    harbour kettle garden ladder winter orchard bicycle notebook lantern river market workshop station
    drawer window engine letter mountain recipe bridge library pocket island teapot blanket corner
    village compass hammer forest camera ticket candle bucket valley piano chimney postcard rooftop
    sparrow meadow tunnel saddle anchor button cellar curtain drum envelope fiddle glacier hedge inkwell
    jacket keyboard lemon mirror needle oven pebble quarry ribbon shelf thimble umbrella violin walnut
    yard zipper archive bakery canal diary estuary ferry gallery hill inn jar kiln loom mill neighbour
    opinion parcel question reason sentence thought uncle visitor weekend accident beginning conversation
    decision evening failure guess habit idea journey lesson memory number plan quarrel rumour story trick
""")
ADJECTIVES = _words("""
    quiet crooked patient early late narrow stubborn green borrowed careful distant empty familiar gentle
    heavy idle jolly keen loose modest nervous odd plain quick rusty slow tidy unlikely vivid warm yellow
    ancient brittle cheap damp eager faded grey hollow long small wooden silver ordinary honest awkward
    curious dusty elegant friendly golden humble large muddy noisy polite ragged sturdy thin useful wet
""")
VERBS = _words("""
    carried mended forgot painted noticed borrowed counted followed measured opened repaired found
    watched described drew emptied folded gathered hid invented kept lifted missed named ordered packed
    questioned remembered sorted traced unwrapped visited weighed answered built chose doubted explained
    fetched guarded heard imitated joined lost moved needed offered planted reached saved tested wanted
""")
ADVERBS = _words("""
    slowly again nearly always sometimes carefully yesterday often quietly twice hardly gladly soon at last
    later perhaps everywhere almost together suddenly patiently
""")
JOINERS = ["and", "but", "so", "because", "while", "although", "until", "before", "whenever"]
PLACES = ["behind", "under", "beside", "across", "above", "near", "inside", "beyond", "against", "without"]
OPENERS = ["In the end", "For once", "As it happens", "Of course", "That year", "By noon", "To be fair", "On Mondays"]
FOREIGN = ["café", "naïve façade", "smørrebrød", "jalapeño", "crème brûlée", "Größe", "déjà vu", "señor", "Łódź"]
TAGS = _words("""
    travel cooking photography books music gardening cycling history science software weather family work
    language art film architecture birds boats trains maps letters health money politics sport design tools
    knitting carpentry astronomy chess coffee bread cheese markets museums mountains rivers islands cities
    villages winter summer spring autumn school memory dreams radio theatre puzzles clocks paper typography
    electronics mending walking festivals neighbours opinion
""")
CODE = {
    "python": 'def {a}({b}: int) -> list[str]:\n    """The {c}, {d} times."""\n'
    '    return [f"{c} {{number}}" for number in range({b}) if number % {n} == 0]\n',
    "sh": '#!/bin/sh\nfor {a} in *.{b}; do\n    echo "{c}: $({d} "${a}" | wc -l)" # at most {n}\ndone\n',
    "javascript": "const {a} = ({b}) => {{\n  // the {c} comes first\n"
    "  return {b}.filter((one) => one.{d} > {n}).map(String);\n}};\n",
    "json": '{{\n  "{a}": {n},\n  "{b}": ["{c}", "{d}"],\n  "ready": true\n}}\n',
    "css": ".{a} > .{b} {{\n  /* {c} */\n  margin: {n}px auto;\n  color: rebeccapurple;\n}}\n",
}


class Heading(NamedTuple):
    """All that is known of a post before its text is written."""

    title: str
    slug: str
    moment: datetime
    tags: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where both engines publish it."""
        return f"/{self.moment:%Y/%m}/{self.slug}/"

    @property
    def file(self) -> str:
        """Its file below the folder of posts."""
        return f"{self.moment:%Y}/{self.moment:%Y-%m-%d}-{self.slug}.md"


def headings(posts: int, seed: int) -> list[Heading]:
    """Titles, addresses, dates and tags of that many posts, the oldest first."""
    random = Random(f"headings {seed}")
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(TAGS))))
    made: list[Heading] = []
    taken: set[str] = set()
    for moment in moments(posts, random):
        title = _title(random)
        slug = title.lower().replace(" ", "-")
        if slug in taken:
            title, slug = f"{title} {len(made)}", f"{slug}-{len(made)}"
        taken.add(slug)
        tags = dict.fromkeys(random.choices(TAGS, cum_weights=weights, k=random.choice((1, 2, 2, 3))))
        made.append(Heading(title, slug, moment, tuple(tags)))
    return made


def moments(posts: int, random: Random) -> list[datetime]:
    """When each post was published: about half as many days as posts, as long as fifteen years have enough."""
    days = random.sample(range(DAYS), min(DAYS, posts))
    chosen: list[datetime] = []
    while len(chosen) < posts:
        for day in days:
            minutes = random.sample(range(24 * 60), random.choice(POSTS_PER_DAY))
            midnight = datetime.combine(FIRST_DAY + timedelta(days=day), time())
            chosen += (midnight + timedelta(minutes=minute) for minute in minutes)
            if len(chosen) >= posts:
                break
    return sorted(chosen[:posts])


def _title(random: Random) -> str:
    patterns = ("The {a} {n}", "A {a} {n} and a {b} {m}", "How we {v} the {a} {n}", "{n} {p} the {a} {m}", "No {a} {n}")
    made = random.choice(patterns).format(
        a=random.choice(ADJECTIVES),
        b=random.choice(ADJECTIVES),
        n=random.choice(NOUNS),
        m=random.choice(NOUNS),
        v=random.choice(VERBS),
        p=random.choice(PLACES),
    )
    return made[0].upper() + made[1:]


class Writer:
    """Writes the Markdown of one post; what it writes hangs on nothing but its random numbers."""

    def __init__(self, random: Random, older: list[Heading]) -> None:
        self._random = random
        self._older = older
        self._foreign = random.random() < 1 / 3

    def body(self) -> str:
        """200 to 700 words in paragraphs, with now and then something else between them."""
        blocks = list(self._blocks(self._random.randint(200, 640)))
        if self._random.random() < 1 / 10:
            blocks.insert(self._random.randint(1, len(blocks)), self._code())
        if self._random.random() < 1 / 20:
            blocks.insert(self._random.randint(1, len(blocks)), self._table())
        return "\n\n".join(blocks) + "\n"

    def _blocks(self, words: int) -> Iterator[str]:
        written = 0
        while written < words:
            block = self._paragraph()
            yield block
            written += len(block.split())
            kind = self._random.random()
            if written >= words or kind > 0.45:
                continue
            block = self._heading() if kind < 0.2 else self._list() if kind < 0.35 else self._quote()
            yield block
            written += len(block.split())

    def _paragraph(self) -> str:
        return " ".join(self._sentence() for _ in range(self._random.randint(3, 6)))

    def _heading(self) -> str:
        return f"{'#' * self._random.choice((2, 2, 3))} {_title(self._random)}"

    def _list(self) -> str:
        numbered = self._random.random() < 0.3
        items = (self._thing() for _ in range(self._random.randint(3, 6)))
        return "\n".join(f"{number}. {item}" if numbered else f"- {item}" for number, item in enumerate(items, 1))

    def _quote(self) -> str:
        return f"> {self._sentence()}\n> {self._sentence()}"

    def _code(self) -> str:
        language = self._random.choice(list(CODE))
        a, b, c, d = self._random.sample(NOUNS, 4)
        code = CODE[language].format(a=a, b=b, c=c, d=d, n=self._random.randint(2, 99))
        return f"```{language}\n{code}```"

    def _table(self) -> str:
        rows = [f"| {n} | {self._random.choice(ADJECTIVES)} | {self._random.randint(1, 999)} |" for n in self._nouns()]
        return "\n".join(["| Thing | Kind | Count |", "| --- | --- | ---: |", *rows])

    def _nouns(self) -> list[str]:
        return self._random.sample(NOUNS, self._random.randint(3, 8))

    def _sentence(self) -> str:
        random = self._random
        clause = self._clause()
        if random.random() < 0.4:
            clause = f"{clause}, {random.choice(JOINERS)} {self._clause()}"
        if random.random() < 0.15:
            clause = f"{random.choice(OPENERS)}, {clause}"
        if self._foreign and random.random() < 0.15:
            clause = f"{clause} \N{EM DASH} {random.choice(FOREIGN)}, as it\N{RIGHT SINGLE QUOTATION MARK}s called"
        return clause[0].upper() + clause[1:] + random.choice(".....?!")

    def _clause(self) -> str:
        random = self._random
        words = [self._thing(), random.choice(VERBS), self._thing()]
        if random.random() < 0.5:
            words += [random.choice(PLACES), self._thing()]
        if random.random() < 0.3:
            words.append(random.choice(ADVERBS))
        return " ".join(words)

    def _thing(self) -> str:
        random = self._random
        noun = self._marked(random.choice(NOUNS))
        article = random.choice(("the", "the", "my", "our", "that", "every"))
        return f"{article} {random.choice(ADJECTIVES)} {noun}" if random.random() < 0.6 else f"{article} {noun}"

    def _marked(self, word: str) -> str:
        kind = self._random.random()
        if kind < 0.02:
            return f"*{word}*"
        if kind < 0.03:
            return f"**{word}**"
        if kind < 0.035:
            return f"`{word}`"
        if kind < 0.05:
            return f"[{word}]({self._target(word)})"
        return word

    def _target(self, word: str) -> str:
        if self._older and self._random.random() < 0.5:
            return self._random.choice(self._older).url
        return f"https://{word}.example/{self._random.choice(NOUNS)}"


def front_matter(post: Heading, *, hugo: bool) -> str:
    """The fields of a post. Hugo is told the address, and the year, month and day to list the post under."""
    lines = [
        f'title = "{post.title}"',
        f"date = {post.moment.isoformat()}Z",
        f"tags = {json.dumps(post.tags)}",
    ]
    if hugo:
        lines.append(f'slug = "{post.slug}"')
        lines += (f'{name} = ["{post.moment:{form}}"]' for name, form in HUGO_ARCHIVES.items())
    return "\n".join(["+++", *lines, "+++", "", ""])


HUGO_ARCHIVES = {"years": "%Y", "months": "%Y-%m", "days": "%Y-%m-%d"}

PUBENGINE_CONFIG = f"""\
title = "{TITLE}"
url = "{ADDRESS}"
description = "{DESCRIPTION}"
author = "{AUTHOR}"
language = "en"
timezone = "UTC"
id = "a-measured-blog"
"""

HUGO_CONFIG = f"""\
title = "{TITLE}"
baseURL = "{ADDRESS}"
locale = "en"
timeZone = "UTC"
enableRobotsTXT = true
disableKinds = ["section"]

[params]
description = "{DESCRIPTION}"
author = "{AUTHOR}"

[taxonomies]
tag = "tags"
year = "years"
month = "months"
day = "days"

[permalinks.page]
posts = "/:year/:month/:slug/"

[outputs]
home = ["html", "rss"]
taxonomy = ["html"]
term = ["html"]

[pagination]
pagerSize = 10
disableAliases = true

# What pubengine does not do unless asked to, Hugo does not do either, and the other way round.
[markup.goldmark.extensions]
linkify = false
[markup.goldmark.extensions.typographer]
disable = true
[markup.goldmark.parser.attribute]
block = true
[markup.highlight]
noClasses = false
"""

HUGO_TAGS = '+++\ntitle = "Tags"\n[[cascade]]\noutputs = ["html", "rss"]\n[cascade.target]\nkind = "term"\n+++\n'
"""Tags have feeds; years, months and days have none."""
HUGO_UNLISTED = '+++\n[build]\nrender = "never"\n+++\n'
"""No page that lists all months, or all days."""

ABOUT = '+++\ntitle = "About"\n+++\n\nThis blog is there to be measured.\n'
STYLE = "body { max-width: 40rem; margin: auto; font: 1.1rem/1.6 serif }\n"
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4"/></svg>\n'


def generate(folder: Path, posts: int, seed: int) -> None:
    """Writes `FOLDER/pubengine` and `FOLDER/hugo`; what was in them before goes."""
    mine, hugo = folder / "pubengine", folder / "hugo"
    for site in (mine, hugo):
        shutil.rmtree(site, ignore_errors=True)
        _write(site / "content/about.md", ABOUT)
    _write(mine / "engine.toml", PUBENGINE_CONFIG)
    _write_hugo_site(hugo)
    made = headings(posts, seed)
    for number, post in enumerate(made):
        body = Writer(Random(f"{seed} {number}"), made[max(0, number - 50) : number]).body()
        _write(mine / "content/posts" / post.file, front_matter(post, hugo=False) + body)
        _write(hugo / "content/posts" / post.file, front_matter(post, hugo=True) + body)


def _write_hugo_site(site: Path) -> None:
    _write(site / "hugo.toml", HUGO_CONFIG)
    _write(site / "content/tags/_index.md", HUGO_TAGS)
    for name in ("months", "days"):
        _write(site / "content" / name / "_index.md", HUGO_UNLISTED)
    _write(site / "static/style.css", STYLE)
    _write(site / "static/icon.svg", ICON)
    shutil.copytree(THEME, site / "layouts")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Reads the command line and writes the sites."""
    parser = argparse.ArgumentParser(description="Writes a made-up blog as a pubengine site and as a Hugo site.")
    parser.add_argument("folder", type=Path, help="where to; the sites become its folders pubengine and hugo")
    parser.add_argument("--posts", type=int, default=10_000, help="how many posts (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other posts (default: %(default)s)")
    given = parser.parse_args()
    generate(given.folder, given.posts, given.seed)


if __name__ == "__main__":
    main()
