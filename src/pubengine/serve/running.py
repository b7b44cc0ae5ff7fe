"""A preview from its start to its end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import uvicorn
from msgspec import Struct

from pubengine.serve.builder import Builder
from pubengine.serve.hosts import Hosts
from pubengine.serve.preview import Preview, Teller
from pubengine.serve.rebuild import Order
from pubengine.serve.server import application

_FAREWELL = 2
"""Seconds that answers are given to end when the server does."""


class Wanted(Struct, frozen=True):
    """How to serve a preview."""

    order: Order
    own: tuple[str, ...] = ()
    """More names of this server, with its port."""
    allowed: tuple[str, ...] = ()
    """Names that it answers to with any port."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: they end builds, and those who listen, as well."""
        yield


async def serve(wanted: Wanted, sockets: list[socket.socket], teller: Teller, begun: Callable[[], object]) -> None:
    """Serves until SIGINT or SIGTERM; calls `begun` when the first build is done.

    Raises OutputError where the site cannot be watched.
    """
    paths = wanted.order.paths
    preview = Preview(Builder(wanted.order), teller)
    hosts = Hosts(sockets[0].getsockname()[1], wanted.own, wanted.allowed)
    server = _Server(
        uvicorn.Config(
            application(preview, paths.output, hosts),
            http="h11",  # the same on every machine, whatever else is installed
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_FAREWELL,
        )
    )

    def leave() -> None:
        server.force_exit = server.should_exit  # the second time, at once
        server.should_exit = True
        preview.close()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, leave)
    serving = asyncio.ensure_future(server.serve(sockets))
    others = [preview.run(), preview.watcher.run(), _begin(preview, begun)]
    await _until_one_ends(serving, map(asyncio.ensure_future, others), leave)


async def _begin(preview: Preview, begun: Callable[[], object]) -> None:
    await preview.first_build(None)
    await asyncio.to_thread(begun)
    await asyncio.Event().wait()


async def _until_one_ends(
    serving: asyncio.Future[None], others: Iterable[asyncio.Future[None]], leave: Callable[[], None]
) -> None:
    """Ends all when one of them ends, and raises what that one raised."""
    tasks = [serving, *others]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    leave()
    await asyncio.wait([serving])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
