"""Plugins that are wrong: the plugin, its hook and its line are named, the status is 3, nothing is lost or written astray."""

import json
import subprocess
import sys

import pytest

POST = "content/posts/2024-05-01-a.md"
GOOD = "+++\ntitle = 'Good'\ntags = ['t']\n+++\nText.\n"
HEAD = "from pubengine.api import *\n\n\n"


def built_of(site, code, *options, name="p", **files):
    site.write({POST: GOOD, f"plugins/{name}.py": code if isinstance(code, bytes) else HEAD + code, **files})
    return site.build(*options)


def hook(name, body, arguments=""):
    return f"@hookimpl\ndef {name}({arguments}):\n    {body}\n"


def blamed(built, code=None):
    """The diagnostic that names the plugin, its status and its file."""
    assert built.exit_code == 3
    found = next(one for one in built.data["diagnostics"] if one["plugin"] == "p")
    assert found["file"] == "plugins/p.py"
    assert code is None or found["code"] == code
    return found


HOOKS = [
    "settings",
    "suffixes",
    "load",
    "transform",
    "check",
    "describe",
    "check_site",
    "emit",
    "summarize",
    "template_filters",
    "template_functions",
]


@pytest.mark.parametrize("name", HOOKS)
@pytest.mark.parametrize("failure", ["raise ValueError('why')", "import sys; sys.exit(0)", "return {}['k']"])
def test_a_hook_that_fails_is_named_with_its_line(site, name, failure):
    found = blamed(
        built_of(site, hook(name, failure).replace("@hookimpl", "@hookimpl(tryfirst=True)")), "plugin-failed"
    )
    assert found["hook"] == name
    assert found["line"] == 6
    assert "disable" in found["hint"]


@pytest.mark.parametrize("name", ["check", "emit", "describe", "load"])
def test_an_exception_of_the_programs_own_kind_is_a_failure_too(site, name):
    code = "class Odd(BaseException):\n    pass\n\n\n" + hook(name, "raise Odd('why')").replace(
        "@hookimpl", "@hookimpl(tryfirst=True)"
    )
    blamed(built_of(site, code))


@pytest.mark.parametrize("name", ["suffixes", "load", "check", "check_site", "emit", "summarize"])
@pytest.mark.parametrize(
    "lazy",
    ["(1 / 0 for _ in [1])", "map(lambda one: 1 / 0, [1])", "filter(lambda one: 1 / 0, [1])", "iter(Lazy())", "Lazy()"],
)
def test_a_result_that_fails_while_it_is_read_is_a_failure_of_its_plugin(site, name, lazy):
    code = "class Lazy:\n    def __iter__(self):\n        raise KeyError('late')\n\n\n"
    blamed(built_of(site, code + hook(name, f"return {lazy}").replace("@hookimpl", "@hookimpl(tryfirst=True)")))


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("settings", "None"), ("settings", "5"), ("settings", "dict"),
        ("suffixes", "'.md'"), ("suffixes", "5"), ("suffixes", "[5]"),
        ("load", "5"), ("load", "[5]"), ("load", "'x'"), ("load", "{}"), ("load", "True"),
        ("transform", "None"), ("transform", "'x'"), ("transform", "[]"),
        ("check", "5"), ("check", "['x']"), ("check", "'x'"),
        ("describe", "None"), ("describe", "[]"), ("describe", "5"),
        ("check_site", "5"), ("check_site", "['x']"),
        ("emit", "5"), ("emit", "['x']"), ("emit", "'x'"), ("emit", "Page(path='x')"), ("emit", "[Page(path='x')]"),
        ("emit", "[Page(path='x', template='post.html', copy='engine.toml')]"),
        ("summarize", "5"), ("summarize", "['x']"),
        ("template_filters", "None"), ("template_filters", "[]"), ("template_filters", "{'x': 5}"), ("template_filters", "{5: len}"),
        ("template_functions", "None"),
    ],
)  # fmt: skip
def test_a_result_of_the_wrong_kind_is_an_error_that_names_the_hook(site, name, result):
    found = blamed(built_of(site, hook(name, f"return {result}").replace("@hookimpl", "@hookimpl(tryfirst=True)")))
    assert found["hook"] == name


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("@hookimpl\ndef emmit(site):\n    return []\n", "emit"),
        ("@hookimpl\ndef emit(sight):\n    return []\n", "sight"),
        ("@hookimpl\ndef emit(*all):\n    return []\n", "all"),
        ("@hookimpl\ndef emit(**all):\n    return []\n", "all"),
        ("@hookimpl(wrapper=True)\ndef emit():\n    return (yield)\n", "wrapped"),
        ("def emit(site):\n    return []\n", "not marked"),
        ("x = 5\n", "no hook"),
    ],
)
def test_a_function_that_does_not_fit_is_told_at_its_line(site, code, says):
    found = blamed(built_of(site, code), "plugin-hook")
    assert says in found["message"] + found["hint"]


@pytest.mark.parametrize(
    "arguments",
    ["site, /", "*, site", "site, settings=None", "files=None, site=None"],
    ids=["positional", "keyword", "default", "defaults"],
)
def test_a_hook_gets_every_argument_that_it_names_however_it_is_declared(site, arguments):
    code = f"@hookimpl\ndef describe({arguments}):\n    assert site is not None\n    return {{}}\n"
    if "settings" in arguments:
        code = (
            "from msgspec import Struct\n\n\nclass S(Struct):\n    a: int = 1\n\n\n"
            + hook("settings", "return S")
            + "\n\n"
            + code
        )
        code = code.replace("assert site is not None", "assert settings is not None")
    assert built_of(site, code).exit_code == 0


@pytest.mark.parametrize(
    ("code", "line", "says"),
    [
        (b"def x(:\n", 1, "SyntaxError"),
        (b"x = 1\n1 / 0\n", 2, "ZeroDivisionError"),
        (b"import nowhere_at_all\n", 1, "nowhere_at_all"),
        (b"from pubengine.api import nothing\n", 1, "nothing"),
        (b"import sys\nsys.exit(0)\n", 2, "SystemExit"),
        (b"\n\xff\n", 0, "SyntaxError"),
        (b"x = 1\0\n", 0, "null"),
        (b"def f():\n    f()\nf()\n", 2, "RecursionError"),
        (b"class Odd(BaseException):\n    pass\nraise Odd\n", 3, "Odd"),
        (b"raise KeyboardInterrupt\n", 0, ""),
    ],
    ids=["syntax", "exception", "module", "name", "exit", "encoding", "nul", "recursion", "base", "interrupt"],
)
def test_a_plugin_that_cannot_be_imported_is_told_at_its_line(site, code, line, says):
    if b"Keyboard" in code:
        assert built_of(site, code).exit_code == 130
        return
    found = blamed(built_of(site, code), "plugin-import")
    assert says in found["message"]
    assert found["line"] == line or not line


def test_all_plugins_that_cannot_be_imported_are_told_in_one_run(site):
    site.write({"plugins/a.py": "1 / 0\n", "plugins/b.py": "1 / 0\n"})
    assert built_of(site, b"1 / 0\n").codes == ["plugin-import"] * 3


@pytest.mark.parametrize(
    "fields",
    ["a: int", "a: 'Nowhere' = 1", "a: int = 1\n\n    def __post_init__(self):\n        raise KeyError('k')",
     "a: int = 1\n\n    def __post_init__(self):\n        raise ValueError('v')"],
    ids=["no-default", "unknown-name", "raises-key", "raises-value"],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_told_without_a_traceback(site, fields):
    code = f"from msgspec import Struct\n\n\nclass S(Struct):\n    {fields}\n\n\n" + hook("settings", "return S")
    built = built_of(site, code)
    assert built.exit_code in (2, 3)
    assert built.codes


@pytest.mark.parametrize(
    "where",
    ["absolute", "../x.txt", "a/../../x.txt", "", "/", ".", "a//b", "C:\\x", "a\\b", "a\0b", "x/", "con", "~root\n"],
)
@pytest.mark.parametrize("name", ["emit", "summarize"])
def test_no_page_is_written_outside_the_output(site, where, name):
    target = site.root.parent / "evil.txt"
    path = str(target) if where == "absolute" else where
    code = f"def make(page, view):\n    return 'x'\n\n\n{hook(name, f'return [Page(path={path!r}, make=make)]')}"
    site.write({POST: GOOD})
    before = sorted(site.root.parent.rglob("*"))
    built = built_of(site, code)
    after = [
        one
        for one in sorted(site.root.parent.rglob("*"))
        if one not in before and not {"plugins", ".pubengine"} & set(one.parts)
    ]
    assert after == []
    assert built.exit_code in (1, 3)
    assert any(one["plugin"] == "p" for one in built.data["diagnostics"])


@pytest.mark.parametrize(
    "path",
    ["2024/05/a/index.html", "index.html", "INDEX.html", "tags/t/index.html", "atom.xml", "assets/style.css", "2024"],
)
def test_a_page_at_anothers_place_is_an_error_that_names_both(site, path):
    code = f"def make(page, view):\n    return 'x'\n\n\n{hook('emit', f'return [Page(path={path!r}, make=make)]')}"
    found = built_of(site, code).problem("address-twice")
    assert "'p'" in found["message"]


def test_a_page_cannot_take_the_manifests_place(site):
    code = "def make(page, view):\n    return 'x'\n\n\n" + hook(
        "emit", "return [Page(path='.pubengine-manifest', make=make)]"
    )
    assert built_of(site, code).exit_code in (1, 3)


@pytest.mark.parametrize(
    "page",
    ["path=None, make=make", "path=5, make=make", "path=__import__('pathlib').Path('x'), make=make", "path='x', make=5", "path='x', make='y'",
     "path='x', template=5", "path='x', template='page.html', values=None", "path='x', template='nope.html'", "path='x', copy='nope'",
     "path='x', copy='content'", "path='x', make=make, title=5, updated='y'", "path='x.html', make=make, updated='y'"],
)  # fmt: skip
def test_a_page_with_fields_of_the_wrong_kind_is_told_without_a_traceback(site, page):
    code = f"def make(page, view):\n    return 'x'\n\n\n{hook('emit', f'return [Page({page})]')}"
    built = built_of(site, code)
    assert built.exit_code in (2, 3, 4)
    assert "'p'" in str(built.data["diagnostics"]) or "x" in str(built.data["diagnostics"])
    assert all(one["plugin"] in ("p", "") for one in built.data["diagnostics"]), "another plugin is blamed"


@pytest.mark.parametrize("made", ["None", "5", "['x']", "'\\ud800'", "1 / 0", "(yield 'x')"])
def test_a_page_that_cannot_be_made_is_a_failure_of_its_plugin(site, made):
    code = f"def make(page, view):\n    return {made}\n\n\n{hook('emit', 'return [Page(path=chr(120), make=make)]')}"
    blamed(built_of(site, code))


LOADED = """\
@hookimpl
def suffixes():
    return [".note"]


@hookimpl
def load(source, site):
    if source.suffix == ".note":
        fields = dict(source=source.path, id="n", slug="n", body="<p>Note.</p>", date=parse_moment("2024-01-01", site.zone).at)
        return [Post(**fields | dict({}))]
"""


@pytest.mark.parametrize(
    "fields",
    ["kind='note'", "kind=None", "date=None", "date='2024-01-01'", "date=__import__('datetime').date(2024, 1, 1)",
     "date=__import__('datetime').datetime(2024, 1, 1)", "slug=None", "slug=''", "slug='../../x'", "slug='a/b'", "slug=5", "body=None", "body=5",
     "body=b'x'", "title=None", "title=5", "tags='abc'", "tags=(5,)", "tags=None", "authors='abc'", "aliases='/abc'", "aliases=('/../../x',)",
     "meta=None", "id=None", "id=''", "source=None", "problems=None", "problems=('x',)", "line='x'", "draft='no'", "excerpt=None", "markup='note'",
     "expires='x'", "updated='x'", "position='x'"],
)  # fmt: skip
def test_a_post_with_fields_of_the_wrong_kind_is_an_error_never_a_lost_post(site, fields):
    built = built_of(site, LOADED.format(fields), **{"content/posts/n.note": "Note."})
    assert built.exit_code in (1, 3)
    told = [one for one in built.data["diagnostics"] if one["severity"] == "error"]
    assert told
    assert any(one["plugin"] == "p" or one["file"] == "content/posts/n.note" for one in told), "another is blamed"


@pytest.mark.parametrize("answer", ["[]", "()", "iter([])"])
def test_a_file_that_a_plugin_makes_nothing_of_is_left_to_others(site, answer):
    code = f"@hookimpl(tryfirst=True)\ndef load(source):\n    return {answer}\n"
    built = built_of(site, code)
    assert "2024/05/a/index.html" in built.files(), "who answers nothing leaves the file to others"


@pytest.mark.parametrize("change", ["kind='note'", "date=None", "slug=''", "body=None", "markup='note'", "id=''"])
def test_a_transform_that_spoils_a_post_is_an_error_never_a_lost_post(site, change):
    built = built_of(site, hook("transform", f"return post.replace({change})", "post"))
    assert built.exit_code in (1, 3)


@pytest.mark.parametrize(
    "diagnostic",
    ["warning('c', 'm', source.path, '12'), warning('c', 'n', source.path, 3)", "warning('c', None)", "warning('c', 'm', None)", "warning(5, 'm')",
     "warning('c', 'm', source.path, 3, 'x'), warning('c', 'm', source.path, 3, 4)", "Diagnostic('c', 'fatal', 'm')", "warning('c', '\\ud800')"],
)  # fmt: skip
def test_a_diagnostic_with_fields_of_the_wrong_kind_is_told_without_a_traceback(site, diagnostic):
    built = built_of(site, hook("check", f"return [{diagnostic}]", "source"))
    assert built.exit_code == 3


def test_a_source_that_is_not_text_is_no_business_of_others(site):
    code = (
        "@hookimpl\ndef suffixes():\n    return ['.old']\n\n\n@hookimpl\ndef load(source, site):\n    if source.suffix == '.old':\n"
        "        return [Post(source=source.path, id='n', slug='n', body=source.data.decode('latin-1'), date=parse_moment('2024-01-01', site.zone).at)]\n"
    )
    built = built_of(site, code, **{"content/posts/n.old": b"caf\xe9"})
    assert built.exit_code == 0
    assert "caf\u00e9" in built.page("2024/01/n/")


def test_an_object_that_cannot_be_asked_is_no_hook(site):
    code = (
        "class Odd:\n    def __getattr__(self, name):\n        raise RuntimeError(name)\n\n\nodd = Odd()\n\n\n"
        + hook("emit", "return []")
    )
    assert built_of(site, code).exit_code == 0


def test_two_plugins_of_one_name_are_an_error(site):
    site.write({"plugins/p/__init__.py": HEAD + hook("emit", "return []")})
    built = built_of(site, hook("emit", "return []"))
    assert built.exit_code == 2
    assert built.problem("plugin-twice")


def test_two_plugins_that_describe_one_name_are_an_error_that_names_both(site):
    found = blamed(built_of(site, hook("describe", "return {'tags': ()}")))
    assert "'tags'" in found["message"]


@pytest.mark.parametrize("name", ["title", "posts", "pages", "base", "url"])
def test_no_plugin_hides_what_the_site_is(site, name):
    assert built_of(site, hook("describe", f"return {{'{name}': 'x'}}")).exit_code == 3


def test_a_failing_plugin_leaves_the_published_site_as_it_was(site):
    site.write({POST: GOOD})
    before = site.build().page("")
    built = built_of(site, hook("transform", "raise ValueError", "post"), "--keep-going")
    assert built.exit_code == 3
    assert built.page("") == before


def test_a_content_error_of_a_plugin_is_an_error_of_the_post(site):
    built = built_of(site, hook("transform", "raise ContentError(error('todo', 'not yet'))", "post"))
    found = built.problem("todo")
    assert built.exit_code == 1
    assert (found["file"], found["plugin"]) == (POST, "p")


def test_with_keep_going_no_post_is_published_that_a_check_calls_wrong(site):
    code = (
        "@hookimpl\ndef check(source):\n    if 'bad' in source.path:\n        yield error('bad', 'bad', source.path)\n"
    )
    built = built_of(site, code, "--keep-going", **{"content/posts/2024-05-02-bad.md": GOOD})
    assert built.exit_code == 1
    assert "2024/05/bad/index.html" not in built.files()


def program(site, *words):
    command = [sys.executable, "-m", "pubengine", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=site.root, timeout=60, check=False)


@pytest.mark.parametrize(
    "way", ["print('noise')", "import os; os.system('echo noise')", "import os; os.write(1, b'noise')"]
)
def test_what_a_plugin_prints_does_not_spoil_the_json(site, way):
    site.write({POST: GOOD, "plugins/p.py": f"{HEAD}{way}\n\n\n{hook('emit', 'return []')}"})
    assert json.loads(program(site, "build", "--json").stdout)["exit_code"] == 0


@pytest.mark.parametrize("hook_name", ["", "emit"])
def test_a_plugin_that_goes_elsewhere_takes_nothing_along(site, hook_name):
    other = site.root.parent / "other"
    other.mkdir()
    go = f"import os; os.chdir({str(other)!r})"
    site.write(
        {
            POST: GOOD,
            "plugins/p.py": HEAD
            + (hook("emit", f"{go}; return []") if hook_name else f"{go}\n\n\n{hook('emit', 'return []')}"),
        }
    )
    done = program(site, "build")
    assert list(other.iterdir()) == []
    assert done.returncode == 0
    assert (site.root / "public/2024/05/a/index.html").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("raise KeyError('k')", 3),
        ("return None", None),
        ("return 'x'", 3),
        ("import sys; sys.exit(5)", None),
        ("return 7", 7),
    ],
)
def test_a_command_that_fails_is_told_without_a_traceback(site, body, status):
    code = f"def run(site, words):\n    {body}\n\n\n{hook('commands', 'return [Command(chr(103) + chr(111), chr(120), run)]')}"
    site.write({POST: GOOD, "plugins/p.py": HEAD + code})
    done = program(site, "go")
    assert "Traceback" not in done.stderr
    assert status is None or done.returncode == status
