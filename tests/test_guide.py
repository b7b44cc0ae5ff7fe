"""The project's own site: it builds without a word, its links lead somewhere, and its guide is complete and true."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from pubengine.command import ENGINE_COMMANDS
from pubengine.fields import KNOWN
from pubengine.testing import SiteUnderTest, run
from pubengine.themes import bundled_themes

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "pubengine"
GUIDE = ROOT / "content" / "guide"
NOW = 1_795_564_800  # 25 November 2026: all news is published by then

pytestmark = pytest.mark.skipif(not GUIDE.is_dir(), reason="the guide is not part of an installed package")


def chapter(name):
    return (GUIDE / f"{name}.md").read_text("utf-8")


# The site.


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The project's own site, from a copy."""
    copy = SiteUnderTest(tmp_path_factory.mktemp("own") / "site")
    for name in ("content", "plugins", "themes"):
        shutil.copytree(ROOT / name, copy.root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "engine.toml", copy.root)
    return copy.build("--strict", now=NOW)


def test_own_site_builds_without_a_word(built):
    assert built.data["diagnostics"] == []
    assert built.exit_code == 0
    assert built.data["hidden"] == []
    assert built.data["posts"] >= 14


class Links(HTMLParser):
    """Every URL that a page leads to, and every id in it."""

    def __init__(self, text):
        super().__init__()
        self.urls, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.urls.append(value)
            if name == "id":
                assert value not in self.ids, f"two ids {value!r}"
                self.ids.add(value)


def test_every_internal_link_and_fragment_leads_somewhere(built):
    assert built.data["published"]
    base = tomllib.loads((ROOT / "engine.toml").read_text("utf-8"))["url"]
    files = set(built.files())
    pages = {name: Links(built.page(name)) for name in files if name.endswith(".html")}
    broken = []
    for name, page in pages.items():
        for url in page.urls:
            whole = urlsplit(urljoin(base + name.removesuffix("index.html"), url))
            if whole.netloc != urlsplit(base).netloc:
                continue
            path = unquote(whole.path).removeprefix("/")
            path = f"{path}index.html" if path.endswith("/") or not path else path
            fragment = unquote(whole.fragment)
            if path not in files or (fragment and fragment not in pages[path].ids):
                broken.append(f"{name}: {url}")
    assert broken == []
    assert len(pages) > 40


def test_pages_have_descriptions_and_an_order():
    orders = []
    for path in sorted(GUIDE.glob("*.md")):
        fields = tomllib.loads(path.read_text("utf-8").split("+++")[1])
        assert fields["title"], path.name
        assert fields["description"], path.name
        orders.append(fields["order"])
    assert sorted(orders) == list(range(1, len(orders) + 1))


def test_every_post_has_an_id():
    for path in (ROOT / "content" / "posts").rglob("*.md"):
        assert "id" in tomllib.loads(path.read_text("utf-8").split("+++")[1]), path.name


def test_the_site_names_no_machine(built):
    for path in [*(ROOT / "content").rglob("*"), *built.output.rglob("*")]:
        if path.is_file() and path.suffix in (".md", ".txt", ".html", ".svg", ".xml", ".json"):
            text = path.read_text("utf-8")
            assert not re.search(r"/(?:work|tmp|root|home)/", text), path.name


# What the guide must not leave out.

SAYERS = {"error", "warning", "Diagnostic", "with_problem", "say", "problem", "parse_toml", "_clash"}
"""Functions that are given a diagnostic's code as it stands."""
CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")


def codes_in(tree) -> Iterator[str]:
    """Every diagnostic code that a module's source may give."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if name == "_bad":
                yield from (f"front-matter-{text}" for text in texts if re.fullmatch("[a-z]+", text))
            elif name in SAYERS:
                yield from (text for text in texts if CODE.fullmatch(text))
                if name in ("error", "warning") and texts and " " not in texts[0]:
                    yield texts[0]
            yield from (
                one.value.value for one in node.keywords if one.arg == "code" and isinstance(one.value, ast.Constant)
            )
        elif isinstance(node, ast.arguments):
            named = [
                *zip(node.args[::-1], node.defaults[::-1], strict=False),
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]
            yield from (
                default.value for one, default in named if one.arg == "code" and isinstance(default, ast.Constant)
            )
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Tuple):
            names = [getattr(one, "id", "") for one in node.target.elts]
            if "code" in names and isinstance(node.iter, ast.Tuple):
                yield from (row.elts[names.index("code")].value for row in node.iter.elts)


def all_codes():
    found = {f"{field}-invalid" for field in KNOWN}
    for path in SOURCES.rglob("*.py"):
        found.update(codes_in(ast.parse(path.read_text("utf-8"))))
    return found


def test_every_diagnostic_is_in_the_table():
    explained = set(
        re.findall(r"^\| `([a-z-]+)` \|", chapter("problems").partition("## Every message")[2], re.MULTILINE)
    )
    there = all_codes()
    assert len(there) > 60
    assert sorted(there - explained) == [], "these codes are not explained"
    assert sorted(explained - there) == [], "these codes are explained, but nothing gives them"


@pytest.mark.parametrize("command", ENGINE_COMMANDS)
def test_every_option_is_in_the_guide(command):
    section = re.search(rf"^## {command}\n(.*?)(?=^## |\Z)", chapter("command"), re.DOTALL | re.MULTILINE)
    assert section
    code, text, _ = run(command, "--help")
    assert code == 0
    options = set(re.findall(r"--[a-z-]+", text)) - {"--help"}
    missing = [option for option in options if f"| `{option}" not in section[1]]
    assert missing == []
    table = set(re.findall(r"^\| `(--[a-z-]+)", section[1], re.MULTILINE))
    assert table == options


def test_every_field_is_described():
    described = re.findall(r"^\| `([a-z]+)` \| [^|]+ \| [^|]{20,} \|$", chapter("writing"), re.MULTILINE)
    assert sorted(described) == sorted(KNOWN)


def test_every_extension_is_shown():
    settings = importlib.import_module("pubengine.plugins.markdown").Settings.__struct_fields__
    assert [name for name in settings if f"`{name}`" not in chapter("markdown")] == []


def test_every_option_and_word_of_the_theme_is_told():
    manifest = tomllib.loads((bundled_themes() / "paper" / "theme.toml").read_text("utf-8"))
    style = (bundled_themes() / "paper" / "assets" / "style.css").read_text("utf-8")
    variables = re.findall(r"^  (--[a-z-]+):", style, re.MULTILINE)
    assert len(variables) > 10
    names = [*manifest["options"], *manifest["words"], *variables]
    assert [name for name in names if f"`{name}`" not in chapter("themes")] == []


# What the guide shows must work.

BLOCK = re.compile(
    r"^```\w+\n(?:# |/\* |\{# )(?P<name>[\w./-]+\.\w+)(?: #\}| \*/)?\n(?P<rest>.*?)^```$", re.DOTALL | re.MULTILINE
)


def examples(text):
    """The complete files that a chapter shows, by section."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        files = {}
        for match in BLOCK.finditer(section):
            first = match[0].split("\n")[1]
            files[match["name"]] = f"{first}\n{match['rest']}"
        if files:
            yield section.split("\n")[0], files


PLUGINS = dict(examples(chapter("writing-plugins"))) if GUIDE.is_dir() else {}
POSTS = {
    "content/posts/2024-05-01-walk.md": "+++\ntitle = 'Walk'\n+++\nSee [[about]]. ![](owl.jpg)\n",
    "content/posts/2024-05-02-rain.md": "+++\ntitle = 'Rain'\nplace = 'Kendal'\n+++\nMore of it.\n",
    "content/posts/2024-05-03-unfinished.md": "+++\ntitle = 'Unfinished'\ndraft = true\n+++\nNot yet.\n",
    "content/posts/owl.jpg": b"",
    "content/about.md": "+++\ntitle = 'About'\n+++\nMe.\n",
}
CAPSULE = "+++\ntitle = 'A capsule'\n+++\nIt lands at noon.\n=> https://example.org/ Where it <came> from\n> Nobody was hurt.\n"


def test_there_are_examples_of_every_kind():
    shown = "".join(text for files in PLUGINS.values() for text in files.values())
    hooks = ("settings", "transform", "check", "emit", "template_functions", "suffixes", "load", "commands")
    assert [hook for hook in hooks if f"\ndef {hook}(" not in shown] == []


def signed(site, built, section):
    assert built.page("2024/05/walk/").count("<p>Written by hand.</p>") == 1
    assert ("Written by hand." in built.page("about/")) == (section == "A first plugin")


def warned(site, built, section):
    found = built.problem("alt-missing")
    assert (found["severity"], found["file"]) == ("warning", "content/posts/2024-05-01-walk.md")
    assert built.codes == ["alt-missing"]


def listed(site, built, section):
    lines = built.page("titles.txt").splitlines()
    assert lines == [
        "2024-05-02 Rain https://example.org/2024/05/rain/",
        "2024-05-01 Walk https://example.org/2024/05/walk/",
    ]


def lent(site, built, section):
    assert "<li><cite>Forty Kettles</cite>, B. Stove</li>" in built.page("books/")


def dated(site, built, section):
    assert "<p>Written in spring.</p>" in built.page("2024/05/walk/")


def landed(site, built, section):
    text = built.page("2024/05/capsule/")
    assert '<a href="https://example.org/">Where it &lt;came&gt; from</a>' in text
    assert "<blockquote>Nobody was hurt.</blockquote>" in text


def named(site, built, section):
    assert run_in(site.root, "drafts") == "content/posts/2024-05-03-unfinished.md\n"


def linked(site, built, section):
    assert '<a href="/about/">about</a>' in built.page("2024/05/walk/")


VISIBLE = {
    "plugins/signature.py": signed,
    "plugins/alt_texts.py": warned,
    "plugins/title_list.py": listed,
    "plugins/books.py": lent,
    "plugins/seasons.py": dated,
    "plugins/gemtext.py": landed,
    "plugins/drafts.py": named,
    "plugins/wiki_links.py": linked,
}
"""What each plugin of the tutorial does that can be seen."""


@pytest.mark.parametrize("section", PLUGINS)
def test_each_plugin_of_the_tutorial_works(site, section):
    files = {name: text for name, text in PLUGINS[section].items() if not name.startswith("tests/")}
    site.write({**POSTS, **files})
    if "plugins/gemtext.py" in files:
        site.write({"content/posts/2024-05-04-capsule.gmi": CAPSULE})
    built = site.build()
    assert built.exit_code == 0, built.data
    for name in files:
        if name.startswith("plugins/"):
            VISIBLE[name](site, built, section)


def run_in(folder, *words):
    done = subprocess.run([sys.executable, "-m", "pubengine", *words], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8").replace("\r\n", "\n")


def test_the_settings_of_the_tutorial_are_read(site):
    text = chapter("writing-plugins")
    table = re.search(r"^```toml\n(\[plugins\.signature\]\n.*?)```$", text, re.DOTALL | re.MULTILINE)
    assert table
    site.write({**POSTS, **PLUGINS["Settings"]})
    engine = (site.root / "engine.toml").read_text("utf-8")
    site.write({"engine.toml": engine + table[1]})
    assert "in the small hours." in site.build().page("2024/05/walk/")


def test_the_test_of_the_tutorial_passes(tmp_path):
    files = PLUGINS["Settings"] | PLUGINS["Test a plugin"]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    assert b"1 passed" in done.stdout


def test_the_plugin_for_moving_in_works(site):
    (files,) = dict(examples(chapter("moving-in"))).values()
    old = "+++\ntitle = 'Old'\n+++\n<p>From <b>elsewhere</b>.</p><script>alert(1)</script>\n"
    site.write({**files, "content/posts/2009-03-01-old.html": old, "content/plain.html": "<p>Plain.</p>"})
    built = site.build()
    assert built.exit_code == 0, built.data
    assert "From <b>elsewhere</b>." in built.page("2009/03/old/")
    assert "alert" not in built.page("2009/03/old/")
    assert built.page("plain.html") == "<p>Plain.</p>"


def test_the_themes_of_the_guide_work(site):
    shown = dict(examples(chapter("themes")))
    site.write({**POSTS, **shown["Change one file"]})
    assert "<p>Written in Kendal.</p>" in site.build().page("2024/05/rain/")
    engine = (site.root / "engine.toml").read_text("utf-8")
    chosen = re.search(r'^```toml\n(\[theme\]\nname = "dusk".*?)```$', chapter("themes"), re.DOTALL | re.MULTILINE)
    assert chosen
    site.write({**shown["A theme of your own"], "engine.toml": engine + chosen[1]})
    built = site.build()
    assert built.exit_code == 0, built.data
    front = built.page("")
    assert "<p>Written late.</p>" in front
    assert "/assets/dusk.css?v=" in front
    assert ">Start<" in front


def journals():
    return re.findall(r"^```text\n(.*?)^```$", chapter("journals"), re.DOTALL | re.MULTILINE)


def titles(built):
    return [line.split(">")[1].split("<")[0] for line in built.page("atom.xml").splitlines() if "<title>" in line][1:]


def test_the_journals_of_the_guide_are_read_as_told(site):
    shown = [text for text in journals() if text.startswith("Saturday")]
    wanted = [["The kettle", "A jar of screws", "Fog until noon"], ["The kettle", "It answered."]]
    assert len(shown) == len(wanted)
    for text, expected in zip(shown, wanted, strict=True):
        site.write({"content/posts/2024.txt": text})
        built = site.build("--strict", now=NOW)
        assert built.exit_code == 0, built.data
        assert titles(built) == expected


def test_the_dates_of_the_guide_are_read(site):
    lists = [text.splitlines() for text in journals() if "2014" in text]
    assert [len(one) for one in lists] == [8, 2]
    engine = (site.root / "engine.toml").read_text("utf-8")
    for language, lines in zip(("en-GB", "fr"), lists, strict=True):
        site.write({"engine.toml": engine.replace('"en-GB"', f'"{language}"')})
        for line in lines:
            site.write({"content/posts/a.txt": f"{line}\n\nA title\n\nText.\n"})
            assert titles(site.build("--strict")) == ["A title"], line
