"""The server: answers with what is published, and tells browsers what changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pubengine.serve.hosts import Guard, Hosts
from pubengine.serve.look import Elsewhere, look, with_script
from pubengine.serve.media_types import media_type
from pubengine.serve.preview import Preview
from pubengine.serve.published import Opened
from pubengine.serve.state import state_of

_BEAT = 15.0
"""Seconds after which a listener hears that the server is still there."""
_PATIENCE = 1.5
"""Seconds that a request waits for the first build before it is told to be patient itself."""
_BROWSER = files("pubengine.serve") / "browser"


def application(preview: Preview, output: Path, hosts: Hosts) -> Starlette:
    """The ASGI application that serves a preview."""
    routes = [
        Route("/.pubengine/live", _live(preview, output)),
        *(Route(f"/.pubengine/{one.name}", _own(one.name)) for one in _BROWSER.iterdir() if one.is_file()),
        Route("/{path:path}", _page(preview, output)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, hosts=hosts)])


def _own(name: str) -> Callable[[Request], Response]:
    data = (_BROWSER / name).read_bytes()
    return lambda _: Response(data, media_type=media_type(name))


def _page(preview: Preview, output: Path) -> Callable[[Request], object]:
    async def answer(request: Request) -> Response:
        await preview.first_build(_PATIENCE)
        shown = preview.shown
        found = look(shown, output, request.scope["raw_path"])
        if isinstance(found, Elsewhere):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(found.url + query)
        if isinstance(found, Opened):
            return _File(found)
        headers = {"retry-after": "1"} if found.status == 503 else None
        html = with_script(found, shown.number, preview.session)
        return Response(html, found.status, headers, media_type("page.html"))

    return answer


class _File(FileResponse):
    """A file that is open already, so that no other can take its place before it is sent."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(f"/dev/fd/{opened.file}", stat_result=opened.state, media_type=media_type(opened.path))
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._opened.close()


def _live(preview: Preview, output: Path) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        if request.method == "HEAD":  # whose answer would never end
            return Response(media_type="text/event-stream")
        asked = request.query_params
        since = int(number) if (number := asked.get("build", "")).isdecimal() else 0
        known = since if asked.get("session") == preview.session else None
        events = _events(preview, output, asked.get("path", "/").encode(), known)
        return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    return answer


async def _events(preview: Preview, output: Path, path: bytes, since: int | None) -> AsyncIterator[bytes]:
    """What is at an address, now and whenever it may be something else, as server-sent events.

    `since`: the last build that the browser knows of; None if that was none of this server's.
    """
    told = b""
    with preview.listening() as heard:
        yield b"retry: 1000\n\n"
        while not preview.closing:
            heard.clear()
            if preview.shown.building and told:
                yield b"event: building\ndata:\n\n"
            elif (state := msgspec.json.encode(state_of(preview, output, path, since))) != told:
                told, since = state, preview.shown.number
                yield b"event: state\ndata: " + state + b"\n\n"
            try:
                await asyncio.wait_for(heard.wait(), _BEAT)
            except TimeoutError:
                yield b"event: beat\ndata:\n\n"
