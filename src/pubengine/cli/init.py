"""`pubengine init`: starts a new site."""

from __future__ import annotations

import argparse
import contextlib
import os
import uuid
from datetime import datetime
from pathlib import Path
from string import Template

from pubengine.cli import report
from pubengine.diagnostics import error
from pubengine.errors import ConfigError, OutputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="the new site's folder; it may exist, but must be empty")
    parser.add_argument("--title", help="the site's title (default: made of the folder's name)")


def run(arguments: argparse.Namespace) -> int:
    """Writes a starter site, and says what to do next."""
    from pubengine.results import moment_of_build

    folder: Path = arguments.dir
    title = (
        arguments.title or folder.resolve().name.replace("-", " ").replace("_", " ").strip().capitalize() or "My blog"
    )
    write_starter(folder, title, moment_of_build())
    report.say(f"{folder} is a site now; look at {folder / 'engine.toml'} and {folder / 'content'}, then run:")
    report.say(f"  pubengine build --site {folder}")
    return 0


def write_starter(folder: Path, title: str, now: datetime) -> None:
    """Writes a site that builds without a warning.

    Raises ConfigError if there is something in the folder, OutputError where the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [name for name in os.listdir(folder) if name not in (".git", ".gitignore")]
        if there:
            message = f"{folder} is not empty: {', '.join(sorted(there)[:3])}"
            raise ConfigError(error("init-not-empty", message, hint="name a folder that is new or empty"))
        zone = local_zone()
        for name, text in starter_files(title, zone, now).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_text(text, encoding="utf-8", newline="\n")
        for name in ("plugins", "themes"):
            (folder / name).mkdir(exist_ok=True)
    except OSError as problem:
        raise OutputError(error("output-failed", f"{problem.filename or folder}: {problem.strerror}")) from None


def local_zone() -> str:
    """The name of this machine's time zone, if it can be told; else UTC. Only `init` asks."""
    from pubengine.dates import zone

    candidates = [os.environ.get("TZ", "").removeprefix(":")]
    with contextlib.suppress(OSError):
        candidates.append(os.path.realpath("/etc/localtime").partition("zoneinfo/")[2])
    for name in candidates:
        try:
            if name and zone(name):
                return name.removeprefix("posix/")
        except ValueError:
            continue
    return "UTC"


def starter_files(title: str, zone: str, now: datetime) -> dict[str, str]:
    """The files of a starter site, by path."""
    import tomli_w

    from pubengine.dates import zone as find_zone

    def toml(value: object) -> str:
        return tomli_w.dumps({"x": value}).partition("= ")[2].strip()

    local = now.astimezone(find_zone(zone)).replace(microsecond=0)
    known = {"title": toml(title), "zone": toml(zone), "id": toml(str(uuid.uuid4())), "date": local.isoformat()}
    return {
        name: Template(text).substitute(known)
        for name, text in {
            "engine.toml": _ENGINE,
            ".gitignore": "/public/\n/.pubengine/\n",
            f"content/posts/{local:%Y-%m-%d}-hello.md": _POST,
            "content/about.md": _ABOUT,
        }.items()
    }


_ENGINE = """\
title = $title
url = "https://example.org/"  # where the site will be; a path such as /blog/ may follow
description = ""
author = ""
language = "en"  # "en-GB" writes days as Friday, 24 October 2014
timezone = $zone  # dates without an offset are in this zone
id = $id  # keeps feeds' ids the same for ever; leave it as it is

[permalinks]
posts = "/{year}/{month}/{slug}/"  # Blogger's: /{year}/{month}/{slug}.html

[theme]
name = "paper"
"""

_POST = """\
+++
title = "Hello"
date = $date
id = "hello"
tags = ["news"]
+++

This is the first post. It lies in `content/posts/`, where every Markdown file is a post; change it,
or delete it and start your own:

```sh
pubengine new "A title" --tag news
```

<!-- more -->

What stands below the mark is shown on the post's own page only.
"""

_ABOUT = """\
+++
title = "About"
+++

A page at its own address: every Markdown file outside `content/posts/` is one. Say here who you are.
"""
