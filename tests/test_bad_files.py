"""Files that are links, pipes, unreadable, too large or not what they seem: said, never opened blindly, never lost."""

import os
import shutil
import subprocess
import sys

import pytest

POST = "content/posts/2024-05-01-a.md"
GOOD = "+++\ntitle = 'Good'\n+++\nText.\n"


@pytest.fixture
def outside(site):
    folder = site.root.parent / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    (folder / "secret.md").write_text("+++\ntitle = 'secret'\ndate = 2024-01-01\n+++\nsecret\n")
    return folder


def link(site, name, target):
    path = site.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


def secrets(built):
    return [name for name in built.files() if b"secret" in (built.output / name).read_bytes()]


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("content/files/a.txt", "secret.txt"),
        ("content/posts/2024-01-01-a.md", "secret.md"),
        ("content/a.md", "secret.md"),
        ("content/folder", ""),
        ("content/posts/folder", ""),
    ],
)
def test_a_link_out_of_the_site_is_an_error_and_publishes_nothing(site, outside, name, target):
    site.write({POST: GOOD})
    link(site, name, outside / target)
    built = site.build("--keep-going")
    assert built.exit_code == 1
    assert built.problem("symlink-outside")["file"] == name
    assert secrets(built) == []


@pytest.mark.parametrize("name", ["a.css", "fonts/a.css"])
def test_a_themes_link_out_of_the_site_publishes_nothing(site, outside, name):
    site.write({
        POST: GOOD,
        "themes/own/theme.toml": 'inherits = "paper"\n',
        "engine.toml": (site.root / "engine.toml").read_text() + '[theme]\nname = "own"\n',
    })  # fmt: skip
    link(site, f"themes/own/assets/{name}", outside / "secret.txt")
    assert secrets(site.build()) == []


def test_a_themes_assets_folder_that_leads_out_of_the_site_publishes_nothing(site, outside):
    site.write({
        POST: GOOD,
        "themes/own/theme.toml": 'inherits = "paper"\n',
        "engine.toml": (site.root / "engine.toml").read_text() + '[theme]\nname = "own"\n',
    })  # fmt: skip
    link(site, "themes/own/assets", outside)
    assert secrets(site.build()) == []


def test_a_themes_link_that_leads_nowhere_is_told(site):
    site.write({
        POST: GOOD,
        "themes/own/theme.toml": 'inherits = "paper"\n',
        "engine.toml": (site.root / "engine.toml").read_text() + '[theme]\nname = "own"\n',
    })  # fmt: skip
    link(site, "themes/own/assets/a.css", "nowhere")
    assert site.build().codes


def test_a_data_file_that_leads_out_of_the_site_is_an_error(site, outside):
    (outside / "a.json").write_text('["secret"]')
    site.write({POST: GOOD})
    link(site, "data/a.json", outside / "a.json")
    built = site.build()
    assert built.exit_code == 1
    assert built.problem("file-unreadable")["file"] == "data/a.json"


@pytest.mark.parametrize("name", ["content/a.txt", "content/posts/2024-01-01-a.md", "content/a.md"])
def test_a_link_that_leads_nowhere_is_an_error(site, name):
    site.write({POST: GOOD})
    link(site, name, "nowhere")
    built = site.build()
    assert built.exit_code == 1
    assert built.problem("symlink-dangling")["file"] == name


def test_a_link_to_itself_is_an_error(site):
    site.write({POST: GOOD})
    link(site, "content/a", "a")
    assert site.build().problem("symlink-dangling")["file"] == "content/a"


def test_a_link_to_a_folder_above_it_is_followed_once_at_most(site):
    site.write({POST: GOOD})
    link(site, "content/again", ".")
    assert site.build().problem("symlink-loop")["severity"] == "warning"


def test_a_link_to_the_output_does_not_grow_with_each_build(site):
    site.write({POST: GOOD})
    site.build()
    link(site, "content/old", "../public")
    counts = [len(site.build("--keep-going").files()) for _ in range(3)]
    assert counts[0] == counts[1] == counts[2]


def test_a_link_within_the_site_is_published(site):
    site.write({POST: GOOD, "content/a.txt": "A"})
    link(site, "content/b.txt", "a.txt")
    built = site.build()
    assert built.exit_code == 0
    assert built.page("b.txt") == "A"


@pytest.mark.parametrize(
    "name",
    ["content/pipe", "content/posts/2024-01-01-pipe.md", "content/pipe.md", "data/pipe.json", "themes/own/assets/pipe"],
)
def test_a_pipe_is_never_opened(site, name):
    site.write({
        POST: GOOD,
        "themes/own/theme.toml": 'inherits = "paper"\n',
        "engine.toml": (site.root / "engine.toml").read_text() + '[theme]\nname = "own"\n',
    })  # fmt: skip
    (site.root / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(site.root / name)
    command = [sys.executable, "-m", "pubengine", "build", "--site", str(site.root)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0
    if name.startswith("content/"):
        assert "file-special" in done.stderr


def test_a_folder_that_is_called_like_a_post_is_a_folder(site):
    site.write({POST: GOOD, "content/posts/2024.md/2024-06-01-b.md": GOOD})
    built = site.build()
    assert built.exit_code == 0
    assert "2024/06/b/index.html" in built.files()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_post_that_cannot_be_read_is_an_error(site):
    site.write({POST: GOOD})
    (site.root / POST).chmod(0)
    assert site.build().problem("file-unreadable")["file"] == POST


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("kind", ["EACCES", "EIO"])
def test_a_post_that_the_disk_will_not_give_is_an_error(site, kind):
    site.write({POST: GOOD, "content/b.txt": "b"})
    for name in (POST, "content/b.txt"):
        inject = [
            "-f",
            "-qq",
            "-o",
            os.devnull,
            "-P",
            str(site.root / name),
            "-e",
            "trace=openat",
            "-e",
            f"inject=openat:error={kind}",
        ]
        command = ["strace", *inject, sys.executable, "-m", "pubengine", "build", "--site", str(site.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "ptrace" in done.stderr:
            pytest.skip("tracing is not allowed here")
        assert done.returncode in (1, 4)
        assert name in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("size", [5_000_001, 10_000_000])
def test_a_huge_post_is_an_error_that_says_how_large_it_may_be(site, size):
    site.write({POST: GOOD + "x" * size})
    found = site.build().problem("post-too-large")
    assert found["file"] == POST
    assert "max_post_size" in found["hint"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2024-05-01-a.md.txt", GOOD),
        ("2024-05-01-a", GOOD),
        ("2024-05-01-a.html", GOOD),
        ("2024-05-01-a.htm", "---\ntitle: x\n---\nText.\n"),
        ("2024-05-01-a.text", GOOD),
        ("2024-05-01-a.mdown", GOOD),
        ("2024-05-01-a.rst", GOOD),
        ("2024-05-01-a.org", GOOD),
        ("journal.txt", "My journal\n\nFriday, 24 October 2014\n\nTitle\n\nText.\n"),
        ("journal.txt", "Fryday, 24 October 2014\n\nTitle\n\nText.\n"),
        ("journal.txt", "24/10/2014\n\nTitle\n\nText.\n"),
        ("journal.txt", "# Friday, 24 October 2014\n\nTitle\n\nText.\n"),
    ],
)
def test_what_looks_like_a_post_and_is_not_one_is_told(site, name, text):
    site.write({f"content/posts/{name}": text})
    built = site.build()
    told = [one for one in built.data["diagnostics"] if one["file"] == f"content/posts/{name}"]
    assert told, "published as a bare file without a word"
    assert told[0]["hint"]


@pytest.mark.parametrize(
    "heading", ["Thursday, 23 Octber 2014", "Thurday, 23 October 2014", "23/10/2014", "Thursday 23 October"]
)
def test_a_date_in_a_journal_that_is_not_understood_is_told(site, heading):
    site.write({"content/posts/j.txt": f"Friday, 24 October 2014\n\nOne\n\nText.\n\n{heading}\n\nTwo\n\nText.\n"})
    assert any(one["line"] == 7 for one in site.build().data["diagnostics"])


def test_without_the_plugin_that_reads_it_no_page_is_published_raw(site):
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": engine + '[plugins]\ndisable = ["markdown"]\n', "content/about.md": GOOD})
    assert site.build().codes


@pytest.mark.parametrize("what", ["missing", "dangling", "loop", "file"])
def test_a_content_folder_that_is_gone_does_not_empty_the_site(site, what):
    site.write({POST: GOOD})
    before = site.build().files()
    shutil.rmtree(site.root / "content")
    if what == "dangling":
        link(site, "content", "/nonexistent/disk")
    elif what == "loop":
        link(site, "content", "content")
    elif what == "file":
        site.write({"content": "x"})
    built = site.build()
    assert built.exit_code != 0
    assert built.files() == before


def test_a_file_name_that_is_not_utf8_is_an_error(site):
    site.write({POST: GOOD})
    with open(os.fsencode(site.root / "content") + b"/\xff.md", "w") as file:
        file.write(GOOD)
    assert site.build().problem("file-name")["hint"] == "rename it"


@pytest.mark.parametrize(
    "name", ["a b.md", "a'b.md", 'a"b.md', "a\nb.md", "a\x1b[31mb.md", "caf\u00e9.md", "\u202ea.md"]
)
def test_an_odd_file_name_is_published_or_told_and_never_reaches_the_terminal_raw(site, name):
    site.write({f"content/posts/2024-05-01-{name}": "+++\ntitle = 5\n+++\n"})
    command = [sys.executable, "-m", "pubengine", "build", "--site", str(site.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
    assert "Traceback" not in done.stderr
    assert sum("title-invalid" in line and line.startswith("content/") for line in done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", [".git/config", ".env", "a.md~", ".a.md.swp", "Thumbs.db", ".DS_Store"])
def test_bookkeeping_is_not_published(site, name):
    site.write({POST: GOOD, f"content/{name}": "secret"})
    built = site.build()
    assert built.exit_code == 0
    assert secrets(built) == []


@pytest.mark.parametrize(
    ("files", "code", "file"),
    [
        ({"data/a.json": "{"}, "data-invalid", "data/a.json"),
        ({"data/a.toml": "x"}, "data-invalid", "data/a.toml"),
        ({"data/a.csv": b"\xff"}, "encoding", "data/a.csv"),
        ({"data/a.json": "1", "data/a.toml": "x = 1"}, "data-twice", "data/a.toml"),
        ({"data/a.json": "[1]", "data/a/b.json": "1"}, "data-twice", "data/a/b.json"),
        ({"data/a.json": "[" * 100_000}, "data-invalid", "data/a.json"),
        ({"data/a.toml": "a = " + "[" * 5000}, "data-invalid", "data/a.toml"),
    ],
    ids=["json", "toml", "encoding", "twice", "file-and-folder", "deep-json", "deep-toml"],
)
def test_a_data_file_that_cannot_be_read_is_an_error_at_the_file(site, files, code, file):
    site.write({POST: GOOD, **files})
    built = site.build()
    assert built.exit_code == 1
    assert built.problem(code)["file"] == file


def test_all_data_files_that_cannot_be_read_are_told_in_one_run(site):
    site.write({POST: GOOD, "data/a.json": "{", "data/b.toml": "x"})
    assert site.build().codes.count("data-invalid") == 2
