"""The sockets of the preview's server."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress

from pubengine.diagnostics import error
from pubengine.errors import ConfigError

LOCAL = "localhost"
FIRST_PORT = 8000
_PORTS = 100
"""How many ports are tried if none is asked for."""


def listen(host: str, port: int | None) -> list[socket.socket]:
    """Sockets that listen at a port of a host; at the first free port from 8000 on if none is asked for, at any if 0.

    For `localhost`, at the loopback addresses of IPv4 and, if there is one, of IPv6: a browser may use either.
    Raises ConfigError.
    """
    addresses = _addresses(host)
    for number in range(FIRST_PORT, FIRST_PORT + _PORTS) if port is None else (port,):
        try:
            return _listen_at(addresses, number) if number else _listen_anywhere(addresses)
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE and port is None:
                continue
            if problem.errno == errno.EADDRINUSE:
                hint = "end what runs there, or leave --port out to use the next free one"
                raise ConfigError(error("port-busy", f"port {number} is in use", hint=hint)) from None
            message = f"cannot listen at {host}, port {number}: {problem.strerror}"
            hint = "ports below 1024 are the system's; the host must be an address of this machine"
            raise ConfigError(error("listen-failed", message, hint=hint)) from None
    message = f"all ports from {FIRST_PORT} to {FIRST_PORT + _PORTS - 1} are in use"
    raise ConfigError(error("port-busy", message, hint="name another with --port"))


def _addresses(host: str) -> list[tuple[socket.AddressFamily, str]]:
    if host == LOCAL:
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        message = f"there is no address for the host {host!r}"
        raise ConfigError(error("listen-failed", message, hint="give an address of this machine")) from None
    return list({(family, str(address[0])): None for family, _, _, _, address in found})


def _listen_anywhere(addresses: list[tuple[socket.AddressFamily, str]]) -> list[socket.socket]:
    for _ in range(_PORTS):  # what the system gives for one address may be taken at the other
        with suppress(OSError):
            return _listen_at(addresses, 0)
    return _listen_at(addresses, 0)


def _listen_at(addresses: list[tuple[socket.AddressFamily, str]], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, address in addresses:
            try:
                one = socket.create_server((address, port), family=family, backlog=128)
            except OSError as problem:
                if sockets and problem.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):  # no IPv6 here
                    continue
                raise
            port = port or one.getsockname()[1]
            sockets.append(one)
    except BaseException:
        for one in sockets:
            one.close()
        raise
    return sockets
