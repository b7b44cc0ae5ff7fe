"""Posts and pages in Markdown: CommonMark by markdown-it-py, with extensions that settings switch off."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.rules_core import StateCore
from markdown_it.rules_core.inline import inline as inline_rule
from markdown_it.token import Token
from msgspec import Struct

from pubengine.api import (
    SAFE_ATTRIBUTES,
    SAFE_SCHEMES,
    Post,
    SiteConfig,
    Source,
    harmful,
    hookimpl,
    leads_safely,
    read_post,
    sanitize,
    slugify,
    swallowing,
)

MAX_NESTING = 200
"""Deepest nesting of blocks; deeper is an error, where markdown-it would drop the text without a word."""

MAX_INLINE_NESTING = 20
"""Deepest nesting within a paragraph; what is deeper stays text, and a hostile paragraph costs no more than its length."""

MAX_QUOTES = 2_000
"""Most quotation marks in one paragraph that the typographer is let loose on: its time grows with their square."""

MORE = re.compile(r"\s*<!--\s*more\s*-->\s*", re.IGNORECASE)


class Settings(Struct, frozen=True):
    """What `[plugins.markdown]` may hold."""

    tables: bool = True
    """Tables with pipes, as on GitHub."""
    strikethrough: bool = True
    """`~~struck out~~`."""
    footnotes: bool = True
    """`[^1]` and `[^1]: the note`."""
    definition_lists: bool = True
    """A term on one line, `: its meaning` on the next."""
    task_lists: bool = True
    """`- [ ]` and `- [x]`."""
    anchors: bool = True
    """An id for every heading, made of its words."""
    admonitions: bool = True
    """`!!! note "Title"` and an indented text."""
    attributes: bool = True
    """`{.class #id}` after an image, a link or a code span, or above a block."""
    linkify: bool = False
    """Bare web addresses become links."""
    typographer: bool = False
    """Straight quotation marks become curly, `--` and `...` become dashes and ellipses."""
    raw_html: Literal["sanitize", "escape", "trust"] = "sanitize"
    """HTML in the text: `sanitize` keeps what cannot run code, `escape` shows it as text, `trust` keeps all."""
    link_schemes: tuple[str, ...] = SAFE_SCHEMES
    """Schemes that links may have; `["*"]` allows any."""


@hookimpl
def settings() -> type[Settings]:
    """The extensions, each a switch, and what raw HTML may do."""
    return Settings


@hookimpl
def suffixes() -> Iterable[str]:
    """The usual endings of Markdown files."""
    return [".md", ".markdown"]


@hookimpl
def load(source: Source, site: SiteConfig) -> Iterable[Post] | None:
    """A Markdown file is one post, its fields in its front matter."""
    return [read_post(source, site, markup="markdown")] if source.suffix in (".md", ".markdown") else None


@hookimpl
def transform(post: Post, settings: Settings) -> Post:
    """Turns the Markdown of a post into HTML."""
    if post.markup != "markdown":
        return post
    parser = _parser(settings)
    environment: dict[str, Any] = {"refused": []}
    parser.validateLink.refused = environment["refused"]  # type: ignore[attr-defined]  # a _LinkGate
    try:
        tokens = parser.parse(post.body, environment)
    except RecursionError:
        return _too_deep(post, None)
    if deepest := next((token for token in tokens if token.level >= MAX_NESTING - 1), None):
        return _too_deep(post, deepest)
    post = _title_from_heading(post, tokens)
    raw = settings.raw_html == "sanitize" and "<" in post.body and any(_raw(token) for token in _flat(tokens))
    if raw:
        post = _with_open_tags_shown(post, tokens)
        post = _with_safe_html(post, tokens, settings)
    body, excerpt = _render(parser, tokens, environment)
    if raw:
        body, excerpt = sanitize(body, settings.link_schemes), sanitize(excerpt, settings.link_schemes)
    post = _report(post, tokens, environment)
    return post.replace(body=body, excerpt=excerpt, markup="html")


def _too_deep(post: Post, token: Token | None) -> Post:
    line = post.body_line + token.map[0] if token and token.map else post.body_line
    message = f"blocks are nested deeper than {MAX_NESTING}, and the text below would be lost"
    return post.replace(markup="html", body="").with_problem("error", "nesting-too-deep", message, line)


# The parser: one for each set of settings, shared by all posts.


@lru_cache(maxsize=8)
def _parser(settings: Settings) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "html": settings.raw_html != "escape"})
    parser.validateLink = _LinkGate(settings.link_schemes)  # type: ignore[method-assign]
    if settings.tables:
        parser.enable("table")
        parser.add_render_rule("table_open", _open_table)
        parser.add_render_rule("table_close", _close_table)
    if settings.strikethrough:
        parser.enable("strikethrough")
    if settings.linkify:
        parser.options["linkify"] = True
        parser.enable("linkify")
    if settings.typographer:
        parser.options["typographer"] = True
        parser.enable(["replacements", "smartquotes"])
        _guard_smartquotes(parser)
    _add_plugins(parser, settings)
    parser.core.ruler.at("inline", _inline)
    parser.block.ruler.before("table", "prose", _prose)
    return parser


def _prose(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A paragraph of one line that begins with a letter: most of a post, and nothing that another rule would take.

    What begins with a letter becomes something else only by the line after it, or as the term of a definition.
    """
    first = state.src[state.bMarks[line] + state.tShift[line]]
    if not (first.isascii() and first.isalpha()) or state.is_code_block(line):
        return False
    after = line + 1
    while after < state.lineMax and state.isEmpty(after):
        after += 1
    if after < state.lineMax and (after == line + 1 or state.src[state.bMarks[after] + state.tShift[after]] in ":~"):
        return False
    return paragraph(state, line, end, silent)


def _inline(state: StateCore) -> None:
    """The rule of that name, with a limit of its own: blocks lose text at theirs, paragraphs do not."""
    options = state.md.options
    options["maxNesting"] = MAX_INLINE_NESTING
    try:
        inline_rule(state)
    finally:
        options["maxNesting"] = MAX_NESTING


class _LinkGate:
    """Lets links pass by their scheme, and remembers those that did not: they stay as text."""

    def __init__(self, schemes: tuple[str, ...]) -> None:
        self.schemes = schemes
        self.refused: list[str] = []

    def __call__(self, url: str) -> bool:
        safe = leads_safely(url, self.schemes)
        if not safe:
            self.refused.append(url)
        return safe


def _add_plugins(parser: MarkdownIt, settings: Settings) -> None:
    if settings.footnotes:
        from mdit_py_plugins.footnote import footnote_plugin

        parser.use(footnote_plugin)
        parser.add_render_rule("footnote_block_open", lambda *_: _NOTES)
        parser.add_render_rule("footnote_block_close", lambda *_: "</ol>\n</div>\n")
        parser.add_render_rule("footnote_caption", _footnote_number)
    if settings.definition_lists:
        from mdit_py_plugins.deflist import deflist_plugin

        parser.use(deflist_plugin)
    if settings.task_lists:
        from mdit_py_plugins.tasklists import tasklists_plugin

        parser.use(tasklists_plugin, label=True)
    if settings.admonitions:
        from mdit_py_plugins.admon import admon_plugin

        parser.use(admon_plugin)
    if settings.attributes:
        from mdit_py_plugins.attrs import attrs_block_plugin, attrs_plugin

        allowed = None if settings.raw_html == "trust" else sorted(SAFE_ATTRIBUTES - {"href", "src", "srcset"})
        parser.use(attrs_plugin, allowed=allowed)
        parser.use(attrs_block_plugin, allowed=allowed)
    if settings.anchors:
        parser.core.ruler.push("anchors", _anchors)


def _guard_smartquotes(parser: MarkdownIt) -> None:
    from markdown_it.rules_core.smartquotes import smartquotes

    def guarded(state: StateCore) -> None:
        crowded = [
            token for token in state.tokens
            if token.type == "inline" and token.content.count('"') + token.content.count("'") > MAX_QUOTES
        ]  # fmt: skip
        state.env.setdefault("crowded", []).extend(token.map for token in crowded if token.map)
        kept = state.tokens
        state.tokens = [token for token in kept if not any(token is one for one in crowded)] if crowded else kept
        smartquotes(state)
        state.tokens = kept

    parser.core.ruler.at("smartquotes", guarded)


def _anchors(state: StateCore) -> None:
    """Gives headings ids made of their words, each once in a post."""
    taken: set[str] = set()
    times: Counter[str] = Counter()
    for heading, inline in _headings(state.tokens):
        wanted = anchor = str(heading.attrs.get("id", "")) or slugify(_text_of(inline)) or "section"
        while anchor in taken:
            times[wanted] += 1
            anchor = f"{wanted}-{times[wanted] + 1}"
        taken.add(anchor)
        heading.attrs["id"] = anchor


def _headings(tokens: Sequence[Token]) -> Iterable[tuple[Token, Token]]:
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            yield token, tokens[number + 1]


def _text_of(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [] if child.type in _SHOWN)


_SHOWN = ("text", "code_inline", "image", "softbreak")


def _title_from_heading(post: Post, tokens: list[Token]) -> Post:
    """A post without a title takes that of the first-level heading it begins with."""
    if post.title:
        return post
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        title = " ".join(_text_of(tokens[1]).split())
        del tokens[:3]
        return post.replace(title=title)
    if (post.kind == "post" or post.slug != "index") and not any(one.code == "title-invalid" for one in post.problems):
        name = post.slug.rpartition("/")[2].replace("-", " ").replace("_", " ")
        title = name[:1].upper() + name[1:]
        hint = 'add: title = "…", or begin the text with a line: # Title'
        message = f"there is no title; the file's name makes it {title!r}"
        return post.replace(title=title).with_problem("warning", "title-missing", message, 1, hint=hint)
    return post


def _render(parser: MarkdownIt, tokens: list[Token], environment: dict[str, Any]) -> tuple[str, str]:
    """The body, and the part above `<!-- more -->`."""
    excerpt = ""
    if cut := _more_mark(tokens):
        start, end = cut
        excerpt = parser.renderer.render(tokens[:start], parser.options, environment)
        del tokens[start:end]
    return parser.renderer.render(tokens, parser.options, environment), excerpt


def _more_mark(tokens: list[Token]) -> tuple[int, int] | None:
    """First and last (exclusive) of the tokens that are the mark where the excerpt ends."""
    for number, token in enumerate(tokens):
        if token.type == "html_block" and token.level == 0 and MORE.fullmatch(token.content):
            return number, number + 1
        if token.type == "inline" and token.level == 1 and MORE.fullmatch(token.content):
            return number - 1, number + 2
    return None


_NOTES = '<hr class="footnotes-sep">\n<div class="footnotes">\n<ol class="footnotes-list">\n'


def _footnote_number(_renderer: Any, tokens: Sequence[Token], index: int, *_: Any) -> str:
    """The note's number, alike at every place that refers to it."""
    return str(tokens[index].meta["id"] + 1)


# What may be wider than the page scrolls by itself; with a tab stop it can be scrolled without a mouse.


def _open_table(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<div class="table" tabindex="0">\n' + str(renderer.renderToken(tokens, index, options, env))


def _close_table(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return str(renderer.renderToken(tokens, index, options, env)) + "</div>\n"


def _flat(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


_MADE = re.compile(
    r"</?label>|"
    r'<input class="task-list-item-checkbox"(?: checked="checked")? disabled="disabled" type="checkbox">'
)
"""What the task lists plugin makes; harmless, whoever wrote it."""


def _raw(token: Token) -> bool:
    if token.type not in ("html_block", "html_inline"):
        return False
    return not token.meta.get("made") and not _MADE.fullmatch(token.content)


def _with_open_tags_shown(post: Post, tokens: list[Token]) -> Post:
    """Tags that would take the text after them along stay as text, with a warning."""
    line = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        pieces = [piece for piece in _flat([token]) if _raw(piece)]
        for number, tag in swallowing([piece.content for piece in pieces]):
            message = f"{tag!r} is not closed where it stands, so it is shown as text"
            post = post.with_problem(
                "warning", "html-shown", message, post.body_line + line, hint="close it, or delete it"
            )
            _show(pieces[number])
    return post


def _show(piece: Token) -> None:
    """Makes a piece of HTML text."""
    if piece.type == "html_inline":
        piece.type = "text"
    else:
        piece.content = f"<p>{html.escape(piece.content.rstrip())}</p>\n"
        piece.meta["made"] = True


def _with_safe_html(post: Post, tokens: list[Token], settings: Settings) -> Post:
    """The post with a warning at each piece of HTML that is not published as it was written."""
    line = 0
    for token in tokens:
        line = token.map[0] if token.map else line
        for piece in _flat([token]):
            if not _raw(piece):
                line += piece.type in ("softbreak", "hardbreak")
                continue
            for what, offset in harmful(piece.content, settings.link_schemes):
                hint = 'trust it with [plugins.markdown] raw_html = "trust"'
                inside = ", with any text in it," if what.startswith("<") else ""
                message = f"{what} is left out of the page{inside} for it could run code"
                post = post.with_problem("warning", "html-removed", message, post.body_line + line + offset, hint=hint)
    return post


def _report(post: Post, tokens: list[Token], environment: dict[str, Any]) -> Post:
    for start, _ in environment.get("crowded", ()):
        message = f"more than {MAX_QUOTES} quotation marks in one paragraph; they stay as they are"
        post = post.with_problem("warning", "quotes-too-many", message, post.body_line + start)
    for url in dict.fromkeys(environment["refused"]):
        hint = "allow its scheme in [plugins.markdown] link_schemes"
        message = f"the link to {url!r} stays text, for its scheme is not one that is known to be harmless"
        post = post.with_problem("warning", "link-scheme", message, _line_of(url, post), hint=hint)
    for token in _flat(tokens) if "{" in post.body else ():
        for name in token.meta.get("insecure_attrs", ()):
            hint = 'trust it with [plugins.markdown] raw_html = "trust"'
            message = f"the attribute {name!r} in braces is left out"
            post = post.with_problem("warning", "html-removed", message, _line_of(f"{name}=", post), hint=hint)
    return post


def _line_of(text: str, post: Post) -> int:
    """The line of the source that a text of the body first stands in; of the body, if it is written otherwise there."""
    before, found, _ = post.body.partition(text)
    return post.body_line + (before.count("\n") if found else 0)
