"""`[build] replace = "in-place"`: an output folder whose files are replaced one by one, and what happens when that is cut off."""

import os
import subprocess
import sys

import pytest

from pubengine.testing import ENGINE, NOW

IN_PLACE = ENGINE + '[build]\nreplace = "in-place"\n'

KILLED = """
import os, sys
from pubengine.cli import main

left = int(sys.argv[1])

def hook(event, arguments):
    global left
    if event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir") and "public" in str(arguments[0]):
        left -= 1
        if left < 0:
            os._exit(9)

sys.addaudithook(hook)
sys.exit(main(["build", "--site", sys.argv[2], "--jobs", "1"]))
"""


def post(title, text="Text."):
    return f"+++\ntitle = '{title}'\ntags = ['sea']\n+++\n{text}\n"


def everything(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def clean(site, tmp_path, name="clean"):
    outcome = site.build("--clean", "--output", str(tmp_path / name))
    assert outcome.exit_code == 0
    return everything(tmp_path / name)


def killed_after(count, site):
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(NOW)}
    words = [sys.executable, "-c", KILLED, str(count), str(site.root)]
    return subprocess.run(words, env=environment, capture_output=True, check=False).returncode


def test_files_are_replaced_without_the_folder_being_another(site, tmp_path):
    site.write({"engine.toml": IN_PLACE, "content/posts/2024-05-01-a.md": post("A")})
    site.build()
    folder = (site.root / "public").stat().st_ino
    untouched = (site.root / "public/robots.txt").stat()
    site.write({"content/posts/2024-05-01-a.md": post("A", "Other."), "content/posts/2024-06-02-b.md": post("B")})
    site.build()
    (site.root / "content/posts/2024-05-01-a.md").unlink()
    outcome = site.build()
    assert (site.root / "public").stat().st_ino == folder
    assert (site.root / "public/robots.txt").stat() == untouched
    assert "2024/05/a/index.html" in outcome.data["written"]["removed"]
    assert not (site.root / "public/2024/05").exists()
    assert everything(site.root / "public") == clean(site, tmp_path)


def test_nothing_to_do_changes_nothing_in_the_folder(site):
    site.write({"engine.toml": IN_PLACE, "content/posts/2024-05-01-a.md": post("A")})
    site.build()
    before = (site.root / "public").stat()
    site.write({"content/posts/2024-05-01-a.md": post("A")})
    assert site.build().data["written"]["updated"] == []
    assert (site.root / "public").stat() == before


def test_a_file_becomes_a_folder_and_a_folder_a_file(site, tmp_path):
    site.write({"engine.toml": IN_PLACE, "content/a.txt": "file", "content/b.txt/c.txt": "in a folder"})
    assert site.build().exit_code == 0
    for path in ("content/a.txt", "content/b.txt/c.txt"):
        (site.root / path).unlink()
    (site.root / "content/b.txt").rmdir()
    site.write({"content/a.txt/c.txt": "in a folder", "content/b.txt": "file"})
    assert site.build().exit_code == 0
    assert everything(site.root / "public") == clean(site, tmp_path)


def test_what_somebody_else_put_in_the_way_stays(site, tmp_path):
    site.write({"engine.toml": IN_PLACE, "content/posts/2024-05-01-a.md": post("A")})
    site.build()
    before = everything(site.root / "public")
    site.write({"public/note.txt": "mine", "content/note.txt": "ours", "content/posts/2024-05-01-a.md": post("B")})
    outcome = site.build()
    assert (outcome.exit_code, outcome.codes[-1]) == (4, "output-foreign")
    assert everything(site.root / "public") == before | {"note.txt": b"mine"}


def test_killed_at_any_step_no_file_is_half_and_the_next_build_ends_it(site, tmp_path):
    site.write({
        "engine.toml": IN_PLACE,
        "content/posts/2024-05-01-a.md": post("A"),
        "content/posts/2024-05-02-b.md": post("B"),
        "content/c.txt": "file",
    })  # fmt: skip
    site.build()
    old = everything(site.root / "public")
    (site.root / "content/posts/2024-05-02-b.md").unlink()
    (site.root / "content/c.txt").unlink()
    site.write({"content/posts/2024-05-01-a.md": post("A", "Other."), "content/c.txt/d.txt": "in a folder"})
    new = clean(site, tmp_path)
    cut_off = 0
    while killed_after(cut_off, site) == 9:
        cut_off += 1
        for path, data in everything(site.root / "public").items():
            if not path.startswith(".pubengine-"):
                assert data in (old.get(path), new.get(path)), path
        assert site.build().exit_code == 0
        assert everything(site.root / "public") == new
        back = {"content/posts/2024-05-01-a.md": post("A"), "content/posts/2024-05-02-b.md": post("B")}
        (site.root / "content/c.txt/d.txt").unlink()
        (site.root / "content/c.txt").rmdir()
        site.write(back | {"content/c.txt": "file"})
        assert site.build().exit_code == 0
        assert everything(site.root / "public") == old
        (site.root / "content/posts/2024-05-02-b.md").unlink()
        (site.root / "content/c.txt").unlink()
        site.write({"content/posts/2024-05-01-a.md": post("A", "Other."), "content/c.txt/d.txt": "in a folder"})
    assert cut_off > 10


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_mount_point_cannot_be_exchanged_and_is_told_what_can_be_done(site, tmp_path):
    site.write({"content/posts/2024-05-01-a.md": post("A")})
    public = site.root / "public"
    public.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", public], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let root mount")
    try:
        refused = site.build()
        assert refused.exit_code == 4
        assert 'replace = "in-place"' in refused.data["diagnostics"][-1]["hint"]
        assert everything(public) == {}
        site.write({"engine.toml": IN_PLACE})
        assert site.build().exit_code == 0
        assert everything(public) == clean(site, tmp_path)
    finally:
        subprocess.run(["umount", public], check=True)
