"""What earlier builds found out, kept in `.pubengine/cache.db`: data by the hash of what it was made from.

Nothing in it is ever needed, and nothing in it is believed unchecked: each entry carries a hash over
its name and its bytes. A cache that is damaged, or of another program, is set aside with a warning.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from pubengine.diagnostics import Diagnostic, error, warning
from pubengine.errors import OutputError
from pubengine.model import Body
from pubengine.paths import KEPT
from pubengine.removal import remove

T = TypeVar("T")

_NAME = "cache.db"
_FORMAT = 2
_APPLICATION = 0x70756265
"""What SQLite's `application_id` says of a file that is ours: `pube`."""

_SCHEMA = """
CREATE TABLE files (path TEXT PRIMARY KEY, digest TEXT NOT NULL, environment TEXT NOT NULL, data BLOB NOT NULL, seal BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE texts (key INTEGER NOT NULL UNIQUE, html TEXT NOT NULL, excerpt TEXT NOT NULL);
CREATE TABLE notes (name TEXT PRIMARY KEY, data BLOB NOT NULL, seal BLOB NOT NULL);
"""


class CacheError(Exception):
    """The cache cannot be used: it is damaged, or something that it should hold is not in it."""


class Cache:
    """The cache of one site, open. Raises CacheError from any method where it is damaged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: tuple[Diagnostic, ...] = ()
        self._temporary: str | None = None
        self._database = self._opened()
        self._noted: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    # Opening, and what can go wrong with it.

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._ready()
        except sqlite3.OperationalError as problem:
            return self._elsewhere(f"cannot be used ({problem})")
        except (sqlite3.DatabaseError, CacheError) as problem:
            try:
                self.set_aside(str(problem))
                return self._ready()
            except (OSError, sqlite3.Error, CacheError):
                return self._elsewhere("is damaged and cannot be set aside")
        except OSError as problem:
            return self._elsewhere(f"cannot be made ({problem.strerror})")

    def _ready(self) -> sqlite3.Connection:
        self.path.parent.mkdir(exist_ok=True)
        _keep_out_of_repositories(self.path.parent)
        _refuse_damaged_head(self.path)
        journal = self.path.with_name(f"{self.path.name}-journal")
        if journal.is_dir():  # of nobody's making that we know; SQLite would not get past it
            remove(journal)
        database = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        try:
            with _translated():
                application = database.execute("PRAGMA application_id").fetchone()[0]
                version = database.execute("PRAGMA user_version").fetchone()[0]
                tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if not tables:
                    self._create(database)
                else:
                    _refuse_others(application, version)
            database.execute("BEGIN IMMEDIATE")  # a file that cannot be written to says so now
            database.execute("ROLLBACK")
            # What is lost with the machine's power is noticed by the seals; what is lost with the process, SQLite mends.
            database.execute("PRAGMA synchronous = OFF")
        except BaseException:
            database.close()
            raise
        return database

    @staticmethod
    def _create(database: sqlite3.Connection) -> None:
        database.execute("PRAGMA page_size = 16384")  # so that most texts lie on one page
        database.execute("BEGIN IMMEDIATE")
        if not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _SCHEMA.strip().split("\n"):
                database.execute(statement)
            database.execute(f"PRAGMA application_id = {_APPLICATION}")
            database.execute(f"PRAGMA user_version = {_FORMAT}")
        database.execute("COMMIT")

    def begin_anew(self, why: str) -> None:
        """Sets the damaged cache aside, and opens an empty one."""
        self._database.close()
        self._noted = {}
        try:
            self.set_aside(why)
            self._database = self._ready()
        except (OSError, sqlite3.Error, CacheError):
            self._database = self._elsewhere("is damaged and cannot be set aside")

    def empty(self) -> None:
        """Forgets everything but texts, which are what their hashes say; somebody else may be about to read one."""
        with self.changes():
            for table in ("files", "notes"):
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - of three names
        self._noted = {}

    def set_aside(self, why: str) -> None:
        """Renames the file, so that the next to open it begins anew. Raises OSError."""
        aside = self.path.with_name(f"{self.path.name}.unusable")
        if self.path.exists():
            os.replace(self.path, aside)
        for end in ("-journal", "-wal", "-shm"):
            remove(self.path.with_name(self.path.name + end))
        message = f"the cache was set aside as {KEPT}/{aside.name}, and the whole site built anew: {why}"
        self.problems = (warning("cache-set-aside", message, hint="nothing is lost; delete that file when you like"),)

    def _elsewhere(self, why: str) -> sqlite3.Connection:
        """A cache for this build alone."""
        self._temporary = tempfile.mkdtemp(prefix="pubengine-")
        message = f"the cache {KEPT}/{_NAME} {why}, so every build begins anew"
        hint = f"let pubengine write to the folder {KEPT}"
        self.problems = (*self.problems, warning("cache-unusable", message, hint=hint))
        self.path = Path(self._temporary) / _NAME
        return self._ready()

    # What it holds.

    def files(self) -> Iterator[tuple[str, str, str, bytes]]:
        """Of each source: its path, the hash of its bytes and of what else made it, and what became of it."""
        with _translated():
            for path, digest, environment, data, seal in self._database.execute("SELECT * FROM files"):
                if seal != _seal(f"{path}\0{digest}", data):
                    raise CacheError(f"the entry of {path} is damaged")
                yield path, digest, environment, data

    def keep_files(self, rows: Iterable[tuple[str, str, str, bytes]]) -> None:
        """Keeps what became of sources, as `files` gives it."""
        with _translated():
            self._database.executemany(
                "REPLACE INTO files VALUES (?, ?, ?, ?, ?)",
                [(*row, _seal(f"{row[0]}\0{row[1]}", row[3])) for row in rows],
            )

    def rename_environment(self, old: str, new: str) -> None:
        """Says of what was made in one environment that it was made in another, which is now known better."""
        with _translated():
            self._database.execute("UPDATE files SET environment = ? WHERE environment = ?", (new, old))

    def forget_files(self, paths: Iterable[str]) -> None:
        """Drops sources that are gone."""
        with _translated():
            self._database.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def keep_texts(self, rows: Iterable[tuple[str, Body]]) -> None:
        """Keeps texts by their digests."""
        with _translated():
            self._database.executemany(
                "INSERT OR IGNORE INTO texts VALUES (?, ?, ?)",
                [(_key(digest), one.html, one.excerpt) for digest, one in rows],
            )

    def keep_only_texts(self, digests: Iterable[str]) -> None:
        """Drops all texts but those."""
        with _translated():
            self._database.execute("CREATE TEMP TABLE kept (key INTEGER PRIMARY KEY)")
            self._database.executemany("INSERT OR IGNORE INTO kept VALUES (?)", [(_key(one),) for one in digests])
            self._database.execute("DELETE FROM texts WHERE key NOT IN (SELECT key FROM kept)")
            self._database.execute("DROP TABLE kept")

    def note(self, name: str) -> bytes:
        """What is kept under a name; empty if there is nothing."""
        with _translated():
            found = self._database.execute("SELECT data, seal FROM notes WHERE name = ?", (name,)).fetchone()
            if found and found[1] != _seal(name, found[0]):
                raise CacheError(f"the entry {name} is damaged")
        self._noted[name] = found[0] if found else b""
        return self._noted[name]

    def keep_note(self, name: str, data: bytes) -> None:
        """Keeps something under a name, unless it is what `note` gave."""
        if self._noted.get(name) != data:
            with _translated():
                self._database.execute("REPLACE INTO notes VALUES (?, ?, ?)", (name, data, _seal(name, data)))
            self._noted[name] = data

    @contextlib.contextmanager
    def changes(self) -> Iterator[None]:
        """All changes within are kept, or none. Raises OutputError where the disk refuses them."""
        try:
            with _translated():
                self._database.execute("BEGIN IMMEDIATE")
            yield
            with _translated():
                self._database.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise


class Texts:
    """Texts by their digests, read from a cache by any process at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[int, sqlite3.Connection] | None = None

    def fetch(self, digest: str) -> Body:
        """The text of a digest. Raises CacheError where it is not there, or is not what it was."""
        with _translated():
            query = "SELECT html, excerpt FROM texts WHERE key = ?"
            found = self._database().execute(query, (_key(digest),)).fetchone()
        body = Body(*found) if found else None
        if body is None or text_digest(body) != digest:
            raise CacheError(f"the text {digest} is {'damaged' if body else 'missing'}")
        return body

    def _database(self) -> sqlite3.Connection:
        """The connection of this process: none may be carried over from the process that it is a copy of."""
        if self._opened is None or self._opened[0] != os.getpid():
            self._opened = (os.getpid(), sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, timeout=60))
        return self._opened[1]


def decoded(data: bytes, kind: type[T]) -> T | None:
    """What was kept as JSON; None for no data. Raises CacheError where it is something else."""
    try:
        return msgspec.json.decode(data, type=kind) if data else None
    except (msgspec.MsgspecError, ValueError) as problem:
        raise CacheError(f"an entry cannot be read: {problem}") from None


def text_digest(body: Body) -> str:
    """The hash of a post's text, by which cards refer to it."""
    return hashlib.blake2b(f"{body.html}\0{body.excerpt}".encode(), digest_size=16).hexdigest()


def _key(digest: str) -> int:
    """The beginning of a digest as a number that SQLite finds rows by at once; what is found is compared with the whole."""
    return int.from_bytes(bytes.fromhex(digest[:16]), signed=True)


def cache_path(kept: Path) -> Path:
    """The cache in a site's folder for what can be made again."""
    return kept / _NAME


def _refuse_others(application: int, version: int) -> None:
    if application != _APPLICATION:
        raise CacheError("it is the database of another program")
    if version != _FORMAT:
        raise CacheError("it is of another version of the engine")


def _refuse_damaged_head(path: Path) -> None:
    """Raises CacheError for a file that SQLite would take for one that it may only read, by two bytes of its head.

    They are the write and read versions (SQLite's file format, 1.3); ours are always 1.
    """
    with contextlib.suppress(FileNotFoundError, IsADirectoryError), path.open("rb") as file:
        head = file.read(20)
        if len(head) == 20 and head[18:] != b"\x01\x01":
            raise CacheError("its head is damaged")


def _keep_out_of_repositories(folder: Path) -> None:
    """Tells git that nothing in a folder is to be committed."""
    with contextlib.suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="utf-8") as file:
        file.write("*\n")


def _seal(name: str, data: bytes) -> bytes:
    head = hashlib.blake2b(f"{name}\0".encode("utf-8", "surrogatepass"), digest_size=8)
    head.update(data)
    return head.digest()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as problem:
        if "disk" in str(problem) or "readonly" in str(problem) or "locked" in str(problem):
            hint = f"free some space, or let pubengine write to the folder {KEPT}"
            raise OutputError(error("cache-failed", f"the cache cannot be written: {problem}", hint=hint)) from None
        raise CacheError(str(problem)) from problem
    except (sqlite3.DatabaseError, sqlite3.ProgrammingError, TypeError, UnicodeDecodeError) as problem:
        raise CacheError(str(problem)) from problem
