"""The process that builds for the preview: reads orders from its input, and answers each with what a build did.

It has one thread only, so that a large build can fork its workers, and no server that a plugin could
disturb. What plugins print goes to stderr; stdin and stdout are taken away before any of them runs.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import BinaryIO, NoReturn

import msgspec

from pubengine.errors import PubengineError
from pubengine.serve.rebuild import Order, Rebuilder, Rebuilt

LENGTH = 4
"""Bytes, big-endian, that say how long the JSON after them is."""


def main() -> None:
    """Answers orders until there are no more, or SIGTERM ends it."""
    with suppress(KeyboardInterrupt):
        _work()


def _work() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    rebuilder = Rebuilder()
    while data := _read(orders):
        answer = framed(_answer(rebuilder, msgspec.json.decode(data, type=Order)))
        try:
            answers.write(answer)
            answers.flush()
        except BrokenPipeError:  # the server is gone
            os._exit(0)
        rebuilder.prepare()


def framed(message: object) -> bytes:
    """A message as it goes through the pipe."""
    data = msgspec.json.encode(message)
    return len(data).to_bytes(LENGTH, "big") + data


def _read(orders: BinaryIO) -> bytes:
    return orders.read(int.from_bytes(orders.read(LENGTH), "big"))


def _answer(rebuilder: Rebuilder, order: Order) -> Rebuilt:
    try:
        return rebuilder.rebuild(order)
    except PubengineError as problem:
        return Rebuilt(False, problem.diagnostics)


def _leave(*_: object) -> NoReturn:
    """What is being built is cleared away as after Ctrl-C, the only thing that no plugin's failure is taken for."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
