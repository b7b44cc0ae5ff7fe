"""A blog of made-up posts. One seed and one number of posts always give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date as Date
from datetime import datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from benchmarks.vocabulary import TAGS
from benchmarks.writer import Writer, title

FIRST_DAY = Date(2010, 1, 1)
DAYS = 15 * 365 + 4
"""Fifteen years, the leap days of 2012, 2016, 2020 and 2024 among them."""
POSTS_PER_DAY = (1, 1, 1, 2, 2, 3, 4)
"""How many posts a day that has any has, each as likely as the others: two on average."""
NEAR = 50
"""How many of the posts before it a post may link to."""


class Post(NamedTuple):
    """All that is known of a post but its text."""

    number: int
    """From 0, the oldest."""
    title: str
    slug: str
    moment: datetime
    """When it was published, in UTC."""
    tags: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where every engine publishes it, from the root of the site."""
        return f"/{self.moment:%Y/%m}/{self.slug}/"


class Corpus:
    """The posts, the oldest first; `body` gives the Markdown of each."""

    def __init__(self, posts: int, seed: int) -> None:
        self.seed = seed
        self.posts: Sequence[Post] = _posts(posts, Random(f"headings {seed}"))

    def body(self, post: Post) -> str:
        """Its text, in Markdown; the same whenever it is asked for."""
        older = [one.address for one in self.posts[max(0, post.number - NEAR) : post.number]]
        return Writer(Random(f"{self.seed} {post.number}"), older).body()

    def edited_post(self) -> Post:
        """The post that is edited: one of the newer half, but too old for the site's feed and front page."""
        return self.posts[len(self.posts) * 3 // 4]

    def renamed_tag(self) -> str:
        """The tag that is renamed: as many have more posts as have fewer."""
        counts = Counter(tag for post in self.posts for tag in post.tags)
        ranked = sorted(counts, key=lambda tag: (-counts[tag], tag))
        return ranked[len(ranked) // 2]


def _posts(posts: int, random: Random) -> list[Post]:
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(TAGS))))
    made: list[Post] = []
    taken: set[str] = set()
    for number, moment in enumerate(_moments(posts, random)):
        name = title(random)
        slug = name.lower().replace(" ", "-")
        if slug in taken:
            name, slug = f"{name} {number}", f"{slug}-{number}"
        taken.add(slug)
        tags = dict.fromkeys(random.choices(TAGS, cum_weights=weights, k=random.choice((1, 2, 2, 3))))
        made.append(Post(number, name, slug, moment, tuple(tags)))
    return made


def _moments(posts: int, random: Random) -> list[datetime]:
    """About half as many days as posts, as long as fifteen years have enough."""
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
