"""The work of a build on a Dask cluster: the same bytes as in one process, and plain words where there is none."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from pubengine.testing import ENGINE

pytest.importorskip("distributed")

SHOUT = """\
from pubengine.api import hookimpl


@hookimpl
def transform(post):
    return post.replace(body=post.body.replace("walk", "WALK"))
"""


@contextmanager
def cluster(tmp_path):
    """A scheduler and two workers, as one would start them by hand; gives the scheduler's address."""
    code = (
        "import sys\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as one:\n"
        "        print(one.scheduler_address, flush=True)\n"
        "        sys.stdin.read()\n"
    )
    script = tmp_path / "cluster.py"
    script.write_text(code)
    started = subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        yield started.stdout.readline().strip()
    finally:
        started.communicate("")


def built(site, *options, config=ENGINE):
    site.write({"engine.toml": config})
    command = [sys.executable, "-m", "pubengine", "build", "--site", str(site.root), *options]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1730000000"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)


def everything(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_cluster_makes_the_same_bytes_as_one_process(site, tmp_path):
    posts = {
        f"content/posts/2024-{1 + n % 9:02}-{1 + n % 28:02}-p{n}.md": f"+++\ntitle = 'P {n}'\n+++\nA *walk*.\n"
        for n in range(240)
    }
    site.write({**posts, "plugins/shout.py": SHOUT})
    alone = built(site, "--jobs", "1", "--output", str(tmp_path / "alone"))
    assert alone.returncode == 0, alone.stderr
    with cluster(tmp_path) as address:
        config = f'{ENGINE}[build]\nscheduler = "{address}"\n'
        shared = built(site, "--clean", "--output", str(tmp_path / "shared"), config=config)
        assert shared.returncode == 0, shared.stderr
        again = built(site, "--output", str(tmp_path / "shared"), config=config)
        assert "0 new, 0 changed" in again.stderr
    assert everything(tmp_path / "alone") == everything(tmp_path / "shared")
    assert b"<em>WALK</em>" in everything(tmp_path / "shared")["2024/01/p0/index.html"]


def test_a_cluster_that_does_not_answer_is_told_and_costs_nothing(site, tmp_path):
    posts = {
        f"content/posts/2024-05-{1 + n % 28:02}-p{n}.md": f"+++\ntitle = 'P {n}'\n+++\nText.\n" for n in range(201)
    }
    site.write(posts)
    config = f'{ENGINE}[build]\nscheduler = "tcp://127.0.0.1:1"\n'
    refused = built(site, config=config)
    assert refused.returncode == 2
    assert "dask-unreachable" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (site.root / "public").exists()
