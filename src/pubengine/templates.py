"""Which templates a page's template stands on: those it extends, includes and imports, and theirs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from jinja2 import Environment, TemplateError, meta

from pubengine.digests import digest_of, digest_of_texts
from pubengine.themes import Theme


class Sources:
    """The templates of a theme by the names that templates call them: `base.html`, or `paper/base.html`."""

    def __init__(self, theme: Theme) -> None:
        self._data: dict[str, bytes] = {}
        layers = [(layer.name, dict(_read(os.path.join(layer, "templates")))) for layer in theme.layers]
        for _, templates in layers:
            self._data = {**templates, **self._data}
        for theme_name, templates in dict(layers).items():  # by the name of a theme only what no plain name has
            self._data = {f"{theme_name}/{name}": data for name, data in templates.items()} | self._data
        self._digests = {name: digest_of(data) for name, data in self._data.items()}
        self.digest = digest_of_texts(part for item in sorted(self._digests.items()) for part in item)
        """The hash of all."""

    def references(self) -> dict[str, list[str] | None]:
        """Which others each template names; None where it computes the name, so that it could be any."""
        environment = Environment(autoescape=True)
        return {name: _referenced(data, environment) for name, data in sorted(self._data.items())}

    def closure(self, template: str, references: Mapping[str, list[str] | None]) -> str:
        """The hash of a template and of all that it stands on."""
        reached = self.reached(template, references)
        if reached is None:
            return self.digest
        return digest_of_texts(part for name in reached for part in (name, self._digests.get(name, "")))

    @staticmethod
    def reached(template: str, references: Mapping[str, list[str] | None]) -> list[str] | None:
        """Names of a template and of all that it stands on, sorted; None where that could be any."""
        reached: dict[str, None] = {}
        waiting = [template]
        while waiting:
            name = "/".join(part for part in waiting.pop().split("/") if part not in ("", "."))  # as Jinja finds it
            if name in reached:
                continue
            reached[name] = None
            named = references.get(name, [])
            if named is None:
                return None
            waiting += named
        return sorted(reached)


def _read(folder: str) -> Iterable[tuple[str, bytes]]:
    for inside, _, names in os.walk(folder, followlinks=True):
        for name in names:
            path = os.path.join(inside, name)
            try:
                with open(path, "rb") as file:
                    yield os.path.relpath(path, folder).replace(os.sep, "/"), file.read()
            except OSError:
                continue  # whoever needs it will say so


def _referenced(data: bytes, environment: Environment) -> list[str] | None:
    try:
        names = list(meta.find_referenced_templates(environment.parse(data.decode("utf-8"))))
    except (TemplateError, UnicodeDecodeError, RecursionError):
        return None
    known = [name for name in names if name is not None]
    return known if len(known) == len(names) else None
