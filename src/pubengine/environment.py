"""What decides what a source or a page becomes, besides itself: code, libraries, settings of plugins, each by name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from pubengine.digests import digest_of_texts
from pubengine.fingerprints import engine_fingerprint, module_digests, surroundings
from pubengine.plugin_files import LoadedPlugin
from pubengine.registry import Registry
from pubengine.settings import Config

LOADING = ("suffixes", "load", "transform", "check")
"""The hooks that a source goes through."""
IN_TEMPLATES = ("template_filters", "template_functions")
"""The hooks that lend templates words of their own."""


class Environment(Struct, frozen=True):
    """Hashes by the names of what they are of, as messages show them."""

    parts: dict[str, str]

    @property
    def digest(self) -> str:
        """The hash of all."""
        return digest_of_texts(part for item in self.parts.items() for part in item)

    def first_difference(self, other: dict[str, str]) -> str:
        """The name of something that differs, or an empty string."""
        names = [*self.parts, *other]
        return next((name for name in names if self.parts.get(name) != other.get(name)), "")


def loading_environment(registry: Registry, config: Config, modules: Iterable[str]) -> Environment:
    """What decides what a file becomes, besides its bytes and what it is seen to read.

    `modules`: files of modules that plugins import while they run.
    """
    parts = {
        "the engine": engine_fingerprint(),
        "[build] max_post_size": str(config.build.max_post_size),
        "[permalinks]": config.permalinks.posts,
        "the path of url": config.site.base,
    }
    return Environment(parts | plugin_parts(registry, config, LOADING, modules))


def plugin_parts(registry: Registry, config: Config, hooks: tuple[str, ...], modules: Iterable[str]) -> dict[str, str]:
    """Code and settings of the plugins that implement any of those hooks, in their order."""
    parts = {}
    foreign = False
    for plugin in registry.plugins:
        if any(hook in hooks for hook in registry.hooks_of(plugin)):
            parts[f"the plugin {plugin.name!r}"] = plugin_digest(plugin, config)
            foreign |= plugin.where != "bundled"
    if foreign and (files := sorted(modules)):
        parts["modules that plugins import"] = module_digests(files)
    parts["the order of plugins"] = digest_of_texts(parts)
    return parts


def plugin_digest(plugin: LoadedPlugin, config: Config) -> str:
    """The hash of a plugin's code and of its settings as engine.toml gives them."""
    around = "" if plugin.where == "bundled" else surroundings()
    settings = config.plugins.settings.get(plugin.name, {})
    return digest_of_texts([plugin.where, plugin.fingerprint, around, _canonical(settings)])


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)
