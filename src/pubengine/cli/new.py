"""`pubengine new`: starts a new post."""

from __future__ import annotations

import argparse
import os
from datetime import datetime
from pathlib import Path

from pubengine.cli import report
from pubengine.diagnostics import error
from pubengine.errors import ConfigError, OutputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("title", help="the post's title")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="a tag; may be given several times")
    parser.add_argument("--draft", action="store_true", help="keep it out of the published site for now")
    parser.add_argument(
        "--site", type=Path, metavar="DIR", help="the site's folder (default: this one, or one above it)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the file and prints its path."""
    from pubengine.config import read_config
    from pubengine.paths import find_site
    from pubengine.results import moment_of_build

    root = arguments.site if arguments.site is not None else find_site(Path())
    config = read_config(root)
    now = moment_of_build().astimezone(config.site.zone).replace(microsecond=0)
    report.out(str(write_post(root, arguments.title, now, arguments.tag, draft=arguments.draft)))
    return 0


def write_post(root: Path, title: str, now: datetime, tags: list[str], *, draft: bool) -> Path:
    """Writes a new post of that moment, never over an existing file; returns its path.

    Raises ConfigError for a title without a letter or digit, OutputError where the disk refuses.
    """
    import tomli_w

    from pubengine.permalinks import problem_with_name
    from pubengine.slugs import slugify

    title = " ".join(title.split())
    slug = slugify(title)
    if not slug:
        raise ConfigError(error("title-empty", "the title needs a letter or a digit"))
    if problem_with_name(slug):
        slug = f"{slug}-post"  # a name such as `con`, which no file can have everywhere
    folder = root / "content" / "posts"
    name = f"{now:%Y-%m-%d}-{slug}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = folder / (f"{name}.md" if number == 1 else f"{name}-{number}.md")
            fields = {"title": title, "date": now, "id": path.stem, "tags": tags}
            if draft:
                fields["draft"] = True
            try:
                _write_new(path, f"+++\n{tomli_w.dumps(fields)}+++\n\n")
            except FileExistsError:
                continue
            return path
    except OSError as problem:
        raise OutputError(error("output-failed", f"{folder}: {problem.strerror}")) from None
    raise OutputError(error("output-failed", f"{folder} has a thousand posts of that name"))


def _write_new(path: Path, text: str) -> None:
    """Writes a file that must not exist, and sees it on the disk, its name too."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
