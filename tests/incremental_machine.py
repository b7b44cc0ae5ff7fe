"""Whatever a person may do to a site between builds, as rules for Hypothesis."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import incremental_material as material
import incremental_plugins as plugins
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from incremental_builds import MANIFEST, Wanted, killed
from incremental_person import Order, Person, files_in

NUMBERS = st.integers(0, 999)
WANTED = st.builds(
    Wanted,
    now=st.sampled_from(material.MOMENTS),
    drafts=st.sampled_from((False, False, False, True)),
    future=st.sampled_from((False, False, False, True)),
    strict=st.sampled_from((False,) * 7 + (True,)),
    keep_going=st.sampled_from((True, False)),
    jobs=st.sampled_from((1,) * 7 + (2,)),
    long_ago=st.sampled_from((True, True, False)),
    thorough=st.sampled_from((False, False, True)),
)
ORDERS = st.builds(Order, WANTED, st.sampled_from(("fresh",) * 6 + ("resident",) * 4 + ("program",)))
THEN = st.one_of(ORDERS, st.none())
"""Each rule may end with a build; else the next change comes on top."""


class Machine(Person):
    """A site, and all that happens to it."""

    @initialize(order=THEN)
    def begin(self, order: Order | None) -> None:
        post = material.toml_text({"title": "Owl", "date": "2024-05-01", "tags": ["red"]}, "See [b](b.md).\n")
        other = material.yaml_text({"title": "Rain", "date": "2024-05-02"}, "Rain.\n\n<!-- more -->\n\nAnd more.\n")
        self.site.write({"content/posts/a.md": post, "content/posts/b.md": other, "content/owl.png": b"png"})
        self.then(order)

    @rule(order=ORDERS)
    def only_build(self, order: Order) -> None:
        self.build(order)

    @rule(wanted=WANTED, at=st.integers(1, 1000), then=THEN)
    def build_and_be_killed(self, wanted: Wanted, at: int, then: Order | None) -> None:
        wanted = wanted._replace(strict=False, jobs=1)
        self.site.killed(wanted, lambda root, wanted: killed(root, wanted, at))
        self.then(then)

    # Content.

    @rule(data=st.data(), path=st.sampled_from(material.TEXTS), then=THEN)
    def write_a_text(self, data: Any, path: str, then: Order | None) -> None:
        self.put({path: data.draw(material.texts(path))})
        self.then(then)

    @rule(text=material.JOURNALS, then=THEN)
    def write_the_journal(self, text: str, then: Order | None) -> None:
        self.put({material.JOURNAL: text})
        self.then(then)

    @rule(path=st.sampled_from(material.FILES), text=st.sampled_from(material.WORDS), then=THEN)
    def write_a_file(self, path: str, text: str, then: Order | None) -> None:
        self.put({path: text})
        self.then(then)

    @rule(name=st.sampled_from(("content/posts/link.md", "content/link.png", "content/ln")), number=NUMBERS, then=THEN)
    def link(self, name: str, number: int, then: Order | None) -> None:
        targets = (
            "content/posts/a.md",
            "content/owl.png",
            "content/notes",
            "content",
            "nowhere",
            "data/list.csv",
            "engine.toml",
        )
        path = self.site.root / name
        if path.is_symlink():
            path.unlink()
        if not path.exists():
            path.symlink_to(os.path.relpath(self.site.root / targets[number % len(targets)], path.parent))
        self.then(then)

    # Any file that is there.

    @rule(number=NUMBERS, then=THEN)
    def delete(self, number: int, then: Order | None) -> None:
        if path := self.source(number):
            path.unlink()
        self.then(then)

    @rule(number=NUMBERS, other=NUMBERS, then=THEN)
    def rename(self, number: int, other: int, then: Order | None) -> None:
        names = (*material.TEXTS, *material.FILES, *material.DATA, "content/posts/renamed.md", "content/.hidden.md")
        path, target = self.source(number), self.site.root / names[other % len(names)]
        if path and not target.exists() and self.free(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            os.rename(path, target)
        self.then(then)

    @rule(one=NUMBERS, other=NUMBERS, then=THEN)
    def exchange_two(self, one: int, other: int, then: Order | None) -> None:
        texts = [path for path in material.TEXTS if (self.site.root / path).is_file()]
        if len(texts) > 1:
            first, second = (self.site.root / texts[number % len(texts)] for number in (one, other))
            aside = self.folder / "aside"
            os.rename(first, aside)
            if first != second:
                os.rename(second, first)
            os.rename(aside, second)
        self.then(then)

    @rule(number=NUMBERS, how=st.sampled_from(("touch", "past", "future", "chmod", "rewrite", "new inode")), then=THEN)
    def change_nothing(self, number: int, how: str, then: Order | None) -> None:
        if (path := self.source(number)) and path.is_file():
            _handle(path, how)
        self.then(then)

    @rule(number=NUMBERS, place=NUMBERS, back=st.booleans(), replaced=st.booleans(), then=THEN)
    def change_a_letter(self, number: int, place: int, back: bool, replaced: bool, then: Order | None) -> None:
        """A change that keeps the size; perhaps the time is put back, or the file is another one."""
        path = self.source(number)
        if path and path.is_file() and not path.is_symlink() and path.suffix != ".py" and (data := path.read_bytes()):
            place %= len(data)
            _rewrite(path, data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], back=back, replaced=replaced)
        self.then(then)

    @rule(number=NUMBERS, between=THEN, then=ORDERS)
    def change_and_change_back(self, number: int, between: Order | None, then: Order) -> None:
        path = self.source(number)
        if path and path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            path.write_bytes(data + b"\n# more\n")
            self.then(between)
            path.write_bytes(data)
        self.then(then)

    # Settings, themes, plugins, data.

    @rule(data=st.data(), key=st.sampled_from(sorted(material.SETTINGS)), then=THEN)
    def set(self, data: Any, key: str, then: Order | None) -> None:
        self.settings[key] = data.draw(material.SETTINGS[key])
        self.put({"engine.toml": material.engine(self.settings)})
        self.then(then)

    @rule(number=NUMBERS, then=THEN)
    def unset(self, number: int, then: Order | None) -> None:
        keys = sorted(self.settings.keys() - material.FIRST.keys())
        if keys:
            del self.settings[keys[number % len(keys)]]
        self.put({"engine.toml": material.engine(self.settings)})
        self.then(then)

    @rule(
        where=st.sampled_from(("paper", "mine")),
        name=st.sampled_from(sorted(material.TEMPLATES)),
        kind=NUMBERS,
        then=THEN,
    )
    def write_a_template(self, where: str, name: str, kind: int, then: Order | None) -> None:
        kinds = material.TEMPLATES[name]
        self.put({f"themes/{where}/templates/{name}": kinds[kind % len(kinds)]})
        self.then(then)

    @rule(kind=NUMBERS, data=st.data(), then=THEN)
    def show_the_site_in_posts(self, kind: int, data: Any, then: Order | None) -> None:
        parts = material.TEMPLATES["part.html"]
        self.put({
            "themes/paper/templates/post.html": material.TEMPLATES["post.html"][0],
            "themes/paper/templates/part.html": parts[kind % len(parts)],
        })  # fmt: skip
        self.then(then)

    @rule(
        where=st.sampled_from(("paper", "mine")), name=st.sampled_from(sorted(material.ASSETS)), kind=NUMBERS, then=THEN
    )
    def write_an_asset(self, where: str, name: str, kind: int, then: Order | None) -> None:
        kinds = material.ASSETS[name]
        self.put({f"themes/{where}/assets/{name}": kinds[kind % len(kinds)]})
        self.then(then)

    @rule(kind=st.sampled_from(material.MINE), use=st.booleans(), then=THEN)
    def write_a_theme(self, kind: str, use: bool, then: Order | None) -> None:
        self.put({"themes/mine/theme.toml": kind})
        if use:
            self.settings["theme.name"] = "mine"
            self.put({"engine.toml": material.engine(self.settings)})
        self.then(then)

    @rule(
        path=st.sampled_from(sorted(plugins.PLUGINS)),
        kind=NUMBERS,
        version=st.sampled_from(plugins.VERSIONS),
        then=THEN,
    )
    def write_a_plugin(self, path: str, kind: int, version: str, then: Order | None) -> None:
        files = {path: plugins.plugin(path, kind, version)}
        if "pack" in path:
            files.setdefault("plugins/pack/__init__.py", plugins.plugin("plugins/pack/__init__.py", 0, version))
            files.setdefault("plugins/pack/inside.py", plugins.plugin("plugins/pack/inside.py", 0, version))
        self.put(files)
        self.then(then)

    @rule(path=st.sampled_from(sorted(material.DATA)), kind=NUMBERS, then=THEN)
    def write_data(self, path: str, kind: int, then: Order | None) -> None:
        kinds = material.DATA[path]
        self.put({path: kinds[kind % len(kinds)]})
        self.then(then)

    # What is not the site: the output and the cache.

    @rule(
        number=NUMBERS, how=st.sampled_from(("edit", "delete", "letter", "link", "folder", "touch", "chmod")), then=THEN
    )
    def change_the_output(self, number: int, how: str, then: Order | None) -> None:
        found = [path for path in files_in(self.site.public) if not path.endswith(MANIFEST)]
        if found:
            _spoil(Path(found[number % len(found)]), how)
        self.then(then)

    @rule(cut=st.booleans(), then=THEN)
    def change_the_manifest(self, cut: bool, then: Order | None) -> None:
        path = self.site.public / MANIFEST
        if path.is_file():
            text = path.read_text()
            path.write_text(text + "\n" if not cut else text.replace('"index.html":"', '"index.html":"0'))
        self.then(then)

    @rule(
        wanted=WANTED,
        name=st.sampled_from(("mine.txt", "tags/mine", "2024/05/a/x.jpg")),
        way=st.sampled_from(("fresh", "resident")),
    )
    def put_something_into_the_output(self, wanted: Wanted, name: str, way: str) -> None:
        path = self.site.public / name
        if self.site.foreign() or path.exists() or not path.parent.is_dir():
            return
        path.write_text("mine")
        self.site.refused(wanted._replace(strict=False), self.way(way))
        path.unlink()

    @rule(rename=st.booleans(), then=THEN)
    def put_the_cache_aside(self, rename: bool, then: Order | None) -> None:
        self.site.save_cache(rename=rename)
        self.then(then)

    @rule(rename=st.booleans(), then=THEN)
    def put_the_cache_back(self, rename: bool, then: Order | None) -> None:
        self.site.restore_cache(rename=rename)
        self.then(then)

    @rule(then=THEN)
    def delete_the_cache(self, then: Order | None) -> None:
        shutil.rmtree(self.site.kept, ignore_errors=True)
        self.site.damaged = False
        self.then(then)

    @rule(number=NUMBERS, place=st.integers(0, 1 << 20), cut=st.booleans(), then=THEN)
    def damage_the_cache(self, number: int, place: int, cut: bool, then: Order | None) -> None:
        paths = (self.site.kept / "cache.db", self.site.look)
        path = paths[number % len(paths)]
        if path.is_file() and (data := path.read_bytes()):
            place %= len(data)
            path.write_bytes(data[:place] if cut else data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
            self.site.damaged = True
        self.then(then)

    @rule(leave=st.booleans(), then=THEN)
    def move_the_site(self, leave: bool, then: Order | None) -> None:
        self.moves += 1
        self.site.move(f"site-{self.moves}", leave=leave)
        self.then(then)


def _handle(path: Path, how: str) -> None:
    """Does something to a file that leaves its bytes."""
    state = path.stat()
    handlings: dict[str, Callable[[], object]] = {
        "touch": path.touch,
        "past": lambda: os.utime(path, ns=(0, state.st_mtime_ns - 86_400_000_000_000)),
        "future": lambda: os.utime(path, ns=(0, state.st_mtime_ns + 86_400_000_000_000)),
        "chmod": lambda: path.chmod(state.st_mode ^ 0o040),
        "rewrite": lambda: path.write_bytes(path.read_bytes()),
        "new inode": lambda: _rewrite(path, path.read_bytes(), back=True, replaced=True),
    }
    handlings[how]()


def _rewrite(path: Path, data: bytes, *, back: bool, replaced: bool) -> None:
    state = path.stat()
    if replaced:
        new = path.with_name(f".{path.name}.new")
        new.write_bytes(data)
        os.replace(new, path)
    else:
        path.write_bytes(data)
    if back:
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def _spoil(path: Path, how: str) -> None:
    """Does to a published file what nobody should."""
    data = path.read_bytes()
    if how == "touch":
        path.touch()
    elif how == "chmod":
        path.chmod(0o600)
    elif how == "edit":
        path.write_bytes(b"mine")
    elif how == "letter" and data:
        _rewrite(path, data[:-1] + bytes([data[-1] ^ 1]), back=True, replaced=False)
    else:
        path.unlink()
        if how == "link":
            path.symlink_to("/dev/null")
        elif how == "folder":
            path.mkdir()
