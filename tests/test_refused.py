"""Folders that cannot be written to, limits of the system, and an output that somebody replaces: told in words, nothing lost."""

import os
import resource
import signal
import subprocess

import pytest
from endurance.changing import leftovers
from endurance.disks import immutable, mounted, needs_mount
from endurance.marks import rarely
from endurance.trace import needs_strace


def hold(site, done):
    """All or nothing, in words."""
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert done.returncode in (0, 4), done.stderr.decode()
    assert (b"error[" in done.stderr) == (done.returncode == 4)
    assert site.published() == ("two" if done.returncode == 0 else "one"), done.stderr.decode()


def hold_afterwards(site):
    """When the obstacle is gone, the next build is right."""
    built = site.build()
    assert built.exit_code == 0, built.stderr
    assert site.published() == "two"
    assert leftovers(site) == []


OBSTACLES = ["public", "public/index.html", "public/files", ".pubengine", ".pubengine/cache.db", ".pubengine/outputs/public",
             ".pubengine/outputs/public/tree", ".pubengine/outputs/public/tree/index.html", ".pubengine/outputs/public/lock",
             ".pubengine/outputs/public/unchanged", "public/.pubengine-manifest", "."]  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to make files immutable")
@pytest.mark.parametrize("place", rarely(OBSTACLES, {"public"}))
def test_what_nobody_may_change_is_told_and_the_site_stays_whole(published, place):
    with immutable(published.root / place, published.root):
        hold(published, published.run())
    hold_afterwards(published)


@needs_mount
@pytest.mark.parametrize("place", rarely(["public", ".pubengine", "."], ()))
def test_a_disk_mounted_for_reading_only_is_told_and_the_site_stays_whole(published, place):
    folder = str(published.root / place)
    with mounted(published.root / place, "--bind", folder):
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        hold(published, published.run())
    hold_afterwards(published)


@pytest.mark.parametrize("jobs", rarely(["1", "2"], {"2"}))
@pytest.mark.parametrize("limit", rarely([64, 48, 40, *range(32, 8, -1)], {12}))
def test_few_open_files_are_enough_or_the_limit_is_named(published, limit, jobs):
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))  # noqa: E731 - it is told in one line
    done = published.run("--jobs", jobs, preexec_fn=few)
    if limit >= 64:
        assert done.returncode == 0, done.stderr.decode()
    hold(published, done)
    assert done.returncode == 0 or b"ulimit -n" in done.stderr, done.stderr.decode()
    hold_afterwards(published)


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [40, 50, 60, 70, 80, 90, 100, 110, 120, 140, 160, 200, 300])
def test_little_memory_leaves_a_whole_site(published, megabytes):
    little = lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))  # noqa: E731
    done = published.run(preexec_fn=little)
    assert published.published() == ("two" if done.returncode == 0 else "one")
    hold_afterwards(published)
    if b"pubengine" in done.stderr:  # Python itself did start
        hold(published, done)


@pytest.mark.parametrize("limit", rarely([0, *(1 << n for n in range(9, 19))], ()))
def test_files_that_may_not_grow_leave_the_old_site(published, limit):
    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    hold(published, published.run(preexec_fn=small))
    hold_afterwards(published)


@needs_strace
@pytest.mark.parametrize("call", rarely(["clone", "clone3", "pipe2"], {"clone"}))
def test_a_system_that_gives_no_more_processes_is_no_obstacle_or_told(published, call):
    # As under ulimit -u, and in containers that count processes.
    refuse = ("-e", f"trace=?{call}", "-e", f"inject=?{call}:error=EAGAIN:when=1+")
    done = published.run("--jobs", "2", before=("strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, *refuse))
    hold(published, done)
    hold_afterwards(published)


@needs_mount
def test_no_room_for_what_processes_share_is_no_obstacle_or_told(published):
    full = 'mount -t tmpfs -o size=4k none /dev/shm && head -c 4096 /dev/zero >/dev/shm/full; exec "$@"'
    done = published.run("--jobs", "2", before=("unshare", "--mount", "sh", "-c", full, "sh"))
    hold(published, done)
    hold_afterwards(published)


def meddling(site, deed):
    """Does something to the output folder while pages are made, as another program might."""
    site.write({
        "plugins/meddler.py": "import os, shutil\nfrom pubengine.api import Page, hookimpl\n\n"
        "@hookimpl\ndef emit():\n    yield Page(path='m.txt', make=make)\n\n"
        f"def make(page, view):\n    os.chdir({str(site.root)!r})\n    {deed}\n    return 'made'\n",
    })  # fmt: skip


DEEDS = {
    "a file": "shutil.rmtree('public'); open('public', 'w').write('precious')",
    "a link": "os.rename('public', 'moved'); os.symlink(os.path.abspath('moved'), 'public')",
    "a link to somebody's folder": "shutil.rmtree('public'); os.symlink(os.path.abspath('../precious'), 'public')",
    "a link to nowhere": "shutil.rmtree('public'); os.symlink('nowhere', 'public')",
    "nothing": "shutil.rmtree('public')",
    "an empty folder": "shutil.rmtree('public'); os.mkdir('public')",
    "somebody's folder": "shutil.rmtree('public'); os.rename('../precious', 'public')",
}


@pytest.mark.parametrize("deed", rarely(DEEDS, {"a link"}))
def test_an_output_that_is_replaced_while_a_build_runs_takes_nothing_of_anybody_else_along(published, deed):
    precious = published.root.parent / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("precious")
    meddling(published, DEEDS[deed])
    done = published.run()
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    if deed == "a file":
        assert (published.root / "public").read_text() == "precious"
    folder = published.root / "public" if deed == "somebody's folder" else precious
    assert (folder / "letter.txt").read_text() == "precious"
    assert done.returncode == 4 or deed in ("nothing", "an empty folder"), done.stderr.decode()
    if done.returncode == 0:
        whole = (published.root / "public/index.html").is_file() and (published.root / "public/m.txt").is_file()
        assert whole
        assert (published.root / "public/files/same.bin").read_bytes() == bytes(range(256)) * 200


LAST_MOMENT = """\
if event == "ctypes.dlsym" and not os.path.islink("public"):  # the exchange is next
    shutil.rmtree("public")
    os.symlink(os.path.abspath("../precious"), "public")
"""


def test_a_link_put_in_just_before_the_exchange_is_never_followed(published):
    precious = published.root.parent / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("precious")
    done = published.run_heard(LAST_MOMENT)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    for version in ("one", "two"):
        assert {path.name for path in precious.iterdir()} == {"letter.txt"}
        published.turn_to(version)
        published.build()


BETWEEN_RENAMES = """\
if event == "os.rename" and str(arguments[0]).endswith("/tree") and str(arguments[1]).endswith("/public"):
    os.kill(os.getpid(), signal.SIGINT)  # the old site has just been renamed, the new one not yet
"""


NO_EXCHANGE = (
    "strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", "trace=renameat2", "-e", "inject=renameat2:error=EINVAL"
)  # fmt: skip
"""As on file systems that cannot exchange two names at once."""


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other", "left"),
    [("public", "tree.aside", "one"), ("tree", "public", "none"), ("tree.aside", "tree", "two")],
)
def test_a_build_killed_between_the_renames_is_mended_by_the_next(published, one, other, left):
    kill = (
        f'if event == "os.rename" and [os.path.basename(one) for one in arguments[:2]] == [{one!r}, {other!r}]:\n'
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    published.run_heard(kill, before=NO_EXCHANGE)
    assert published.published() == left
    hold_afterwards(published)


@needs_strace
def test_an_interrupt_between_the_two_renames_leaves_an_output(published):
    done = published.run_heard(BETWEEN_RENAMES, before=NO_EXCHANGE)
    assert done.returncode == 130
    assert published.published() == "one"


MATERIAL_REFUSED = """\
if event == "open" and str(arguments[0]).endswith(".material"):
    raise OSError(errno.ENOSPC, "No space left on device", str(arguments[0]))
"""


def test_no_space_for_what_is_sent_to_other_processes_is_told(published):
    # Only where memory is not shared, as beside another thread.
    beside = "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    done = published.run_heard(MATERIAL_REFUSED, "--jobs", "2", first=beside)
    hold(published, done)
    hold_afterwards(published)
