"""engine.toml and the command line: what is wrong is told with its line and a hint, all at once, with status 2."""

import os
import re
import subprocess
import sys

import pytest

from pubengine.testing import run

POST = "content/posts/2024-05-01-a.md"
GOOD = "+++\ntitle = 'Good'\ntags = ['t']\n+++\nText.\n"
BASE = {"title": '"T"', "url": '"https://example.org/"', "id": '"t"'}


def built_of(site, engine, *options):
    site.write({POST: GOOD, "engine.toml": engine})
    return site.build(*options)


def engine(tables="", **keys):
    return "".join(f"{name} = {value}\n" for name, value in (BASE | keys).items()) + tables


def program(*words, cwd=None, **environment):
    command = [sys.executable, "-m", "pubengine", *words]
    surroundings = (
        {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        | {"SOURCE_DATE_EPOCH": "1730000000"}
        | environment
    )
    return subprocess.run(command, capture_output=True, cwd=cwd, env=surroundings, timeout=60, check=False)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("title = \n", "config-toml", 1),
        (engine() + 'title = "again"\n', "config-toml", 4),
        (engine(title='"a\0b"'), "config-toml", 1),
        (b'title = "\xe9"\n', "config-encoding", 0),
        (engine().encode("utf-16"), "config-encoding", 0),
        ("", "config-missing-key", 0),
        (engine(titel='"x"'), "config-unknown", 4),
        (engine("[bild]\nx = 1\n"), "config-unknown", 4),
        (engine("[permalinks]\npost = 'x'\n"), "config-unknown", 5),
        (engine("[site]\ntitle = 'x'\n"), "config-unknown", 4),
        (engine(title="5"), "config-invalid", 1),
        (engine(title="['x']"), "config-invalid", 1),
        (engine(url="5"), "config-invalid", 2),
        (engine(timezone="5"), "config-invalid", 4),
        (engine(menu="5"), "config-invalid", 4),
        (engine(menu="[{title = 'x'}]"), "config-invalid", 4),
        (engine(menu="[{title = 'x', url = '/x/', nope = 1}]"), "config-unknown", 4),
        (engine(theme='"paper"'), "config-invalid", 4),
        (engine(plugins="[]"), "config-invalid", 4),
        (engine("[plugins]\nuse = 'x'\n"), "config-invalid", 5),
        (engine("[plugins]\nuse = ['nope']\n"), "plugin-unknown", 5),
        (engine("[plugins]\ndisable = ['tag']\n"), "plugin-unknown", 5),
        (engine("[plugins]\norder = ['nope']\n"), "plugin-unknown", 5),
        (engine("[plugins.tgs]\nposts = 1\n"), "plugin-unknown", 4),
        (engine("[plugins.tags]\npost = 1\n"), "plugin-settings", 5),
        (engine("[plugins.tags]\nposts = 'x'\n"), "plugin-settings", 5),
        (engine("[plugins.tags]\nposts = 0\n"), "plugin-settings", 5),
        (engine("[plugins.static]\nx = 1\n"), "plugin-settings", 4),
        (engine("[build]\nmax_post_size = 0\n"), "config-invalid", 5),
        (engine("[theme.options]\nsidebar = 'x'\n"), "theme-option", 5),
        (engine("[theme.options]\nnope = 1\n"), "theme-option", 5),
        (engine("[theme.words]\nnope = 'x'\n"), "theme-option", 5),
        (engine("[theme]\nname = 'papr'\n"), "theme-unknown", 5),
        (engine("[permalinks]\nposts = '{slug}'\n"), "config-invalid", 5),
        (engine("[permalinks]\nposts = '/{year}/'\n"), "config-invalid", 5),
        (engine("[permalinks]\nposts = '/{slog}/'\n"), "config-invalid", 5),
        (engine("[permalinks]\nposts = '/../{slug}/'\n"), "config-invalid", 5),
        (engine("[permalinks]\nposts = '/{slug}/{slug'\n"), "config-invalid", 5),
        (engine("[permalinks]\nposts = '//{slug}/'\n"), "config-invalid", 5),
    ],
)
def test_what_is_wrong_is_told_at_its_line(site, text, code, line):
    built = built_of(site, text)
    found = built.problem(code)
    assert built.exit_code == 2
    assert (found["file"], found["line"]) == ("engine.toml", line)


@pytest.mark.parametrize(
    ("key", "value"),
    [("url", value) for value in ("", "nope", "ftp://example.org/", "https://", "https:///x", "https://[::1", "https://exa mple.org/",
                                  "https://example.org:port/", "https://example.org:99999/", "https://example.org/?a=b", "https://example.org/#a",
                                  "https://example.org/a b/", "https://example.org/../a/", "javascript:alert(1)", "//example.org/", "https://a\\nb/")]
    + [("timezone", value) for value in ("", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/localtime", "a\\u0000b", "GMT+25", "x" * 300)]
    + [("language", value) for value in ("", "english", "en_GB", "e", "../en", "en-", "x" * 300)]
    + [("date_format", value) for value in ("", "HH:mm", "QQQQQQQQQ", "dddddd", "y HH", "y<b>", "'")],
)  # fmt: skip
def test_a_value_that_means_nothing_is_told_at_its_line(site, key, value):
    text = engine(**{key: f'"{value}"'})
    built = built_of(site, text)
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(f"{key} "))
    assert built.exit_code == 2
    assert {one["line"] for one in built.data["diagnostics"]} == {line}
    assert all(one["file"] == "engine.toml" for one in built.data["diagnostics"])


@pytest.mark.parametrize("language", ["zz", "qq-QQ"])
def test_a_language_that_nothing_is_known_of_is_told(site, language):
    assert built_of(site, engine(language=f'"{language}"')).problem("language-unknown")["line"] == 4


def test_all_that_is_wrong_is_told_in_one_run(site):
    text = 'titel = "x"\nurl = "nope"\ntimezone = "Mars"\nlanguage = "x"\n[bild]\na = 1\n[permalinks]\npost = 1\n[build]\nmax_post_size = 0\n'
    built = built_of(site, text)
    assert sorted({one["line"] for one in built.data["diagnostics"]}) == [0, 1, 2, 3, 4, 5, 8, 10]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (engine(title="5", timezone="7", language="['x']"), {1, 4, 5}),
        (engine("[plugins.markdown]\ntables = 'x'\nfootnotes = 3\n"), {5, 6}),
        (engine("[theme]\nname = 5\noptions = 5\n"), {5, 6}),
        (engine("[plugins]\nuse = ['nope', 'neither']\ndisable = ['nope']\n"), {5, 6}),
        (engine("[theme.words]\nnope = 'x'\nnowhere = 'y'\n"), {5, 6}),
        (engine("[theme]\nname = 'papr'\n[plugins.tags]\nposts = 0\n", timezone='"Mars"'), {4, 6, 8}),
    ],
    ids=["types", "settings", "theme", "plugins", "words", "everywhere"],
)
def test_several_wrong_values_are_all_told(site, text, lines):
    built = built_of(site, text)
    assert built.exit_code == 2
    assert lines <= {one["line"] for one in built.data["diagnostics"]}


@pytest.mark.parametrize(
    "name",
    [
        "markdown",
        "journal",
        "encoding",
        "data",
        "posts",
        "front_page",
        "archives",
        "tags",
        "feeds",
        "static",
        "aliases",
        "not_found",
        "sitemap",
    ],
)
def test_each_bundled_plugin_can_be_left_out(site, name):
    assert built_of(site, engine(f"[plugins]\ndisable = ['{name}']\n")).exit_code == 0


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_mark_do_not_matter(site, ends, mark):
    assert built_of(site, mark + engine().replace("\n", ends)).exit_code == 0


def test_no_engine_toml_is_no_site(site):
    (site.root / "engine.toml").unlink()
    found = site.build().problem("config-missing")
    assert "init" in found["hint"]


@pytest.mark.parametrize("kind", ["folder", "dangling", "loop"])
def test_an_engine_toml_that_is_no_file_is_told(site, kind):
    path = site.root / "engine.toml"
    path.unlink()
    path.mkdir() if kind == "folder" else path.symlink_to("nowhere" if kind == "dangling" else path)
    built = site.build()
    assert built.exit_code == 2
    assert built.codes


@pytest.mark.parametrize(
    "words",
    [[], ["nope"], ["build", "--nope"], ["build", "x"], ["new"], ["init"], ["build", "--site"], ["\x1b[31m"], ["build", "--site", "/nowhere"],
     ["new", "x", "--site", "/nowhere"], ["plugins", "--site", "/nowhere"], ["build", "--site", "x" * 300], ["build", "--site", "/dev/null"]],
)  # fmt: skip
def test_a_wrong_command_line_is_status_2_and_a_hint(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, stdout, stderr = run(*words)
    assert code == 2
    assert stdout == ""
    assert stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", stderr)


@pytest.mark.parametrize("epoch", ["99999999999999", "-1", "abc", "1e9", "\u00b2", "9" * 400])
def test_a_moment_that_is_none_is_told_without_a_traceback(site, epoch):
    site.write({POST: GOOD})
    done = program("build", "--site", str(site.root), SOURCE_DATE_EPOCH=epoch)
    assert done.returncode == 2
    assert b"SOURCE_DATE_EPOCH" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["build", "--json"], ["build"], ["plugins"], ["plugins", "--json"], ["new", "x"], ["nope"]], ids=" ".join
)
def test_a_folder_that_is_gone_is_told_without_a_traceback(words, tmp_path):
    script = "import os, sys\nos.chdir(sys.argv[1])\nos.rmdir(sys.argv[1])\nfrom pubengine.cli import main\nsys.exit(main(sys.argv[2:]))"
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, gone, *words], capture_output=True, timeout=60, check=False, cwd=tmp_path
    )
    assert done.returncode in (2, 4)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("stream", ["1", "2", "0"])
@pytest.mark.parametrize("words", ["build --json", "build", "plugins", "plugins --json", "new x"])
def test_a_closed_stream_changes_nothing_but_what_is_said(site, stream, words):
    site.write({POST: GOOD})
    command = f'exec "{sys.executable}" -m pubengine {words} {stream}>&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=site.root, timeout=60, check=False)
    assert done.returncode == (4 if stream == "1" and words != "build" else 0)
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("words", ["build --json", "plugins", "plugins --json", "new x"])
def test_a_full_disk_behind_stdout_is_status_4(site, words):
    site.write({POST: GOOD})
    command = f'exec "{sys.executable}" -m pubengine {words} >/dev/full'
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=site.root, timeout=60, check=False)
    assert done.returncode == 4
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("words", ["build --json", "plugins", "plugins --json"])
def test_a_reader_that_goes_away_is_no_traceback(site, words):
    site.write(
        {
            f"content/posts/2024-05-{day:02}-{number}.md": "+++\ntag = 5\n+++\n"
            for day in range(1, 29)
            for number in range(3)
        }
    )
    command = f'"{sys.executable}" -m pubengine {words} | true'
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=site.root, timeout=60, check=False)
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


PLAIN = {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("words", [["build"], ["build", "--json"], ["plugins"], ["plugins", "--json"]], ids=" ".join)
def test_a_terminal_of_ascii_gets_escapes_not_a_traceback(site, words):
    site.write({
        "content/posts/2024-05-01-a.md": "+++\ntitle = ['caf\u00e9']\n+++\n",
        "plugins/p.py": '"""Caf\u00e9."""\nfrom pubengine.api import hookimpl\n\n\n@hookimpl\ndef emit():\n    return []\n',
    })  # fmt: skip
    done = program(*words, cwd=site.root, **PLAIN)
    assert done.returncode == (1 if words[0] == "build" else 0)
    assert b"Traceback" not in done.stderr


def test_a_locale_of_ascii_does_not_stop_names_of_other_scripts(site):
    site.write(
        {
            "content/posts/2024-05-01-\u00e9.md": "+++\ntitle = '\u00e9'\ntags = ['\u00e9']\n+++\n",
            "content/\u00e9.txt": "x",
        }
    )
    done = program("build", cwd=site.root, **PLAIN)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ["new", b"caf\xe9"],
        ["init", b"\xff"],
        ["build", "--site", b"\xff"],
        ["build", "--json", "--site", b"\xff"],
        [b"\xff"],
        ["new", "x", "--tag", b"\xff"],
    ],
)
def test_words_that_are_not_utf8_are_told_and_leave_nothing_behind(site, words):
    site.write({POST: GOOD})
    before = sorted(os.walk(os.fsencode(site.root)))
    done = program(*words, cwd=site.root)
    assert b"Traceback" not in done.stderr
    if done.returncode != 0:
        assert done.returncode == 2
        assert sorted(os.walk(os.fsencode(site.root))) == before


@pytest.mark.parametrize(
    "title",
    [
        "con",
        "NUL",
        "<b>[/red]",
        "\x1b[31mred",
        "caf\u00e9",
        "\u05e9\u05dc\u05d5\u05dd",
        "x" * 1000,
        "a/b",
        "..",
        "a\nb",
        "{{ 7*7 }}",
        '"quoted"',
        "a\\b",
        "\u202egpj",
    ],
)
def test_what_new_writes_can_be_built(site, title, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1730000000")
    code, stdout, stderr = run("new", title, "--site", str(site.root))
    if title == "..":
        assert code == 2
        return
    assert code == 0
    assert "\x1b" not in stdout + stderr
    built = site.build()
    assert built.exit_code == 0
    assert built.data["posts"] == 1


@pytest.mark.parametrize("folder", ["a b", "a'b", 'a"b', "a\nb", "caf\u00e9", "\u65e5\u672c", "$x", "[x]", "*"])
def test_a_site_may_lie_anywhere(tmp_path, folder):
    from pubengine.testing import SiteUnderTest

    site = SiteUnderTest(tmp_path / folder / "site")
    site.write({POST: GOOD})
    assert site.build().exit_code == 0
    assert site.build("--output", str(tmp_path / folder / "out")).exit_code == 0


@pytest.mark.parametrize("home", [None, "/nowhere", ""])
def test_no_home_is_needed(site, home):
    site.write({POST: GOOD})
    done = program("build", cwd=site.root, **({} if home is None else {"HOME": home}))
    assert done.returncode == 0


def test_in_json_a_wrong_place_for_the_output_is_a_diagnostic_too(site):
    site.write({POST: GOOD})
    assert "output-place" in site.build("--output", str(site.root / "content")).codes
