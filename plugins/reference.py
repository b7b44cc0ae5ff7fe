"""The reference pages of the guide, made from the engine itself, so that they cannot disagree with it.

`guide/hooks/` from the hook specifications, `guide/plugins/` from the bundled plugins and their
settings, `guide/settings/` from the classes that engine.toml is read into.
"""

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup, escape

from pubengine import hookspecs, settings
from pubengine.api import Link, Page, Site, hookimpl, url_of
from pubengine.implementations import HOOKS
from pubengine.plugin_docs import attribute_docs, describe_settings
from pubengine.plugin_files import BUNDLED

PAGES = (
    ("hooks", "Hooks", "Every hook that a plugin can implement, in the order of a build."),
    ("plugins", "Bundled plugins", "What every site gets, and what can be set under [plugins.NAME] in engine.toml."),
    ("settings", "engine.toml", "Every key of engine.toml, with its default."),
)


@hookimpl
def describe(site: Site) -> Mapping[str, Any]:
    """`site.guide`: links to the guide's pages, in the order that each page's field `order` gives."""
    written = [page for page in site.pages if page.path.startswith("guide/")]
    written.sort(key=lambda page: (page.meta.get("order", 100), page.path))
    made = [Link(title, url_of(f"guide/{name}/index.html", site.config.base)) for name, title, _ in PAGES]
    return {"guide": (*(Link(page.title, page.url) for page in written), *made)}


@hookimpl
def template_filters() -> Mapping[str, Callable[..., Any]]:
    """`prose`: text in which what stands between backticks is code."""
    return {"prose": lambda text: Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))}  # noqa: S704 - escaped


@hookimpl
def emit() -> Iterable[Page]:
    """The three reference pages."""
    makers = {"hooks": _hooks, "plugins": _plugins, "settings": _settings}
    for name, title, about in PAGES:
        values = {"entries": list(makers[name]()), "about": about}
        yield Page(path=f"guide/{name}/index.html", template="reference.html", values=values, title=title)


def _entry(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "signature": "", "paragraphs": [], "terms": [], "example": "", **more}


def _hooks() -> Iterator[dict[str, Any]]:
    for name in HOOKS:
        hook = getattr(hookspecs, name)
        text, _, example = (inspect.getdoc(hook) or "").partition("\nExample:\n")
        about, *parts = re.split(r"^(When|Arguments|Return|Caching): ", text, flags=re.MULTILINE)
        yield _entry(
            name,
            signature=_signature(hook, name),
            paragraphs=[_joined(about)],
            terms=[(label, _joined(meaning)) for label, meaning in zip(parts[::2], parts[1::2], strict=True)],
            example=inspect.cleandoc(example),
        )


def _signature(hook: Any, name: str) -> str:
    signature = inspect.signature(hook)
    arguments = ", ".join(f"{one.name}: {one.annotation}" for one in signature.parameters.values())
    return f"def {name}({arguments}) -> {signature.return_annotation}"


def _plugins() -> Iterator[dict[str, Any]]:
    for name in BUNDLED:
        module = importlib.import_module(f"pubengine.plugins.{name}")
        kind = module.settings() if hasattr(module, "settings") else None
        paragraphs = [_joined(one) for one in (inspect.getdoc(module) or "").split("\n\n")]
        declared = describe_settings(kind, kind()) if kind else []
        yield _entry(
            name,
            paragraphs=paragraphs,
            terms=[
                (f"{one['name']} = {json.dumps(one['value'], ensure_ascii=False)}", one["about"]) for one in declared
            ],
        )


def _settings() -> Iterator[dict[str, Any]]:
    tables = {"": settings.SiteConfig, "permalinks": settings.Permalinks, "theme": settings.ThemeConfig,
              "build": settings.BuildConfig, "plugins": settings.PluginsConfig}  # fmt: skip
    for table, kind in tables.items():
        defaults = dict(zip(kind.__struct_fields__[::-1], kind.__struct_defaults__[::-1], strict=False))
        for name, meaning in attribute_docs(kind).items():
            if (table, name) != ("plugins", "settings"):
                yield _entry(f"{table}.{name}".lstrip("."), paragraphs=[meaning, _default(defaults.get(name))])


def _default(value: Any) -> str:
    if callable(getattr(value, "factory", None)):
        value = value.factory()
    if isinstance(value, tuple):
        value = list(value)
    return "Must be given." if value is None else f"Default: {json.dumps(value, ensure_ascii=False)}"


def _joined(text: str) -> str:
    return " ".join(text.split())
