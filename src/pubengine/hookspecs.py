"""Every hook, in the order of a build. The hook reference of the guide is made from this file.

A plugin implements any of them as functions of the same name, marked `@hookimpl`, and takes only
the arguments that it wants. `settings` is always the plugin's own settings, as its `settings` hook
declared them, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import pluggy

from pubengine.command import Command
from pubengine.diagnostics import Diagnostic
from pubengine.files import SiteFiles
from pubengine.model import Page, Post, Site, Source
from pubengine.settings import SiteConfig

PROJECT = "pubengine"
F = TypeVar("F", bound=Callable[..., Any])

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as a hook; `tryfirst=True` puts it before the others, `trylast=True` after."""


def impure(function: F) -> F:
    """Marks a hook, a page's `make` or a function for templates that reads the clock, the network or anything else
    that the engine cannot see: what it makes is never remembered, and every build runs it again.
    """
    function.__dict__["pubengine_impure"] = True
    return function


@hookspec
def settings() -> type[Any]:  # type: ignore[empty-body]
    """What `[plugins.NAME]` of engine.toml may hold.

    When: once, before anything is read.
    Arguments: none.
    Return: a class made with `msgspec.Struct` (or a dataclass); every field needs a default.
    Caching: the values are part of the key of each of the plugin's steps.
    Example:
        class Settings(Struct, frozen=True):
            words_per_minute: int = 230

        @hookimpl
        def settings():
            return Settings
    """


@hookspec
def commands() -> Iterable[Command]:  # type: ignore[empty-body]
    """Commands of the `pubengine` program that the plugin adds.

    When: when plugins are loaded; a command runs when the command line names it.
    Arguments: none.
    Return: Command objects; a name that is taken already is an error.
    Caching: none, a command does what it does.
    Example:
        @hookimpl
        def commands():
            return [Command("hello", "greet somebody", run=lambda site, words: print("hello", *words) or 0)]
    """


@hookspec
def suffixes() -> Iterable[str]:  # type: ignore[empty-body]
    """Suffixes of the files under `content/` that the plugin's `load` wants to be asked about.

    When: once, before the content is looked for. A file with any other suffix is published as it is.
    Arguments: none.
    Return: suffixes in lower case, with the dot.
    Caching: part of the key of the content tree.
    Example:
        @hookimpl
        def suffixes():
            return [".rst"]
    """


@hookspec(firstresult=True)
def load(source: Source, site: SiteConfig, files: SiteFiles, settings: Any) -> Iterable[Post | Diagnostic] | None:
    """Turns one file into one or more posts.

    When: once for each file whose suffix some plugin claims. The first plugin that answers wins;
    a plugin of the site is asked before an installed one, that before a bundled one.
    Arguments: source - the file; site - the site's settings; files - to read other files of the site;
    settings - the plugin's own.
    Return: posts, the upper in the file first, and diagnostics; None, or nothing at all, leaves the file to others.
    `read_post(source, site, markup)` does it all for a text file with front matter. Raise ContentError
    where the file cannot be used at all.
    Caching: by the file's bytes, the arguments and the plugin's code; nothing else may decide the result.
    Example:
        @hookimpl
        def load(source, site):
            if source.suffix == ".rst":
                return [read_post(source, site, markup="rst")]
    """


@hookspec
def transform(post: Post, site: SiteConfig, files: SiteFiles, settings: Any) -> Post:  # type: ignore[empty-body]
    """Changes one post, with nothing else in sight.

    When: once for each post and page, after `load`; each plugin gets what the one before it returned.
    `post.markup` says what `post.body` is written in: Markdown before the bundled `markdown` had it,
    HTML after. A plugin of the site comes after the bundled ones; `@hookimpl(tryfirst=True)` puts it before.
    Arguments: post - the post; site - the site's settings; files - to read other files of the site;
    settings - the plugin's own.
    Return: the post, or a changed copy (`post.replace(…)`, `post.with_problem(…)`).
    Caching: by the post, the arguments and the plugin's code.
    Example:
        @hookimpl
        def transform(post):
            return post.replace(body=post.body.replace("(c)", "©")) if post.markup == "html" else post
    """


@hookspec
def check(source: Source, posts: tuple[Post, ...], site: SiteConfig, settings: Any) -> Iterable[Diagnostic]:  # type: ignore[empty-body]
    """Says what is wrong with a file's posts, changing nothing.

    When: once for each file, after all transforms.
    Arguments: source - the file; posts - its posts as they will be published; site - the site's settings;
    settings - the plugin's own.
    Return: diagnostics, made with `warning(…)` or `error(…)`.
    Caching: by the arguments and the plugin's code.
    Example:
        @hookimpl
        def check(source, posts):
            for post in posts:
                if "TODO" in post.body:
                    yield warning("todo", "a TODO is left in the text", source.path, post.line)
    """


@hookspec
def describe(site: Site, files: SiteFiles, settings: Any) -> Mapping[str, Any]:  # type: ignore[empty-body]
    """Adds what plugins know of the site as a whole, such as its tags, for templates to read.

    When: once, when all posts have become a site.
    Arguments: site - the published posts and pages; files - to read other files; settings - the plugin's own.
    Return: values by name; a template reads them as `site.NAME`. A name that another plugin took is an error.
    Caching: by what it reads of its arguments and the plugin's code.
    Example:
        @hookimpl
        def describe(site):
            return {"longest": max(site.posts, key=lambda card: card.words, default=None)}
    """


@hookspec
def check_site(site: Site, settings: Any) -> Iterable[Diagnostic]:  # type: ignore[empty-body]
    """Says what is wrong with the site as a whole, changing nothing.

    When: once, after `describe`.
    Arguments: site - the published posts and pages, with what all plugins described; settings - the plugin's own.
    Return: diagnostics, made with `warning(…)` or `error(…)`.
    Caching: by the site and the plugin's code.
    Example:
        @hookimpl
        def check_site(site):
            if not any("about" in page.slug for page in site.pages):
                yield warning("no-about-page", "nobody can tell who writes here")
    """


@hookspec
def emit(site: Site, files: SiteFiles, settings: Any) -> Iterable[Page]:  # type: ignore[empty-body]
    """Says which pages exist.

    When: once, after `describe`; `site.values` holds what all plugins described.
    Arguments: site - the published posts and pages; files - to read other files; settings - the plugin's own.
    Return: pages. Each names a template of the theme, or a function, or a file to copy, and is given
    the values that it is made from. Two pages at one path are an error that names both.
    Caching: by the site and the plugin's code; each page again by its own values.
    Example:
        @hookimpl
        def emit(site):
            yield Page(path="count.txt", make=count, values={"posts": len(site.posts)})

        def count(page, view):
            return f"{page.values['posts']} posts"
    """


@hookspec
def summarize(site: Site, pages: tuple[Page, ...], files: SiteFiles, settings: Any) -> Iterable[Page]:  # type: ignore[empty-body]
    """Says which pages exist that are about all the others, such as a sitemap.

    When: once, after every `emit`.
    Arguments: site - as for `emit`; pages - all that was emitted, by path; files - to read other files;
    settings - the plugin's own.
    Return: pages, as for `emit`.
    Caching: as for `emit`.
    Example:
        @hookimpl
        def summarize(site, pages):
            listed = [page.path for page in pages if page.listed]
            yield Page(path="paths.txt", make=lines, values={"paths": listed})
    """


@hookspec
def template_filters(settings: Any) -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Filters for the theme's templates: `{{ value | name }}`.

    When: once, before pages are rendered.
    Arguments: settings - the plugin's own.
    Return: functions by name; a name that is taken already is an error.
    Caching: the plugin's code is part of the key of each page whose template uses one.
    Example:
        @hookimpl
        def template_filters():
            return {"shout": str.upper}
    """


@hookspec
def template_functions(settings: Any) -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Functions for the theme's templates: `{{ name(value) }}`.

    When: once, before pages are rendered.
    Arguments: settings - the plugin's own.
    Return: functions by name; a name that is taken already is an error. Give them what they need as
    arguments: what a function fetches by itself cannot be known to the cache.
    Caching: as for template_filters.
    Example:
        @hookimpl
        def template_functions():
            return {"years_since": lambda post, year: post.date.year - year}
    """
