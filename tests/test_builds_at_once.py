"""Builds of one site at the same time: each ends well, and the output is what one build alone makes."""

import fcntl
import json
import os
import re
import select
import shutil
import subprocess
import time

import pytest
from endurance.changing import environment, leftovers
from endurance.marks import rarely

from pubengine.lock import locked


def start(site, *options):
    return subprocess.Popen(site.command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())


def hold(site, builds, version):
    """Each build ended well, and in silence but for whom it waited for."""
    for build in builds:
        _, stderr = build.communicate(timeout=120)
        said = stderr.decode()
        assert build.returncode == 0, said
        assert "Traceback" not in said
        assert "warning" not in said
        for line in said.splitlines():
            if "waiting" in line:
                assert re.fullmatch(
                    r"waiting for another build( \(process \d+ on \S+, since \d{4}-\d\d-\d\d .*\))?", line
                )
    assert site.published() == version
    assert leftovers(site) == []


@pytest.mark.parametrize("builds", rarely([2, 3], {2}))
@pytest.mark.parametrize("rounds", rarely([1, 50], {1}))
def test_builds_at_once_end_well_and_leave_one_whole_site(changing, builds, rounds):
    for turn in range(rounds):
        version = ("one", "two")[turn % 2]
        changing.turn_to(version)
        if turn % 5 == 0:
            for folder in ("public", ".pubengine"):
                shutil.rmtree(changing.root / folder, ignore_errors=True)
        options = [[[], ["--clean"], []], [["--jobs", "2"], [], []], [[], [], []]][turn % 3]
        started = []
        for number in range(builds):
            started.append(start(changing, *options[number]))
            time.sleep(0.07 * (turn % 7) * (number == 0))
        hold(changing, started, version)


@pytest.mark.slow
def test_sources_that_change_between_two_builds_at_once_are_published_in_the_end(changing):
    for turn in range(40):
        version = ("one", "two")[turn % 2]
        first = start(changing)
        time.sleep(0.02 * (turn % 20))
        changing.turn_to(version)
        second = start(changing)
        first.communicate(timeout=120)
        hold(changing, [second], version)


def test_a_lock_that_is_not_given_back_names_its_holder(site):
    site.write({"content/posts/2024-05-01-a.md": "+++\ntitle = 'A'\n+++\nText.\n"})
    site.build()
    path = site.root / ".pubengine/outputs/public/lock"
    with locked(path, lambda _: None):
        said = []
        with pytest.raises(Exception, match="is still at work") as raised, locked(path, said.append, patience=0.3):
            pass
    pattern = rf"process {os.getpid()} on \S+, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.search(pattern, said[0])
    assert re.search(pattern, str(raised.value))


@pytest.mark.parametrize("left", ["", "[]", '{"pid": 99999999, "host": "gone", "since": "2020-01-01 00:00:00+00:00"}'])
def test_the_lock_of_a_dead_build_is_no_obstacle(site, left):
    site.write({"content/posts/2024-05-01-a.md": "+++\ntitle = 'A'\n+++\nText.\n"})
    site.build()
    site.write(
        {".pubengine/outputs/public/lock": left, "content/posts/2024-05-02-b.md": "+++\ntitle = 'B'\n+++\nText.\n"}
    )
    assert site.build().exit_code == 0


HELD = """\
import time
from pathlib import Path
from pubengine.api import hookimpl


@hookimpl
def transform(post):
    until = time.monotonic() + 20
    while post.title == "Slow" and not Path({go!r}).exists() and time.monotonic() < until:
        time.sleep(0.05)
    return post
"""


def test_a_build_that_waits_while_another_one_reads_says_for_whom(changing, tmp_path):
    changing.write({
        "plugins/p.py": HELD.format(go=str(tmp_path / "go")),
        "content/posts/2024-05-01-a.md": "+++\ntitle = 'Slow'\n+++\nText.\n",
    })  # fmt: skip
    first = start(changing)
    time.sleep(1.5)  # it reads by now
    changing.write({"content/posts/2024-05-01-a.md": "+++\ntitle = 'Quick'\n+++\nText.\n"})
    second = start(changing)
    said, _, _ = select.select([second.stderr], [], [], 3)
    (tmp_path / "go").touch()
    _, first_said = first.communicate(timeout=60)
    _, second_said = second.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0), first_said + second_said
    assert said, "in three seconds it said nothing"
    assert f"waiting for another build (process {first.pid}".encode() in second_said


IN_STEP = """\
import os, time
from pathlib import Path
from pubengine.api import hookimpl

STEPS = Path({steps!r})


@hookimpl
def template_functions():
    return {{"in_step": in_step}}


def in_step():
    # The first page of the plain build waits for the clean build to have begun.
    if os.environ["PART"] == "plain" and not (STEPS / "plain makes pages").exists():
        (STEPS / "plain makes pages").touch()
        until = time.monotonic() + 20
        while not (STEPS / "clean reads").exists() and time.monotonic() < until:
            time.sleep(0.02)
    return ""


@hookimpl
def transform(post):
    if os.environ["PART"] == "clean" and not (STEPS / "clean reads").exists():
        (STEPS / "clean reads").touch()
        time.sleep(1)  # the other one makes its pages meanwhile
    return post
"""


def test_a_clean_build_takes_nothing_away_that_another_one_is_about_to_use(changing, tmp_path, monkeypatch):
    changing.turn_to("one")
    changing.write({
        "plugins/p.py": IN_STEP.format(steps=str(tmp_path)),
        "themes/own/templates/post.html": "{{ in_step() }}{{ content(post) }}",
    })  # fmt: skip
    monkeypatch.setenv("PART", "plain")
    plain = start(changing)
    until = time.monotonic() + 20
    while not (tmp_path / "plain makes pages").exists() and time.monotonic() < until:
        time.sleep(0.02)
    monkeypatch.setenv("PART", "clean")
    clean = start(changing, "--clean")
    _, plain_said = plain.communicate(timeout=60)
    _, clean_said = clean.communicate(timeout=60)
    assert (plain.returncode, clean.returncode) == (0, 0), (plain_said + clean_said).decode()
    assert b"warning" not in plain_said + clean_said


@pytest.mark.slow
def test_a_build_that_waits_for_a_minute_gives_up_and_names_the_holder(site):
    site.write({"content/posts/2024-05-01-a.md": "+++\ntitle = 'A'\n+++\nText.\n"})
    site.build()
    site.write({"content/posts/2024-05-01-a.md": "+++\ntitle = 'B'\n+++\nText.\n"})
    path = site.root / ".pubengine/outputs/public/lock"
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(json.dumps({"pid": 4711, "host": "here", "since": "2024-01-01 00:00:00+00:00"}))
        file.truncate()
        file.flush()
        started = time.monotonic()
        built = site.build()
        assert 55 < time.monotonic() - started < 75
    assert built.exit_code == 4
    assert "process 4711 on here, since 2024-01-01 00:00:00+00:00" in built.problem("output-locked")["message"]
