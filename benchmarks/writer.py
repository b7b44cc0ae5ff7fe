"""Writes prose that means nothing, but whose sentences, lists, links and tables are as long as people's are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from benchmarks.vocabulary import ADJECTIVES, ADVERBS, CODE, FOREIGN, JOINERS, NOUNS, OPENERS, PLACES, VERBS


def title(random: Random) -> str:
    """What a post, or a part of one, may be called."""
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

    def __init__(self, random: Random, older: Sequence[str]) -> None:
        """`older`: addresses of posts that this one may link to."""
        self._random = random
        self._older = older
        self._foreign = random.random() < 1 / 3

    def body(self) -> str:
        """300 to 800 words in paragraphs, about 500 on average, with now and then something else between them."""
        blocks = list(self._blocks(self._random.randint(250, 690)))
        if self._random.random() < 1 / 5:
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
        return f"{'#' * self._random.choice((2, 2, 3))} {title(self._random)}"

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
            return self._random.choice(self._older)
        return f"https://{word}.example/{self._random.choice(NOUNS)}"
