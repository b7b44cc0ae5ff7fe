"""A cache may be anything at all: the output is what a clean build makes, with one warning at most."""

import hashlib
import random
import shutil
import sqlite3
from collections import Counter

import pytest
from endurance.blows import unbuilt
from endurance.changing import Changing, digest

ROUNDS = [6, pytest.param(120, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.slow)]
ALLOWED = {"cache-set-aside", "cache-unusable"}


@pytest.fixture
def published(changing):
    """A site whose first version is published, and whose sources are the second."""
    changing.turn_to("one")
    changing.build()
    changing.turn_to("two")
    return changing


def hold(site, version="two"):
    """The next build is right, with one warning at most, and so is the one after it, with none."""
    built = site.build()
    assert built.exit_code == 0, built.data
    assert site.published() == version
    assert len(built.codes) <= 1 and set(built.codes) <= ALLOWED, built.data["diagnostics"]
    assert "Traceback" not in built.stderr
    return built


def cache(site):
    return site.root / ".pubengine/cache.db"


def unchanged(site):
    return site.root / ".pubengine/outputs/public/unchanged"


def outside_database(path):
    database = sqlite3.connect(path)
    database.executescript("CREATE TABLE files (x); INSERT INTO files VALUES (1); PRAGMA user_version = 1")
    database.close()


def older(path, version=0):
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {version}")
    database.close()


def without(path, table):
    database = sqlite3.connect(path)
    database.execute(f"DROP TABLE {table}")
    database.close()


def emptied(path, table):
    database = sqlite3.connect(path)
    database.execute(f"DELETE FROM {table}")
    database.commit()
    database.close()


def other_types(path):
    database = sqlite3.connect(path)
    database.execute("UPDATE texts SET html = x'ff', excerpt = 5")
    database.execute("UPDATE notes SET data = 5")
    database.commit()
    database.close()


def replaced(path, data):
    path.unlink()
    path.write_bytes(data)


def a_folder(path):
    path.unlink()
    path.mkdir()
    (path / "x").write_text("precious")


def a_link(path, target):
    path.unlink()
    path.symlink_to(target)


def a_link_to_itself_elsewhere(path):
    shutil.move(path, path.parent.parent / "elsewhere.db")
    path.symlink_to("../elsewhere.db")


DAMAGES = {
    "empty": lambda path: replaced(path, b""),
    "text": lambda path: replaced(path, b"not a database" * 999),
    "zeros": lambda path: replaced(path, bytes(8192)),
    "only the head": lambda path: replaced(path, path.read_bytes()[:100]),
    "the first page": lambda path: replaced(path, path.read_bytes()[:4096]),
    "half": lambda path: replaced(path, path.read_bytes()[: path.stat().st_size // 2]),
    "all but a byte": lambda path: replaced(path, path.read_bytes()[:-1]),
    "something after it": lambda path: replaced(path, path.read_bytes() + b"x" * 5000),
    "a folder": a_folder,
    "a link to nowhere": lambda path: a_link(path, "nowhere"),
    "a link to a folder": lambda path: a_link(path, "outputs"),
    "a link in a circle": lambda path: a_link(path, path.name),
    "a link to the cache elsewhere": a_link_to_itself_elsewhere,
    "another program's": lambda path: (path.unlink(), outside_database(path)),
    "an older version's": older,
    "a newer version's": lambda path: older(path, 999),
    **{f"without {table}": (lambda path, t=table: without(path, t)) for table in ("files", "texts", "notes")},
    **{f"{table} emptied": (lambda path, t=table: emptied(path, t)) for table in ("files", "texts", "notes")},
    "other types": other_types,
    "a journal of something else": lambda path: path.with_name("cache.db-journal").write_bytes(b"x" * 4096),
    "a write-ahead log of something else": lambda path: path.with_name("cache.db-wal").write_bytes(b"x" * 4096),
    "a journal that is a folder": lambda path: path.with_name("cache.db-journal").mkdir(),
    "a folder where it would be set aside": lambda path: (replaced(path, b"x" * 9999), path.with_name("cache.db.unusable").mkdir()),
    "missing": lambda path: path.unlink(),
}


STAYS = {"a folder", "a link to a folder", "a link in a circle", "a folder where it would be set aside", "a journal that is a folder"}
"""What the engine does not take away, for it may be somebody's; so each build warns."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_never_shows_in_the_output(published, damage):
    DAMAGES[damage](cache(published))
    hold(published)
    published.turn_to("one")
    built = hold(published, "one")
    assert built.codes == [] or damage in STAYS


def test_the_cache_of_another_site_never_shows_in_the_output(published, tmp_path):
    other = Changing(tmp_path / "other")
    other.turn_to("one")
    other.write({"content/posts/2024-01-02-p1.md": "+++\ntitle = 'Other'\n+++\nOther.\n"})
    other.build()
    shutil.copyfile(cache(other), cache(published))
    shutil.copyfile(unchanged(other), unchanged(published))
    hold(published)


def test_an_earlier_cache_never_shows_in_the_output(published, tmp_path):
    shutil.copytree(published.root / ".pubengine", tmp_path / "earlier")
    published.build()
    for version in ("one", "two"):
        shutil.rmtree(published.root / ".pubengine")
        shutil.copytree(tmp_path / "earlier", published.root / ".pubengine")
        published.turn_to(version)
        hold(published, version)


class Flips:
    """Many damages to one file of a site that changes, each held against the promise."""

    def __init__(self, site, path, allowed):
        self.site = site
        self.path = path
        self.allowed = allowed
        self.broken = []
        self.codes = Counter()
        self.version = "one"
        site.turn_to("one")
        site.build()

    def damage(self, name, change):
        """Changes the file's bytes, then builds the other version, or the same one again."""
        good = self.path.read_bytes()
        self.path.write_bytes(change(bytearray(good)))
        self.version = "two" if self.version == "one" else "one"
        self.site.turn_to(self.version)
        try:
            built = self.site.build()
        except Exception as problem:  # noqa: BLE001 - what the program does not catch is what is looked for
            self.broken.append(f"{type(problem).__name__} escapes ({name}) {problem}")
        else:
            self.codes.update(set(built.codes) & ALLOWED)
            if built.exit_code or self.site.published() != self.version:
                self.broken.append(f"status {built.exit_code}, {built.codes} ({name}) {built.data['diagnostics'][:1]}")
            elif not (len(built.codes) <= 1 and set(built.codes) <= self.allowed):
                self.broken.append(f"warnings {built.codes} ({name})")
        again = self.site.build()
        if again.exit_code or again.codes or self.site.published() != self.version:
            self.broken.append(f"the next build is no better: {again.exit_code} {again.codes} ({name})")
            unbuilt(self.site)
            self.site.build()

    def verdict(self, rounds):
        """Fails the test if anything was broken; says how much was tried, for `pytest -s`."""
        kinds = Counter(one.partition(" (")[0] for one in self.broken)
        print(f"\n{rounds} damages; warnings: {dict(self.codes)}; broken promises: {dict(kinds)}")
        assert not self.broken, "\n".join(self.broken[:40])


@pytest.mark.parametrize("rounds", ROUNDS)
def test_any_byte_of_the_cache_may_be_wrong(changing, rounds):
    chance = random.Random(rounds)
    flips = Flips(changing, cache(changing), ALLOWED)

    def flipped(data):
        # A third of them in the first page, which says what SQLite is to make of the others.
        reach = min(4096, len(data)) if chance.random() < 1 / 3 else len(data)
        for _ in range(chance.choice([1, 1, 1, 8, 64])):
            data[chance.randrange(reach)] ^= chance.randrange(1, 256)
        return data

    for turn in range(rounds):
        flips.damage(f"turn {turn}", flipped)
    flips.verdict(rounds)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_any_byte_of_what_tells_that_nothing_changed_may_be_wrong(changing, rounds):
    chance = random.Random(rounds)
    flips = Flips(changing, unchanged(changing), set())

    def flipped(data):
        place = chance.randrange(len(data)) if chance.random() < 2 / 3 else chance.randrange(60)
        data[place] ^= chance.randrange(1, 256)
        return data if chance.random() < 0.8 else data[:place]

    for turn in range(rounds):
        flips.damage(f"turn {turn}", flipped)
    flips.verdict(rounds)


@pytest.mark.parametrize("content", [b"", b"\n", b"{}", b"0" * 32 + b"\n{}\n", b"\xff" * 99])
def test_what_tells_that_nothing_changed_may_be_anything(published, content):
    unchanged(published).write_bytes(content)
    assert hold(published).codes == []


@pytest.mark.parametrize("value", ["[]", "5", "{}", '{"format": 2, "inputs": 5}', '{"format": 2}'])
def test_what_tells_that_nothing_changed_may_be_of_another_version_of_the_engine(published, value):
    data = value.encode() + b"\n"
    unchanged(published).write_bytes(hashlib.blake2b(data, digest_size=16).hexdigest().encode() + b"\n" + data)
    assert hold(published).codes == []


@pytest.mark.parametrize("what", ["unchanged", "tree", "lock"])
def test_what_is_kept_beside_the_output_may_be_of_another_kind(published, what):
    path = published.root / ".pubengine/outputs/public" / what
    if path.is_dir():
        shutil.rmtree(path)
        path.write_text("x")
    else:
        path.unlink()
        path.mkdir()
    built = published.build()
    assert "Traceback" not in built.stderr
    assert built.exit_code == 0 or (built.exit_code == 4 and str(path) in built.data["diagnostics"][0]["message"])


def test_files_of_the_tree_that_is_not_published_may_be_wrong(published):
    tree = published.root / ".pubengine/outputs/public/tree"
    chance = random.Random(1)
    for turn in range(6):
        for path in chance.sample(sorted(path for path in tree.rglob("*") if path.is_file()), 5):
            data = path.read_bytes()
            path.unlink()  # it shares its bytes with the output's
            if chance.random() < 0.6:
                path.write_bytes(b"wrong" + data)
        version = ("two", "one")[turn % 2]
        published.turn_to(version)
        assert hold(published, version).codes == []


def test_a_cache_that_cannot_be_written_to_is_told_and_makes_no_difference(published):
    before = digest(published.root / "public")
    cache(published).chmod(0o444)
    hold(published)
    assert digest(published.root / "public") != before
