"""A build that is killed at any moment leaves the old site or the new one, and nothing that the next would stumble over."""

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from endurance.blows import Blows, made_ready, points
from endurance.changing import environment, leftovers
from endurance.marks import rarely
from endurance.preload import Striker, needs_preload
from endurance.trace import needs_strace, spread, strike

KILL_AT = Path(__file__).parent / "endurance/kill_at.py"


def kill_from_inside(site, number, *options):
    command = [sys.executable, "-B", str(KILL_AT), str(site.root), str(number), *site.command(*options)[4:]]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment())


@pytest.mark.parametrize(("first", "most"), [(True, 2), (False, 3)], ids=["first build", "rebuild"])
def test_a_build_killed_between_two_changes_leaves_one_of_two_whole_sites(changing, first, most):
    blows = Blows(changing, first=first)
    count = int(blows.strike("none", lambda: kill_from_inside(changing, 0)).stderr.split()[-1])
    blows = Blows(changing, first=first)
    changing.turn_to("one")
    changing.build()
    for number in spread(list(range(1, count + 1)), most)[:-1]:
        blows.strike(f"change {number}", lambda number=number: kill_from_inside(changing, number))
    blows.verdict()


@needs_preload
@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["first build", "rebuild"])
@pytest.mark.parametrize(("jobs", "stride"), [("1", 3), ("2", 4)])
def test_a_build_killed_before_any_change_of_the_disk_leaves_one_of_two_whole_sites(
    changing, library, jobs, stride, first
):
    striker = Striker(changing, library, "--jobs", jobs)
    made_ready(changing, first=first)
    changes = striker.changes()
    blows = Blows(changing, first=first)
    for number in range(1, changes + stride, stride):
        blows.strike(f"change {number}", lambda number=number: striker.strike(number, signal.SIGKILL))
    blows.verdict()


@needs_preload
@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", -15), ("SIGHUP", -1)])
def test_a_build_told_to_end_before_any_change_of_the_disk_leaves_one_of_two_whole_sites(
    changing, library, name, status, jobs
):
    striker = Striker(changing, library, "--jobs", jobs)
    made_ready(changing)
    changes = striker.changes()
    blows = Blows(changing)
    statuses = Counter()
    for number in range(1, changes + 12, 12):
        done = blows.strike(f"change {number}", lambda number=number: striker.strike(number, getattr(signal, name)))
        statuses[done.returncode] += 1
    print(f"\n{name}: {statuses}")  # noqa: T201 - shown by pytest -s
    assert statuses.keys() <= {
        0,
        status,
        4 if jobs > "1" else status,
    }  # 4: a worker was told to end, and the build says so
    blows.verdict()


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_build_killed_at_any_kind_of_system_call_leaves_one_of_two_whole_sites(changing, tmp_path, jobs):
    blows = Blows(changing)
    for call, numbers in points(changing, tmp_path, "--jobs", jobs).items():
        for number in spread(numbers, 4):
            kill = strike(call, number, "signal=SIGKILL")
            blows.strike(f"{call} {number}", lambda kill=kill: changing.run("--jobs", jobs, before=kill))
    blows.verdict()


SLOW = """\
import time
from pubengine.api import hookimpl


@hookimpl
def transform(post):
    time.sleep(0.05)
    return post
"""


def is_at_work(pid):
    """Whether a process is there; one that has ended may still be listed until somebody asks how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of children")
@pytest.mark.parametrize("name", rarely(["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"], {"SIGKILL"}))
def test_no_worker_outlives_a_build_that_ends_early(site, name):
    site.write({"plugins/slow.py": SLOW})
    site.write({f"content/posts/2024-05-01-p{n}.md": f"+++\ntitle = 'P {n}'\n+++\nText.\n" for n in range(200)})
    command = [sys.executable, "-m", "pubengine", "build", "--site", str(site.root), "--jobs", "2"]
    interruptible = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731 - as in a terminal
    build = subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=interruptible)  # noqa: PLW1509 - no threads here
    until = time.monotonic() + 20
    while len(workers := children(build.pid)) < 2:
        assert build.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    build.send_signal(getattr(signal, name))
    assert build.wait(20) == (130 if name == "SIGINT" else -getattr(signal, name))
    until = time.monotonic() + 10  # they look twice a second; the rest is for a machine under load
    while any(is_at_work(worker) for worker in workers):
        assert time.monotonic() < until, "a worker is still there"
        time.sleep(0.05)
    assert not (site.root / "public").exists()


@pytest.mark.parametrize("name", ["unchanged.4711", "stage-x1.material", "stage-x1/a/b/c.html"])
def test_whatever_a_killed_build_left_beside_the_output_goes_away(changing, name):
    changing.turn_to("one")
    changing.build()
    changing.turn_to("two")
    left = changing.root / ".pubengine/outputs/public" / name
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text("x")
    assert changing.build().exit_code == 0
    assert changing.published() == "two"
    assert leftovers(changing) == []


SLOW_PAGES = """\
import os, time
from pubengine.api import hookimpl


@hookimpl
def template_functions():
    return {"slowly": slowly}


def slowly():
    if "SLOWLY" in os.environ:
        time.sleep(0.1)
    return ""
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of children")
def test_workers_of_a_killed_build_leave_nothing_behind_the_next_one(changing):
    changing.turn_to("one")
    pages = {
        "plugins/slow.py": SLOW_PAGES,
        "themes/own/templates/post.html": "{{ slowly() }}{{ post.title }}",
        **{f"content/posts/2024-05-01-q{n}.md": f"+++\ntitle = 'Q {n}'\n+++\nText.\n" for n in range(60)},
    }
    changing.write(pages)
    build = subprocess.Popen(changing.command("--jobs", "2"), env=environment() | {"SLOWLY": "1"})
    until = time.monotonic() + 20
    while not list(changing.root.glob(".pubengine/outputs/public/stage-*/2024/*/*/index.html")):
        assert build.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    workers = children(build.pid)
    build.kill()
    build.wait(20)
    assert changing.build().exit_code == 0
    while any(is_at_work(worker) for worker in workers):
        time.sleep(0.05)
    assert leftovers(changing) == []
