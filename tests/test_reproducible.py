"""The same site is the same bytes: whatever the machine's zone, locale, hash seed, folder and clock."""

import hashlib
import os
import shutil
import subprocess
import sys

import pytest

FILES = {
    "content/posts/2024-05-01-a.md": "+++\ntitle = 'A caf\u00e9'\ntags = ['One', 'two', 'three', '\u0130']\n+++\nA *text*.\n\n```python\nx = 1\n```\n",
    "content/posts/b.md": "+++\ntitle = 'B'\ndate = 2024-03-31T01:30:00\ntags = ['one', 'Two']\n+++\n[A](2024-05-01-a.md)\n",
    "content/posts/c.md": "+++\ntitle = 'C'\ndate = 2024-01-01T00:30:00\n+++\nText.\n",
    "content/posts/d.md": "+++\ntitle = 'D'\ndate = 2023-12-31T23:30:00-08:00\n+++\nText.\n",
    "content/posts/e.md": "+++\ntitle = 'E'\ndraft = true\n+++\nText.\n",
    "content/posts/j.txt": "24 October 2014\n\nOne\n\nText.\n\nTwo\n\nText.\n\n23 October 2014\n\nThree\n\nText.\n",
    "content/about.md": "# About\n\nText.\n",
    "content/a.txt": "A",
    "data/a.json": '{"b": 1, "a": 2}',
}  # fmt: skip


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def built_by(root, *options, cwd=None, **environment):
    command = [sys.executable, "-m", "pubengine", "build", "--drafts", "--site", str(root), *options]
    surroundings = (
        {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        | {"SOURCE_DATE_EPOCH": "1730000000"}
        | environment
    )
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=surroundings, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return tree(root / "public")


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "UTC"},
        {"TZ": "Asia/Kolkata"},
        {"TZ": "Pacific/Kiritimati"},
        {"TZ": "America/St_Johns"},
        {"TZ": "nonsense"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
        {"PYTHONOPTIMIZE": "2", "LC_ALL": "ar_EG.UTF-8"},
    ],
    ids=lambda environment: ",".join(f"{name}={value}" for name, value in environment.items()),
)
def test_the_machine_changes_nothing(site, environment):
    site.write(FILES)
    wanted = built_by(site.root)
    shutil.rmtree(site.root / "public")
    assert built_by(site.root, **environment) == wanted


def test_the_folder_and_the_working_folder_change_nothing(site, tmp_path):
    site.write(FILES)
    wanted = built_by(site.root)
    other = tmp_path / "another place" / "caf\u00e9"
    shutil.copytree(site.root, other, ignore=shutil.ignore_patterns("public"))
    assert built_by(other, cwd="/") == wanted


def test_the_order_and_the_times_of_files_change_nothing(site, tmp_path):
    site.write(FILES)
    wanted = built_by(site.root)
    other = tmp_path / "other"
    for name in reversed(FILES):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(site.root / name, other / name)
        os.utime(other / name, (1, 1))
    shutil.copyfile(site.root / "engine.toml", other / "engine.toml")
    assert built_by(other) == wanted


def test_a_second_build_writes_nothing(site):
    site.write(FILES)
    site.build()
    built = site.build()
    assert built.data["written"]["new"] == []
    assert built.data["written"]["updated"] == []
    assert built.data["written"]["removed"] == []


def test_a_build_over_an_older_site_is_a_clean_build(site):
    site.write(FILES | {"content/posts/z.md": "+++\ntitle = 'Z'\ndate = 2024-06-01\ntags = ['zebra']\n+++\nText.\n"})
    site.build("--drafts")
    (site.root / "content/posts/z.md").unlink()
    over = built_by(site.root)
    shutil.rmtree(site.root / "public")
    assert built_by(site.root) == over


def test_the_clock_decides_only_what_is_due(site):
    site.write({name: text for name, text in FILES.items() if not name.endswith("e.md")})
    site.build(now=1_730_000_000)
    before = tree(site.root / "public")
    site.build(now=4_000_000_000)
    assert tree(site.root / "public") == before


@pytest.mark.parametrize("now", [0, 1, 2_147_483_648, 4_294_967_296, 253_402_300_799])
def test_any_clock_will_do(site, now):
    site.write({"content/posts/a.md": "+++\ntitle = 'A'\ndate = 1969-01-01\n+++\nText.\n"})
    assert site.build("--drafts", now=now).exit_code == 0
