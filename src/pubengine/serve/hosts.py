"""Who may ask: requests to this machine by its own names, from pages of the preview itself.

A page somewhere on the web can make a browser ask a server on the reader's machine. If it does so under
a name of its own that it lets lead here (DNS rebinding), the browser takes both for one site and lets it
read the answer. So requests under other names are refused, and so are those that pages of other sites send.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(?P<port>[0-9]{1,5}))?")
_ORIGIN = re.compile(r"https?://(?P<host>[^/?#]+)")

HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",  # no other site may embed pictures or scripts of a preview
    "referrer-policy": "same-origin",
}
"""What every answer says."""


class Hosts:
    """The names that a server answers to. `port`: where it listens; `own`: more names, with that port;
    `allowed`: names that may come with any port, as through a tunnel.
    """

    def __init__(self, port: int, own: Iterable[str] = (), allowed: Iterable[str] = ()) -> None:
        self._port = port
        self._own = {"localhost", "127.0.0.1", "[::1]", *map(bracketed, own)}
        self._allowed = set(map(bracketed, allowed))

    def knows(self, host: str, at: str = "") -> bool:
        """Whether a Host header names this server. `at`: the address that the request came in at."""
        match = _HOST.fullmatch(host.lower())
        if match is None:
            return False
        name, port = match["name"], int(match["port"] or 80)
        if name in self._allowed:
            return True
        # A name that is an address is nobody's to lend.
        return port == self._port and (name in self._own or name.endswith(".localhost") or name == bracketed(at))


def bracketed(name: str) -> str:
    """A host as it stands in a Host header: in lower case, an IPv6 address between brackets."""
    name = name.lower().strip("[]").partition("%")[0]
    try:
        return f"[{name}]" if ipaddress.ip_address(name).version == 6 else name
    except ValueError:
        return name


class Guard:
    """Middleware that refuses who may not ask, before anything else looks at a request."""

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._refusal(scope) or self._app
        await answer(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        at = scope["server"][0] if scope.get("server") else ""
        if len(hosts) != 1 or not self._hosts.knows(hosts[0], at):
            message = "This preview does not answer to that name. pubengine serve --allow-host NAME lets it.\n"
            return PlainTextResponse(message, 403)
        for origin in headers.getlist("origin"):
            match = _ORIGIN.fullmatch(origin)
            if match is None or match["host"].lower() != hosts[0].lower():
                return PlainTextResponse("Pages of other sites may not ask this preview.\n", 403)
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET and HEAD.\n", 405, {"allow": "GET, HEAD"})
        return None
