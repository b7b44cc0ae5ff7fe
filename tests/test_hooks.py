"""Every hook does what its documentation says; each is tried by a plugin dropped into a site."""

import ast
import inspect
import json
import re
from pathlib import Path

import pytest

from pubengine import hookspecs
from pubengine.implementations import HOOKS
from pubengine.testing import run

HEAD = "from pubengine.api import *\nfrom pubengine.api import hookimpl\n"
POST = "+++\ntitle = 'Hello'\ndate = 2024-05-01\n+++\nText (c) me.\n"


def drop(site, code, name="mine", **more):
    site.write({f"plugins/{name}.py": HEAD + code, "content/posts/hello.md": POST, **more})
    return site.build()


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented(hook):
    text = inspect.getdoc(getattr(hookspecs, hook))
    parts = re.findall(r"^(When|Arguments|Return|Caching|Example):", text, flags=re.MULTILINE)
    assert parts == ["When", "Arguments", "Return", "Caching", "Example"]
    for name in inspect.signature(getattr(hookspecs, hook)).parameters:
        assert re.search(rf"\b{name}\b - ", text), f"{hook}: the argument {name} is not explained"


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test(hook):
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert any(name == f"test_hook_{hook}" or name.startswith(f"test_hook_{hook}_") for name in names)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_example_of_the_documentation_runs(site, hook):
    example = inspect.cleandoc(inspect.getdoc(getattr(hookspecs, hook)).partition("Example:\n")[2])
    helpers = {
        "count.txt": "",
        "paths.txt": "def lines(page, view):\n    return '\\n'.join(page.values['paths'])\n",
    }
    code = "from msgspec import Struct\n" + example + "\n" + "".join(v for k, v in helpers.items() if k in example)
    built = drop(site, code, **{"content/about.md": "+++\ntitle = 'About'\n+++\nMe.\n"})
    assert built.exit_code == 0, built.data["diagnostics"]


def test_hook_settings(site):
    code = """
from msgspec import Struct

class Settings(Struct, frozen=True):
    word: str = "default"
    times: int = 1

@hookimpl
def settings():
    return Settings

@hookimpl
def transform(post, settings):
    return post.replace(body=post.body + settings.word * settings.times)
"""
    engine = (site.root / "engine.toml").read_text()
    assert "default" in drop(site, code).page("2024/05/hello/")
    site.write({"engine.toml": f'{engine}\n[plugins.mine]\nword = "given"\ntimes = 2\n'})
    assert "givengiven" in site.build().page("2024/05/hello/")
    site.write({"engine.toml": f'{engine}\n[plugins.mine]\nwords = "given"\ntimes = "two"\n'})
    built = site.build()
    assert built.exit_code == 2
    assert [(one["line"], one["code"]) for one in built.data["diagnostics"]] == [
        (8, "plugin-settings"),
        (9, "plugin-settings"),
    ]
    assert built.data["diagnostics"][0]["hint"] == "is it 'word'?"


def test_hook_settings_of_a_dataclass(site):
    code = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Settings:
    word: str = "from a dataclass"

@hookimpl
def settings():
    return Settings

@hookimpl
def transform(post, settings):
    return post.replace(body=settings.word)
"""
    assert "from a dataclass" in drop(site, code).page("2024/05/hello/")


def test_hook_commands_as_the_documentation_has_it(site, monkeypatch):
    drop(site, inspect.cleandoc(inspect.getdoc(hookspecs.commands).partition("Example:\n")[2]))
    monkeypatch.chdir(site.root)
    assert run("hello", "you")[:2] == (0, "hello you\n")


def test_hook_commands(site, monkeypatch):
    drop(site, "@hookimpl\ndef commands():\n    return [Command('hello', 'greets', run=greet)]\n"
               "def greet(root, words):\n    print('hello', *words)\n    return 7\n")  # fmt: skip
    monkeypatch.chdir(site.root / "content")
    code, stdout, _ = run("hello", "big", "--world")
    assert (code, stdout) == (7, "hello big --world\n")
    code, _, stderr = run("helo")
    assert code == 2
    assert "is it 'hello'?" in stderr


def test_hook_suffixes_and_hook_load(site):
    code = """
@hookimpl
def suffixes():
    return [".shout"]

@hookimpl
def load(source, site):
    if source.suffix == ".shout":
        return [read_post(source, site, markup="html")]
"""
    built = drop(site, code, **{"content/posts/loud.shout": "+++\ntitle='Loud'\ndate=2024-01-02\n+++\n<p>HEY\n"})
    assert "<p>HEY" in built.page("2024/01/loud/")


test_hook_suffixes = test_hook_suffixes_and_hook_load


def test_hook_load_of_the_site_comes_before_the_bundled_ones(site):
    code = """
@hookimpl
def load(source, site):
    return [read_post(source, site, markup="html")]
"""
    built = drop(site, code, **{"content/posts/raw.md": "+++\ntitle='Raw'\ndate=2024-01-02\n+++\n*not Markdown*\n"})
    assert "*not Markdown*" in built.page("2024/01/raw/")


def test_hook_load_may_give_several_posts_and_diagnostics(site):
    code = """
@hookimpl
def suffixes():
    return [".list"]

@hookimpl
def load(source, site):
    if source.suffix != ".list":
        return
    moment = parse_moment("2024-03-01", site.zone)
    for number, line in enumerate(source.text.split()):
        yield Post(source=source.path, line=number + 1, position=number, id=line, slug=line, title=line,
                   date=moment.at, date_only=True, body=f"<p>{line}</p>")
    yield warning("list-short", "only a few", source.path)
"""
    built = drop(site, code, **{"content/posts/three.list": "one\ntwo\nthree\n"})
    assert built.codes == ["list-short"]
    assert [i["title"] for i in json.loads(built.page("feed.json"))["items"]] == ["Hello", "one", "two", "three"]


def test_hook_transform_sees_html_and_with_tryfirst_markdown(site):
    code = """
@hookimpl(tryfirst=True)
def transform(post):
    assert post.markup == "markdown", post.markup
    return post.replace(body=post.body.replace("(c)", "*©*"))
"""
    drop(
        site,
        "@hookimpl\ndef transform(post):\n    assert post.markup == 'html'\n    return post.replace(body=post.body + '<!-- seen -->')\n",
        "late",
    )
    page = drop(site, code, "early").page("2024/05/hello/")
    assert "<em>©</em>" in page
    assert "<!-- seen -->" in page


def test_hook_transform_in_the_order_that_engine_toml_gives(site):
    for name in ("a", "b"):
        drop(site, f"@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + '{name}')\n", name)
    assert "ab\n</div>" in site.build().page("2024/05/hello/")
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": f'{engine}\n[plugins]\norder = ["markdown", "b"]\n'})
    assert "ba\n</div>" in site.build().page("2024/05/hello/")


def test_hook_check(site):
    built = drop(site, """
@hookimpl
def check(source, posts):
    for post in posts:
        yield warning("short", f"{post.title} has {len(post.body)} characters", source.path, post.line, 1, "write more")
""")  # fmt: skip
    problem = built.problem("short")
    assert (problem["file"], problem["line"], problem["plugin"], problem["hook"]) == (
        "content/posts/hello.md",
        1,
        "mine",
        "check",
    )
    assert built.exit_code == 0
    assert site.build("--strict").exit_code == 1


def test_hook_describe(site):
    code = "@hookimpl\ndef describe(site, files):\n    return {'motto': files.read_text('motto.txt').strip()}\n"
    template = "{{ site.motto }} {{ site.title }}"
    built = drop(site, code, **{"motto.txt": "Onwards\n", "themes/paper/templates/post.html": template})
    assert built.page("2024/05/hello/") == "Onwards Test"


def test_hook_describe_refuses_a_name_that_is_taken(site):
    built = drop(site, "@hookimpl\ndef describe():\n    return {'archive': 1}\n")
    assert built.exit_code == 3
    assert "'archives'" in built.problem("plugin-result")["message"]


def test_hook_check_site(site):
    built = drop(site, "@hookimpl\ndef check_site(site):\n    yield warning('few', f'{len(site.posts)} post')\n")
    assert built.problem("few")["message"] == "1 post"


def test_hook_emit(site):
    code = """
@hookimpl
def emit(site):
    yield Page(path="count.txt", make=count, values={"posts": len(site.posts)})
    yield Page(path="logo.txt", copy="logo.txt")
    yield Page(path="own/index.html", template="own.html", values={"word": "<b>"}, title="Own")

def count(page, view):
    return f"{page.values['posts']} {view.absolute(view.url(page.path))}"
"""
    built = drop(site, code, **{"logo.txt": "logo", "themes/paper/templates/own.html": "{{ word }}"})
    assert built.page("count.txt") == "1 https://example.org/count.txt"
    assert built.page("logo.txt") == "logo"
    assert built.page("own/") == "&lt;b&gt;"
    assert "https://example.org/own/" in built.page("sitemap.xml")


def test_hook_summarize(site):
    code = """
@hookimpl
def summarize(pages):
    yield Page(path="list.txt", make=listing, values={"paths": [page.path for page in pages]}, listed=False)

def listing(page, view):
    return "\\n".join(page.values["paths"])
"""
    paths = drop(site, code).page("list.txt").split("\n")
    assert "2024/05/hello/index.html" in paths
    assert paths == sorted(paths)


def test_hook_template_filters(site):
    code = "@hookimpl\ndef template_filters():\n    return {'shout': lambda text: text.upper() + '!'}\n"
    template = "{{ post.title | shout }}"
    assert drop(site, code, **{"themes/paper/templates/post.html": template}).page("2024/05/hello/") == "HELLO!"


def test_hook_template_functions(site):
    code = "@hookimpl\ndef template_functions():\n    return {'twice': lambda text: text * 2}\n"
    template = "{{ twice(post.title) }}"
    assert drop(site, code, **{"themes/paper/templates/post.html": template}).page("2024/05/hello/") == "HelloHello"
    broken = drop(site, "@hookimpl\ndef template_functions():\n    return {'twice': lambda text: 1 / 0}\n")
    assert broken.exit_code == 3
    problem = broken.problem("plugin-failed")
    assert (problem["file"], problem["line"], problem["plugin"]) == ("plugins/mine.py", 5, "mine")
    assert "2024/05/hello/index.html" in problem["message"]
    clash = drop(site, "@hookimpl\ndef template_functions():\n    return {'content': str}\n")
    assert clash.exit_code == 3


def test_a_file_is_enough_and_so_is_a_folder(site):
    site.write({"plugins/pack/__init__.py": "from .part import transform\n", "plugins/pack/part.py":
                "from pubengine.api import hookimpl\n@hookimpl\ndef transform(post):\n    return post.replace(body='by a package')\n"})  # fmt: skip
    assert "by a package" in drop(site, "@hookimpl\ndef suffixes():\n    return []\n").page("2024/05/hello/")
    assert not list(site.root.rglob("__pycache__")), "importing a plugin leaves nothing in the author's folder"


def test_a_plugin_of_a_bundled_ones_name_replaces_it(site):
    built = drop(
        site,
        "@hookimpl\ndef emit():\n    yield Page(path='robots.txt', make=robots)\ndef robots(page, view):\n    return 'mine'\n",
        "sitemap",
    )
    assert built.page("robots.txt") == "mine"
    assert "sitemap.xml" not in built.files()


@pytest.mark.parametrize("name", ["archives", "tags", "feeds", "front_page", "aliases", "not_found", "sitemap", "static",
                                  "data", "encoding", "journal", "contents", "highlight"])  # fmt: skip
def test_a_site_builds_without_any_one_of_the_bundled_plugins(site, name):
    site.write({
        "engine.toml": (site.root / "engine.toml").read_text() + f'[plugins]\ndisable = ["{name}"]\n',
        "content/posts/a.md": "+++\ntitle='A'\ndate=2024-05-01\ntags=['x']\n+++\nText.\n",
    })  # fmt: skip
    assert site.build("--strict").exit_code == 0


def test_the_list_of_plugins_says_where_from_which_hooks_and_settings(site):
    drop(site, "@hookimpl\ndef suffixes():\n    return []\n")
    code, stdout, _ = run("plugins", "--site", str(site.root), "--json")
    plugins = {one["name"]: one for one in json.loads(stdout)}
    assert code == 0
    assert (plugins["mine"]["where"], plugins["mine"]["path"]) == ("site", "plugins/mine.py")
    assert plugins["feeds"]["where"] == "bundled"
    assert "emit" in plugins["feeds"]["hooks"]
    limit = next(one for one in plugins["feeds"]["settings"] if one["name"] == "posts")
    assert limit["value"] == 20
    assert "feed" in limit["about"]
    code, stdout, _ = run("plugins", "--site", str(site.root))
    assert "mine  (site: plugins/mine.py)" in stdout
