"""`pubengine serve`: the live preview."""

from __future__ import annotations

import argparse
import fcntl
import ipaddress
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pubengine.cli import report
from pubengine.diagnostics import error
from pubengine.errors import ConfigError, OutputError
from pubengine.paths import KEPT, find_site, site_paths

if TYPE_CHECKING:
    from pubengine.serve.rebuild import Rebuilt

_NEEDED = ("starlette", "uvicorn", "watchfiles")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--site", type=Path, metavar="DIR", help="the site's folder (default: this one, or one above it)"
    )
    parser.add_argument(
        "--host", default="localhost", metavar="HOST", help="where to listen (default: localhost, this machine alone)"
    )
    parser.add_argument(
        "--port", type=_port, metavar="PORT", help="the port (default: the first that is free from 8000 on; 0: any)"
    )
    parser.add_argument(
        "--drafts", action=argparse.BooleanOptionalAction, default=True, help="show drafts (default: yes)"
    )
    parser.add_argument(
        "--future",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="show posts whose time has not come (default: yes)",
    )
    parser.add_argument("--open", action="store_true", help="open a browser")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="answer to that name too, as behind a tunnel; may be given several times",
    )


def _port(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) <= 65535):
        raise argparse.ArgumentTypeError(f"{word!r} is no port, a number up to 65535")
    return int(word)


def run(arguments: argparse.Namespace) -> int:
    """Serves until it is interrupted, which is how it is meant to end: the exit status is then 0."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        message = (
            f"pubengine serve needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed"
        )
        raise ConfigError(error("serve-missing", message, hint="pip install 'pubengine[serve]'"))
    root = arguments.site if arguments.site is not None else find_site(Path())
    paths = site_paths(root)
    if not (paths.root / "engine.toml").is_file():
        from pubengine.config import read_config

        read_config(paths.root)  # says that it is no site
    with _alone(paths.root / KEPT) as tell:
        from pubengine.serve.listen import listen

        sockets = listen(arguments.host, arguments.port)
        url = _address(arguments.host, sockets)
        tell(url)
        return _serve(arguments, paths.root, sockets, url)


@contextmanager
def _alone(kept: Path) -> Iterator[Callable[[str], None]]:
    """Sees to it that a site has one preview at a time; what it yields keeps the address for those who come second.

    Raises ConfigError if there is one already, OutputError where the disk refuses.
    """
    try:
        kept.mkdir(exist_ok=True)
        file = os.open(kept / "preview.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as problem:
        raise OutputError(error("output-failed", f"{kept}: {problem.strerror}")) from None
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = os.pread(file, 1000, 0).decode("utf-8", "replace") or "another address"
            hint = "open that, or end it first"
            raise ConfigError(
                error("preview-running", f"this site has a preview already, at {where}", hint=hint)
            ) from None
        os.ftruncate(file, 0)

        def tell(url: str) -> None:
            os.pwrite(file, url.encode(), 0)

        yield tell
    finally:
        os.close(file)


def _address(host: str, sockets: list[socket.socket]) -> str:
    """What to open in a browser on this machine."""
    if host in _EVERYWHERE:
        host = "localhost"
    shown = f"[{host.strip('[]')}]" if ":" in host else host
    return f"http://{shown}:{sockets[0].getsockname()[1]}/"


_EVERYWHERE = ("0.0.0.0", "::", "[::]")  # noqa: S104 - these are what a warning is given for


def _serve(arguments: argparse.Namespace, root: Path, sockets: list[socket.socket], url: str) -> int:
    import asyncio

    from pubengine.serve.rebuild import Order
    from pubengine.serve.running import Wanted, serve

    said = {
        (True, True): "with drafts and what is scheduled",
        (True, False): "with drafts",
        (False, True): "with what is scheduled",
    }
    extent = said.get((arguments.drafts, arguments.future), "as it would be published now")
    report.say(f"preview, {extent}: {url}")
    if not _is_loopback(sockets):
        report.say(f"  warning: whoever reaches this machine as {arguments.host} can read it, drafts too")
    report.say("  Ctrl-C ends it")
    order = Order(str(root), drafts=arguments.drafts, future=arguments.future)
    own = () if arguments.host in _EVERYWHERE else (arguments.host,)
    wanted = Wanted(order, own, tuple(arguments.allow_host))

    def begun() -> None:
        if arguments.open:
            import webbrowser

            webbrowser.open(url)

    try:
        asyncio.run(serve(wanted, sockets, _Terminal(root), begun))
    except KeyboardInterrupt:  # before anybody listened to signals
        pass
    finally:
        for one in sockets:
            one.close()
    return 0


def _is_loopback(sockets: list[socket.socket]) -> bool:
    return all(ipaddress.ip_address(one.getsockname()[0].partition("%")[0]).is_loopback for one in sockets)


class _Terminal:
    """Tells of each build in a line, and of what is wrong."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def built(self, rebuilt: Rebuilt, changed: frozenset[str], seconds: float) -> None:
        """As `preview.Teller` says."""
        report.problems(rebuilt.diagnostics)
        errors = sum(one.severity == "error" for one in rebuilt.diagnostics)
        if not rebuilt.published:
            what = f"{report.several(errors, 'error')}: the preview is as it was"
        elif rebuilt.files:
            what = f"{report.several(rebuilt.files, 'file')} made anew, of {report.several(rebuilt.posts, 'post')}"
            what += f" and {report.several(rebuilt.pages, 'page')}"
        else:
            what = "nothing is different"
        report.say(f"{time.strftime('%H:%M:%S')}  {self._named(changed)}{what} ({seconds:.2f} s)")

    def _named(self, changed: frozenset[str]) -> str:
        """What was saved: the first few names; of those that are gone only if nothing else was, for editors leave such."""
        names = sorted(path for path in changed if (self._root / path).exists()) or sorted(changed)
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        return f"{', '.join(names[:2])}{more}: " if names else ""
