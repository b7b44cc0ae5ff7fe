"""A build that is killed at any moment leaves the old site or the new one, and nothing that the next would stumble over."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from endurance.changing import Changing, environment, leftovers
from endurance.trace import calls_at, needs_strace, spread, strike

KILL_AT = Path(__file__).parent / "endurance/kill_at.py"


@pytest.fixture
def changing(tmp_path):
    return Changing(tmp_path / "site")


class Blows:
    """Many blows at the change from one version to the other and back, and what became of the site after each."""

    def __init__(self, site, *, first=False):
        self.site = site
        self.first = first
        self.old, self.new = "none", "one"
        self.tried = 0
        self.struck = 0
        self.broken = []

    def strike(self, name, run):
        """Lets a build be struck by `run`, then holds the site against the promise; what is broken is noted."""
        site = self.site
        self.old, self.new = ("none" if self.first else self.new), {"one": "two", "two": "one"}[self.new]
        site.turn_to(self.new)
        if self.first:
            for folder in ("public", ".pubengine"):
                shutil.rmtree(site.root / folder, ignore_errors=True)
        sources = site.sources()
        done = run()
        self.tried += 1
        self.struck += done.returncode != 0
        found = site.published()
        self._hold(name, found in (self.old, self.new), f"the output is {found}")
        self._hold(name, site.sources() == sources, "sources changed")
        self._hold(name, b"Traceback" not in done.stderr, "a traceback", done.stderr.decode())
        if b"as it was" in done.stderr:
            self._hold(name, found == self.old, "it says that the site is as it was, and it is the new one", done.stderr)
        if done.returncode == 0:
            self._hold(name, found == self.new, "status 0, and not the new site")
        built = site.build()
        self._hold(name, built.exit_code == 0, "the next build fails", f"{built.stderr}{built.data}")
        self._hold(name, site.published() == self.new, "the next build is not what a clean one is")
        self._hold(name, not leftovers(site), "something is left", leftovers(site))
        self._hold(name, not built.codes, "the next build warns", built.codes)
        if site.published() != self.new or leftovers(site):
            for folder in ("public", ".pubengine"):
                shutil.rmtree(site.root / folder, ignore_errors=True)
            site.build()
        return done

    def _hold(self, name, good, what, shown=""):
        if not good:
            self.broken.append(f"{what} ({name}) {shown}")

    def verdict(self):
        """Fails the test if anything was broken; says how much was tried, for `pytest -s`."""
        kinds = Counter(one.partition(" (")[0] for one in self.broken)
        print(f"\n{self.tried} points, {self.struck} struck; broken promises: {dict(kinds)}")  # noqa: T201
        assert self.struck > self.tried / 2
        assert not self.broken, "\n".join(self.broken[:40])


def kill_from_inside(site, number, *options):
    command = [sys.executable, "-B", str(KILL_AT), str(site.root), str(number), *site.command(*options)[4:]]
    return subprocess.run(command, capture_output=True, check=False, timeout=60, env=environment())


@pytest.mark.parametrize(("first", "most"), [(True, 5), (False, 10)], ids=["first build", "rebuild"])
def test_a_build_killed_between_two_changes_leaves_one_of_two_whole_sites(changing, first, most):
    blows = Blows(changing, first=first)
    count = int(blows.strike("none", lambda: kill_from_inside(changing, 0)).stderr.split()[-1])
    blows = Blows(changing, first=first)
    changing.turn_to("one")
    changing.build()
    for number in spread(list(range(1, count + 1)), most)[:-1]:
        blows.strike(f"change {number}", lambda number=number: kill_from_inside(changing, number))
    blows.verdict()


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["first build", "rebuild"])
@pytest.mark.parametrize(("jobs", "most"), [(1, 45), (2, 25)])
def test_a_build_killed_at_any_system_call_leaves_one_of_two_whole_sites(changing, tmp_path, jobs, most, first):
    blows = Blows(changing, first=first)
    for call, numbers in points(changing, tmp_path, jobs).items():
        for number in spread(numbers, most):
            kill = strike(call, number, "signal=SIGKILL")
            blows.strike(f"{call} {number}", lambda kill=kill: changing.run("--jobs", str(jobs), before=kill))
    blows.verdict()


@needs_strace
@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", -15), ("SIGHUP", -1)])
def test_a_build_told_to_end_at_any_system_call_leaves_one_of_two_whole_sites(changing, tmp_path, name, status, jobs):
    blows = Blows(changing)
    statuses = set()
    for call, numbers in points(changing, tmp_path, jobs).items():
        for number in spread(numbers, 10):
            end = strike(call, number, f"signal={name}")
            run = lambda end=end: changing.run("--jobs", str(jobs), before=end)  # noqa: E731 - it is run once, in the next line
            statuses.add(blows.strike(f"{call} {number}", run).returncode)
    print(statuses)  # noqa: T201
    assert statuses <= {0, status, 4 if jobs > 1 else status}  # 4: a worker was told to end, and the build says so
    blows.verdict()


def points(site, tmp_path, jobs):
    """The system calls that have to do with the site, in a build that changes it from one version to the other."""
    site.turn_to("two")
    site.build()
    site.turn_to("one")
    return calls_at(site.root, site.command("--jobs", str(jobs)), tmp_path / "log", environment())


SLOW = """\
import time
from pubengine.api import hookimpl


@hookimpl
def transform(post):
    time.sleep(0.05)
    return post
"""


def children(pid):
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells of children")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"])
def test_no_worker_outlives_a_build_that_ends_early(site, name):
    site.write({"plugins/slow.py": SLOW})
    site.write({f"content/posts/2024-05-01-p{n}.md": f"+++\ntitle = 'P {n}'\n+++\nText.\n" for n in range(200)})
    command = [sys.executable, "-m", "pubengine", "build", "--site", str(site.root), "--jobs", "2"]
    interruptible = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731 - as in a terminal
    build = subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=interruptible)
    until = time.monotonic() + 20
    while len(workers := children(build.pid)) < 2:
        assert build.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    build.send_signal(getattr(signal, name))
    assert build.wait(20) == (130 if name == "SIGINT" else -getattr(signal, name))
    until = time.monotonic() + 2
    while any(os.path.exists(f"/proc/{worker}") for worker in workers):
        assert time.monotonic() < until, "a worker is still there"
        time.sleep(0.05)
    assert not (site.root / "public").exists()
