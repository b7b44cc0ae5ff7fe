"""Pieces that many pages have in common: macros, remembered by what they are called with, and what they read.

A macro of a template that is imported without context sees nothing of the page but its arguments. So what
it makes of the same arguments is the same all through a build; it is made once in each process, and what
it read of the site is noted for every page that it stands on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from jinja2 import Environment, Template, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from jinja2.nodes import EvalContext, Macro
from jinja2.runtime import Context
from jinja2.runtime import Macro as MacroObject

from pubengine.model import Card
from pubengine.tracking import Path
from pubengine.view import IMPURE

MOST = 800
"""How many pieces a process remembers; those of one page are asked for again soon, by its neighbours, or not at all."""
TRIES = 1_000
"""So many pieces are remembered of each macro before it is asked whether that is worth it."""
WORTHLESS = 20
"""It is not, if it was called so many times as often with new arguments as with known ones."""


class Fragments:
    """The pieces that one process remembers for one site.

    `apart` gives what is read while a piece is made; `note` notes it for another page.
    """

    def __init__(
        self, apart: Callable[[], AbstractContextManager[set[Path]]], note: Callable[[set[Path]], None]
    ) -> None:
        self._apart = apart
        self._note = note
        self._modules: dict[str | None, Piece] = {}
        self._pieces: OrderedDict[Hashable, Piece] = OrderedDict()

    def module(self, name: str | None, make: Callable[[], Any]) -> Any:
        """The module of a template that was imported without context."""
        if name not in self._modules:
            with self._apart() as reads:
                self._modules[name] = Piece(make(), reads, ())
        piece = self._modules[name]
        if piece.reads:
            self._note(piece.reads)
        return piece.made

    def known(self, key: Hashable) -> Piece | None:
        """The piece that was made for that key, noted to be part of the page; None if there is none."""
        piece = self._pieces.get(key)
        if piece:
            self._pieces.move_to_end(key)
            self._note(piece.reads)
        return piece

    def make(self, key: Hashable, arguments: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """Makes a piece of those arguments, and remembers it."""
        with self._apart() as reads:
            made = make()
        if IMPURE not in reads:
            self._pieces[key] = Piece(made, reads, arguments)
            if len(self._pieces) > MOST:
                self._pieces.popitem(last=False)
        return made


class Piece(NamedTuple):
    """What was made, and what was read for it."""

    made: Any
    reads: set[Path]
    arguments: tuple[Any, ...]
    """Held, so that no other object can come to have the identity of one that the key names."""


class FragmentGenerator(CodeGenerator):
    """Compiles templates so that the environment is asked about each macro that a template defines."""

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """Writes the expression that makes a macro."""
        if isinstance(macro_ref.node, Macro):
            self.write("environment.remembering(")
            super().macro_def(macro_ref, frame)
            self.write(")")
        else:  # a call block, which sees what stands around it
            super().macro_def(macro_ref, frame)


class FragmentTemplate(Template):
    """A template whose macros are remembered where it is imported without context."""

    environment: FragmentEnvironment

    # What `{% import %}` and `{% from %}` call; the public `make_module` is not called again for each page.
    # The context is another template's; all of them have the same globals here.
    def _get_default_module(self, ctx: Context | None = None) -> Any:  # noqa: ARG002 - as in the class above
        return self.environment.fragments.module(self.name, self._module_without_context)

    def _module_without_context(self) -> Any:
        before, self.environment.without_context = self.environment.without_context, True
        try:
            return self.make_module()
        finally:
            self.environment.without_context = before


class FragmentEnvironment(Environment):
    """An environment that remembers pieces of pages."""

    template_class = FragmentTemplate
    code_generator_class = FragmentGenerator
    fragments: Fragments
    without_context = False
    """Whether a template is being run that sees nothing of any page."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template, complete by now, as a plain dict, which Jinja copies for each page."""
        return {**self.globals, **(d or {})}

    def remembering(self, macro: MacroObject) -> MacroObject | _Remembered:
        """The macro, or one that remembers what it made, if that hangs on its arguments alone."""
        return _Remembered(macro, self.fragments) if self.without_context else macro


class _Remembered:
    """A macro that is called anew only for arguments that it was not called with before."""

    def __init__(self, macro: MacroObject, fragments: Fragments) -> None:
        self._macro = macro
        self._fragments = fragments
        self._hits = self._misses = 0
        self.name = macro.name
        self.arguments = macro.arguments

    @pass_eval_context
    def __call__(self, context: EvalContext, *arguments: Any, **named: Any) -> Any:
        if self._misses > max(TRIES, WORTHLESS * self._hits):
            return self._macro(context, *arguments, **named)
        given = (*arguments, *named.values())
        key = _key(given)
        if key is None:
            return self._macro(context, *arguments, **named)
        whole = (self, context.autoescape, len(arguments), tuple(named), key)
        if known := self._fragments.known(whole):
            self._hits += 1
            return known.made
        self._misses += 1
        return self._fragments.make(whole, given, lambda: self._macro(context, *arguments, **named))


def _key(values: tuple[Any, ...]) -> Hashable | None:
    """What tells calls with these values from others; None where that cannot be told, for a value could change."""
    key = []
    for value in values:
        kind = type(value)
        if kind is Card:  # frozen, and held by what is remembered
            key.append((kind, id(value)))
        elif kind in _PLAIN:
            key.append((kind, value))
        else:
            return None
    return tuple(key)


_PLAIN = frozenset({str, int, bool, float, type(None)})
