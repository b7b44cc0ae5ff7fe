"""A cache may be anything at all: the output is what a clean build makes, with one warning at most."""

import hashlib
import random
import shutil
import sqlite3

import pytest
from endurance.changing import Changing, digest
from endurance.flips import ALLOWED, Flips
from endurance.marks import rarely

ROUNDS = rarely([2, 120, 1000], {2})


def hold(site, version="two"):
    """The next build is right, with one warning at most, and so is the one after it, with none."""
    built = site.build()
    assert built.exit_code == 0, built.data
    assert site.published() == version
    assert len(built.codes) <= 1, built.codes
    assert set(built.codes) <= ALLOWED, built.codes
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
    database.execute(f"DELETE FROM {table}")  # noqa: S608 - of three names
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
    "a folder where it would be set aside": lambda path: (
        replaced(path, b"x" * 9999),
        path.with_name("cache.db.unusable").mkdir(),
    ),
    "missing": lambda path: path.unlink(),
}


STAYS = {
    "a folder",
    "a link to a folder",
    "a link in a circle",
    "a folder where it would be set aside",
    "a journal that is a folder",
}
"""What the engine does not take away, for it may be somebody's; so each build warns."""


QUICK = {"empty", "text", "texts emptied", "other types"}


@pytest.mark.parametrize("damage", rarely(DAMAGES, QUICK))
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


@pytest.mark.parametrize("rounds", ROUNDS)
def test_any_byte_of_the_cache_may_be_wrong(changing, rounds):
    chance = random.Random(rounds)  # noqa: S311 - to be the same each time
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
    chance = random.Random(rounds)  # noqa: S311 - to be the same each time
    flips = Flips(changing, unchanged(changing), set())

    def flipped(data):
        place = chance.randrange(len(data)) if chance.random() < 2 / 3 else chance.randrange(60)
        data[place] ^= chance.randrange(1, 256)
        return data if chance.random() < 0.8 else data[:place]

    for turn in range(rounds):
        flips.damage(f"turn {turn}", flipped)
    flips.verdict(rounds)


@pytest.mark.parametrize("content", [b"", b"0" * 32 + b"\n{}\n", b"\xff" * 99])
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
    chance = random.Random(1)  # noqa: S311 - to be the same each time
    for turn in range(3):
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


@pytest.mark.parametrize("place", [18, 19])
def test_a_cache_that_says_it_may_not_be_written_to_is_set_aside(site, place):
    site.write({"content/posts/2024-05-01-a.md": "+++\ntitle = 'A'\n+++\nText.\n"})
    site.build()
    cache = site.root / ".pubengine/cache.db"
    data = bytearray(cache.read_bytes())
    data[place] ^= 0xFF
    cache.write_bytes(data)
    site.write({"content/posts/2024-05-02-b.md": "+++\ntitle = 'B'\n+++\nText.\n"})
    built = site.build()
    assert (built.exit_code, built.codes) == (0, ["cache-set-aside"])
    assert site.build().codes == []
