"""A disk that is full, or fails: the old site stays whole, a message says what to do, and the next build is right."""

import re
import shutil

import pytest
from endurance.blows import Blows, points
from endurance.changing import Changing, leftovers
from endurance.disks import Ballast, mounted, needs_mount, small_disk
from endurance.marks import rarely
from endurance.trace import needs_strace, spread, strike

PAGE = 4096


def hold_after_refusal(site, done, old, new):
    """The promise where a disk may have refused: all or nothing, and told in words with a place."""
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    if done.returncode == 0:
        assert site.published() == new
    else:
        assert b"error[" in done.stderr
        assert re.search(rb"error\[output-failed\]: \S+: |the folder .pubengine", done.stderr)
        assert site.published() == old, done.stderr.decode()


@needs_mount
@pytest.mark.parametrize("pages", rarely(range(0, 120, 2), {20}))
def test_a_disk_that_fills_up_anywhere_in_a_build_leaves_the_old_site(tmp_path, pages):
    with small_disk(tmp_path / "disk", "16m") as disk:
        site = Changing(disk / "site")
        site.turn_to("one")
        site.build()
        site.turn_to("two")
        ballast = Ballast(disk)
        ballast.fill(pages * PAGE)
        hold_after_refusal(site, site.run(), "one", "two")
        ballast.drop()
        assert site.build().exit_code == 0
        assert site.published() == "two"
        assert leftovers(site) == []


@needs_mount
@pytest.mark.parametrize("pages", rarely(range(0, 120, 4), ()))
def test_a_disk_too_small_for_the_first_build_has_no_half_a_site(tmp_path, pages):
    with small_disk(tmp_path / "disk", "16m") as disk:
        site = Changing(disk / "site")
        site.turn_to("one")
        ballast = Ballast(disk)
        ballast.fill(pages * PAGE)
        hold_after_refusal(site, site.run(), "none", "one")
        ballast.drop()
        assert site.build().exit_code == 0
        assert site.published() == "one"
        assert leftovers(site) == []


@needs_mount
@pytest.mark.parametrize(
    "first", [pytest.param(True, id="first build", marks=pytest.mark.slow), pytest.param(False, id="rebuild")]
)
@pytest.mark.parametrize("pages", rarely(range(0, 60, 4), ()))
def test_a_cache_without_space_is_told_in_words(tmp_path, pages, first):
    site = Changing(tmp_path / "site")
    out = tmp_path / "elsewhere/out"
    with small_disk(site.root / ".pubengine", "8m") as disk:
        if not first:
            site.turn_to("one")
            site.run("--output", str(out))
        site.turn_to("two")
        ballast = Ballast(disk)
        ballast.fill(pages * PAGE)
        done = site.run("--output", str(out))
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        assert done.returncode == 0 or b"cache-failed" in done.stderr
        ballast.drop()
        assert site.run("--output", str(out)).returncode == 0
    shutil.copytree(out, site.root / "public")
    assert site.published() == "two"


@needs_mount
@pytest.mark.parametrize("jobs", rarely(["1", "2"], ()))
@pytest.mark.parametrize("first", rarely([True, False], {False}), ids=["first build", "rebuild"])
def test_no_space_for_temporary_files_is_no_obstacle(tmp_path, monkeypatch, first, jobs):
    site = Changing(tmp_path / "site")
    if not first:
        site.turn_to("one")
        site.build()
    site.turn_to("two")
    with small_disk(tmp_path / "temporary", "64k") as disk:
        Ballast(disk).fill(0)
        monkeypatch.setenv("TMPDIR", str(disk))
        done = site.run("--jobs", jobs)
    assert (done.returncode, site.published()) == (0, "two"), done.stderr.decode()
    assert b"warning" not in done.stderr


@needs_mount
@pytest.mark.slow
def test_no_space_for_the_cache_and_none_for_temporary_files_is_told_in_words(tmp_path, monkeypatch):
    site = Changing(tmp_path / "site")
    site.turn_to("one")
    with (
        small_disk(tmp_path / "temporary", "64k") as disk,
        mounted(site.root / ".pubengine", "-t", "tmpfs", "-o", "ro", "none"),
    ):
        Ballast(disk).fill(0)
        monkeypatch.setenv("TMPDIR", str(disk))
        done = site.run("--output", str(tmp_path / "out"))
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"working folder is gone" not in done.stderr
    assert done.returncode in (0, 4)


@needs_mount
def test_a_cache_on_another_disk_than_the_output_is_told_or_served(tmp_path):
    site = Changing(tmp_path / "site")
    site.turn_to("one")
    with small_disk(site.root / ".pubengine", "16m"):
        done = site.run()
        # Served, or refused with advice about the folder that is to blame, which is not the output's.
        assert b"Traceback" not in done.stderr
        assert done.returncode == 0 or b".pubengine" in done.stderr.partition(b"hint: ")[2], done.stderr.decode()


FULL_AT_LAST = """\
if event == "ctypes.dlsym":  # the exchange is next
    room = os.statvfs(".")
    if room.f_bavail:
        with open("../.ballast", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize)
"""


@needs_mount
def test_a_disk_that_is_full_after_the_exchange_does_not_unsay_it(tmp_path):
    with small_disk(tmp_path / "disk", "16m") as disk:
        site = Changing(disk / "site")
        site.turn_to("one")
        site.build()
        site.turn_to("two")
        done = site.run_heard(FULL_AT_LAST)
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        assert site.published() == "two"
        assert b"as it was" not in done.stderr, done.stderr.decode()
        Ballast(disk).drop()
        assert site.build().exit_code == 0
        assert site.published() == "two"
        assert leftovers(site) == []


@needs_mount
def test_a_first_site_that_leaves_no_space_for_its_twin_is_published_all_the_same(tmp_path):
    with small_disk(tmp_path / "disk", "16m") as disk:
        site = Changing(disk / "site")
        site.turn_to("one")
        done = site.run_heard(FULL_AT_LAST)
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        assert site.published() == "one"
        assert b"as it was" not in done.stderr, done.stderr.decode()
        Ballast(disk).drop()
        assert site.build().exit_code == 0
        assert leftovers(site) == []


@needs_mount
def test_a_full_disk_names_the_cache_by_its_place(tmp_path):
    site = Changing(tmp_path / "site")
    site.turn_to("one")
    with small_disk(site.root / ".pubengine", "64k") as disk:
        Ballast(disk).fill(0)
        done = site.run("--output", str(tmp_path / "out"))
    assert done.returncode == 0 or str(site.root / ".pubengine").encode() in done.stderr, done.stderr.decode()


ERRORS = [("write", "ENOSPC"), ("write", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("openat", "ENOSPC"),
          ("openat", "EIO"), ("openat", "EMFILE"), ("rename", "ENOSPC"), ("rename", "EIO"), ("renameat2", "EIO"), ("renameat2", "ENOSPC"),
          ("link", "EDQUOT"), ("link", "EMLINK"), ("mkdir", "EDQUOT"), ("mkdir", "ENOSPC"), ("unlink", "EIO"), ("unlinkat", "EIO"), ("rmdir", "EIO"),
          ("fsync", "EIO"), ("fdatasync", "EIO"), ("ftruncate", "EIO"), ("close", "EIO"), ("pread64", "EIO"), ("getdents64", "EIO")]  # fmt: skip


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize(("call", "kind"), ERRORS)
@pytest.mark.parametrize("first", [True, False], ids=["first build", "rebuild"])
def test_an_error_at_any_system_call_leaves_the_old_site_and_is_told_in_words(changing, tmp_path, call, kind, first):
    numbers = points(changing, tmp_path, first=first).get(call, [1])
    blows = Blows(changing, first=first, may_stay=("cache.db.unusable",))
    for number in spread(numbers, 25):
        error = strike(call, number, f"error={kind}")
        blows.strike(f"{call} {kind} {number}", lambda error=error: changing.run(before=error))
    blows.verdict(least=0)


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize(("call", "kind"), [("write", "ENOSPC"), ("rename", "EIO")])
def test_an_error_in_the_midst_of_a_build_leaves_the_old_site(changing, call, kind):
    changing.turn_to("one")
    changing.build()
    changing.turn_to("two")
    done = changing.run(before=strike(call, 3, f"error={kind}"))
    hold_after_refusal(changing, done, "one", "two")
    assert changing.build().exit_code == 0
    assert changing.published() == "two"
    assert leftovers(changing) == []
