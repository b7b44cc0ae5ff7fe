"""Writes the same blog in each engine's layout, and makes the same changes in all of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpus import Corpus, Post
from benchmarks.engines.engine import SITES, Engine

NOTE = "Thank you for reading."
"""Stands in each engine's template of a post; it is what an edit of the template changes."""


class Site:
    """One engine's site, in a folder of its own."""

    def __init__(self, folder: Path, engine: Engine, corpus: Corpus) -> None:
        self.folder = folder
        self.engine = engine
        self.corpus = corpus

    @property
    def output(self) -> Path:
        """What the engine publishes."""
        return self.folder / self.engine.output

    def lay_out(self) -> None:
        """Writes all but the posts; whatever was in the folder goes."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(SITES / self.engine.skeleton, self.folder)

    def write_post(self, post: Post, body: str) -> None:
        """Writes a post's source."""
        path = self.folder / self.engine.post_file(post)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.engine.front_matter(post) + body, "utf-8", newline="\n")

    def clean(self) -> None:
        """Removes all that earlier builds left."""
        for name in (self.engine.output, *self.engine.leftovers):
            path = self.folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def edit_post(self, word: str) -> None:
        """Adds a paragraph with the word to the post that is edited."""
        post = self.corpus.edited_post()
        self.write_post(post, f"{self.corpus.body(post)}\nThis was added later: {word}.\n")

    def edit_template(self, word: str) -> None:
        """Puts the word into the template of a post's page."""
        text = (SITES / self.engine.skeleton / self.engine.template).read_text("utf-8")
        edited = text.replace(NOTE, f"{NOTE} {word}.")
        assert edited != text, f"{self.engine.template} does not say {NOTE!r}"
        (self.folder / self.engine.template).write_text(edited, "utf-8", newline="\n")

    def rename_tag(self, name: str) -> None:
        """Writes that name instead of the renamed tag into all posts that have it."""
        for post in self.tagged():
            tags = tuple(name if tag == self.corpus.renamed_tag() else tag for tag in post.tags)
            self.write_post(post._replace(tags=tags), self.corpus.body(post))

    def tagged(self) -> list[Post]:
        """The posts that have the tag that is renamed."""
        tag = self.corpus.renamed_tag()
        return [post for post in self.corpus.posts if tag in post.tags]


def write_sites(sites: Sequence[Site], engines_folder: Path) -> None:
    """Writes one blog as several sites. `engines_folder`: where the engines are installed, each under its name."""
    for site in sites:
        site.lay_out()
        site.engine.prepare(site.folder, engines_folder / site.engine.name)
    corpus = sites[0].corpus
    for post in corpus.posts:
        body = corpus.body(post)
        for site in sites:
            site.write_post(post, body)
