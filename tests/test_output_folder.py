"""The output folder: wholly the old site or wholly the new one, and nothing of anybody else's is ever touched."""

import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest

POST = "content/posts/2024-05-01-a.md"
GOOD = "+++\ntitle = 'Good'\n+++\nText.\n"


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".pubengine" not in path.relative_to(folder).parts
    }


def leftovers(site):
    """What a build should have taken away: trees in the making, and anything beside the site's own folders."""
    beside = [path.name for path in site.root.iterdir() if path.name.startswith(".") and path.name != ".pubengine"]
    return beside + [path.name for path in site.root.glob(".pubengine/outputs/*/stage-*")]


def program(site, *words, cwd=None, **more):
    command = [sys.executable, "-m", "pubengine", "build", "--site", str(site.root), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, **more)


@pytest.mark.parametrize("name", ["index.html", "notes.txt", ".git/config", "a/b/c", ".htaccess"])
def test_a_folder_that_holds_anything_else_is_refused_and_left_alone(site, name):
    site.write({POST: GOOD, f"public/{name}": "precious"})
    built = site.build()
    assert built.exit_code == 4
    assert name in built.problem("output-foreign")["message"]
    assert tree(site.root / "public") == {name: b"precious"}
    assert leftovers(site) == []


def test_an_empty_folder_is_taken(site):
    site.write({POST: GOOD})
    (site.root / "public").mkdir()
    assert site.build().exit_code == 0


@pytest.mark.parametrize("name", ["CNAME", "2024/05/a/photo.jpg", "a/b", "index.html~"])
def test_a_file_that_somebody_put_in_later_is_never_lost(site, name):
    site.write({POST: GOOD})
    site.build()
    site.write({f"public/{name}": "precious", POST: GOOD + "More.\n"})
    built = site.build()
    assert built.exit_code == 4
    assert name in built.problem("output-foreign")["message"]
    assert (site.root / "public" / name).read_text() == "precious"
    (site.root / POST).unlink()
    site.build()
    assert (site.root / "public" / name).read_text() == "precious"


def test_a_link_that_somebody_put_in_is_never_followed(site):
    outside = site.root.parent / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("precious")
    site.write({POST: GOOD})
    site.build()
    (site.root / "public/link").symlink_to(outside)
    assert site.build().exit_code == 4
    (site.root / "public/link").unlink()
    shutil.rmtree(site.root / "public/2024")
    (site.root / "public/2024").symlink_to(outside)
    site.write({POST: GOOD + "More.\n"})
    site.build()
    assert tree(outside) == {"a.txt": b"precious"}


def test_a_file_put_in_while_a_build_runs_is_never_lost(site):
    site.write({
        POST: GOOD,
        "plugins/p.py": "from pathlib import Path\nfrom pubengine.api import Page, hookimpl\n\n\n@hookimpl\ndef emit():\n"
                        "    return [Page(path='z.txt', make=make)]\n\n\ndef make(page, view):\n"
                        f"    path = Path({str(site.root / 'public/dropped.txt')!r})\n"
                        "    if path.parent.exists():\n        path.write_text('precious')\n    return 'x'\n",
    })  # fmt: skip
    site.build()
    with (site.root / "plugins/p.py").open("a") as file:
        file.write("# changed, so that the page is made anew\n")
    site.build()
    found = [path for path in site.root.rglob("dropped.txt") if path.read_text() == "precious"]
    assert found


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": 1}',
        b'{"format": 1, "files": []}',
        b'{"format": 2, "files": {}}',
        b"\xff",
    ],
)
def test_a_manifest_that_cannot_be_read_deletes_nothing(site, manifest):
    site.write({POST: GOOD})
    site.build()
    before = tree(site.root / "public")
    site.write({"public/.pubengine-manifest": manifest})
    (site.root / POST).unlink()
    built = site.build()
    assert built.exit_code == 4
    assert set(tree(site.root / "public")) == set(before)


@pytest.mark.parametrize("path", ["../../outside.txt", "/etc/hostname", "../engine.toml"])
def test_a_manifest_that_somebody_forged_leads_nowhere(site, path):
    site.write({POST: GOOD, "engine2.toml": "precious"})
    (site.root.parent / "outside.txt").write_text("precious")
    site.build()
    site.write({"public/.pubengine-manifest": json.dumps({"format": 1, "files": {path: "x"}})})
    site.build()
    assert (site.root.parent / "outside.txt").read_text() == "precious"
    assert (site.root / "engine.toml").exists()


def test_another_sites_output_is_refused(site, tmp_path):
    from pubengine.testing import SiteUnderTest

    other = SiteUnderTest(tmp_path / "other")
    other.write({POST: GOOD, "engine.toml": 'title = "Other"\nurl = "https://other.example/"\nid = "other"\n'})
    before = tree(other.build().output)
    site.write({"content/posts/2024-06-01-b.md": GOOD})
    assert site.build("--output", str(tmp_path / "other/public")).exit_code == 4
    assert tree(tmp_path / "other/public") == before


@pytest.mark.parametrize(
    "place",
    [
        ".",
        "..",
        "content",
        "content/x",
        "content/posts",
        "plugins",
        "themes",
        "data/x",
        "engine.toml",
        "engine.toml/x",
        "/",
    ],
)
def test_an_output_that_would_take_the_site_with_it_is_refused(site, place):
    site.write({POST: GOOD, "plugins/README": "x"})
    before = tree(site.root)
    code = program(site, "--output", place, cwd=site.root)
    _, stderr = code.communicate(timeout=60)
    assert code.returncode == 2
    assert b"output-place" in stderr
    assert tree(site.root) == before


@pytest.mark.parametrize("place", ["file", "file/x", "loop", "loop/x", "x" * 300, "dangling", "link"])
def test_an_output_that_cannot_be_a_folder_is_told_without_a_traceback(site, place):
    site.write({POST: GOOD, "file": "precious"})
    (site.root / "loop").symlink_to("loop")
    (site.root / "dangling").symlink_to("nowhere")
    (site.root / "link").symlink_to("content")
    built = site.build("--output", str(site.root / place))
    assert built.exit_code in (2, 4)
    assert built.codes
    assert (site.root / "file").read_text() == "precious"


@pytest.mark.parametrize("place", [".", "", "sub/..", "./."])
def test_the_working_folder_can_be_the_output(site, tmp_path, place):
    site.write({POST: GOOD})
    folder = tmp_path / "out"
    folder.mkdir()
    done = program(site, "--output", place, cwd=folder)
    _, stderr = done.communicate(timeout=60)
    # Either it is one, or it is refused with what to do instead; nothing is left lying about.
    assert b"Traceback" not in stderr
    assert [path.name for path in folder.iterdir() if path.name.startswith("..")] == []
    assert done.returncode == 0 or b"hint" in stderr


def test_what_was_published_and_is_no_more_goes_away(site):
    site.write({POST: GOOD, "content/x/y/z.txt": "x"})
    site.build()
    (site.root / "content/x/y/z.txt").unlink()
    assert not any(name.startswith("x/") for name in site.build().files())
    assert not (site.root / "public/x").exists()


def test_a_file_that_somebody_changed_is_made_anew(site):
    site.write({POST: GOOD})
    before = tree(site.build().output)
    for name in ("index.html", "assets/style.css"):
        site.write({f"public/{name}": "changed"})
    (site.root / "public/404.html").unlink()
    assert tree(site.build().output) == before


def test_the_folder_keeps_its_permissions(site):
    site.write({POST: GOOD})
    site.build()
    (site.root / "public").chmod(0o2775)
    site.write({POST: GOOD + "More.\n"})
    site.build()
    assert stat.S_IMODE((site.root / "public").stat().st_mode) == 0o2775


@pytest.mark.parametrize("limit", [0, 512])
def test_a_disk_that_fills_up_leaves_the_old_site(site, limit):
    site.write({POST: GOOD})
    site.build()
    before = tree(site.root / "public")
    site.write({POST: GOOD + "More.\n" * 200})

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = program(site, preexec_fn=small)
    _, stderr = done.communicate(timeout=60)
    assert done.returncode == 4
    assert b"output-failed" in stderr or b"cache-failed" in stderr
    assert tree(site.root / "public") == before
    assert leftovers(site) == []


@pytest.mark.parametrize("limit", [64, 20, 10])
def test_few_open_files_are_enough(site, limit):
    site.write({f"content/posts/2024-05-{day:02}-x{day}.md": GOOD for day in range(1, 29)})
    done = program(site, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
    _, stderr = done.communicate(timeout=60)
    assert done.returncode == 0, stderr


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize(("call", "kind"), [("renameat2", "EIO"), ("mkdir", "ENOSPC")])
def test_a_disk_that_refuses_leaves_the_old_site(site, call, kind):
    site.write({POST: GOOD})
    site.build()
    before = tree(site.root / "public")
    site.write({POST: GOOD + "More.\n"})
    when = "2+" if call == "mkdir" else "1+"  # the first makes the tree, the second a folder in it
    extra = ["-e", f"inject=rename:error={kind}:when=1+"] if call == "renameat2" else []
    trace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        os.devnull,
        "-e",
        f"trace={call},rename",
        "-e",
        f"inject={call}:error={kind}:when={when}",
        *extra,
    ]
    command = [*trace, sys.executable, "-B", "-m", "pubengine", "build", "--site", str(site.root)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    if b"ptrace" in done.stderr:
        pytest.skip("tracing is not allowed here")
    after = tree(site.root / "public")
    assert b"Traceback" not in done.stderr
    assert done.returncode == 4
    assert after == before


def slow(site):
    site.write({
        "plugins/slow.py": "import time\nfrom pubengine.api import hookimpl\n\n\n@hookimpl\ndef transform(post):\n    time.sleep(0.03)\n    return post\n",
        **{f"content/posts/2024-05-01-x{number}.md": GOOD for number in range(100)},
    })  # fmt: skip


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGHUP, -1), (signal.SIGKILL, -9)]
)
def test_an_interrupted_build_leaves_the_old_site(site, number, status):
    site.write({POST: GOOD})
    site.build()
    before = tree(site.root / "public")
    slow(site)
    # A shell starts what runs in the background with SIGINT ignored; the program under test must not inherit that.
    done = program(site, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    time.sleep(1)
    done.send_signal(number)
    _, stderr = done.communicate(timeout=60)
    assert done.returncode in (status, 128 + number)
    assert b"Traceback" not in stderr
    assert tree(site.root / "public") == before


@pytest.mark.parametrize("name", ["public", "my-site", "site-2024-v2", "[x]", "a*b"])
def test_what_a_killed_build_left_behind_is_swept_away(site, name):
    site.write({POST: GOOD})
    site.build("--output", str(site.root / name))
    left = site.root / ".pubengine/outputs" / name / "stage-abcdef"
    left.mkdir()
    (left / "index.html").write_text("x")
    site.write({POST: GOOD + "More.\n"})
    site.build("--output", str(site.root / name))
    assert not left.exists()


def test_two_builds_at_once_leave_one_whole_site(site):
    site.write({f"content/posts/2024-05-{day:02}-x{day}.md": GOOD for day in range(1, 29)})
    wanted = tree(site.build().output)
    for _ in range(3):
        shutil.rmtree(site.root / "public")
        both = [program(site) for _ in range(2)]
        for one in both:
            one.communicate(timeout=60)
        assert {one.returncode for one in both} == {0}
        assert tree(site.root / "public") == wanted
        assert leftovers(site) == []


@pytest.mark.parametrize("options", [[], ["--keep-going"], ["--strict"], ["--drafts", "--future"]])
def test_sources_are_never_changed(site, options):
    site.write(
        {
            POST: GOOD,
            "content/posts/b.md": "+++\r\ntitle = 5\r\n+++\r\n",
            "content/posts/j.txt": "1 May 2024\n\nT\n\nText.\n",
        }
    )
    before = {name: text for name, text in tree(site.root).items() if not name.startswith("public/")}
    site.build(*options)
    assert {name: text for name, text in tree(site.root).items() if not name.startswith("public/")} == before
