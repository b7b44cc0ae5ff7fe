"""A template that fails names its file, its line and the page that was being made; the published site stays."""

import pytest

POST = "content/posts/2024-05-01-a.md"


def built_of(site, template, name="post.html", **files):
    engine = (site.root / "engine.toml").read_text()
    site.write({
        "engine.toml": engine if "[theme]" in engine else engine + '[theme]\nname = "own"\n',
        "themes/own/theme.toml": 'inherits = "paper"\n',
        f"themes/own/templates/{name}": template,
        POST: "+++\ntitle = 'x'\n+++\nText.\n",
        **files,
    })  # fmt: skip
    return site.build()


@pytest.mark.parametrize(
    ("template", "code", "says"),
    [
        ("\n{% if %}\n", "template-syntax", "Expected an expression"),
        ("\n{% for x in y %}\n", "template-syntax", ""),
        ("\n{{ nope.x }}\n", "template-failed", "nope"),
        ("\n{{ post.tittle }}\n", "template-failed", "tittle"),
        ("\n{{ site.nope }}\n", "template-failed", "nope"),
        ("\n{{ post.meta.nope }}\n", "template-failed", "nope"),
        ("\n{{ 1 / 0 }}\n", "template-failed", "ZeroDivisionError"),
        ("\n{{ 'x' | nope }}\n", "template-syntax", "nope"),
        ("\n{{ 'x' | iso }}\n", "template-failed", "isoformat"),
        ("\n{{ asset('nope.css') }}\n", "template-failed", "nope.css"),
        ("\n{% include 'nope.html' %}\n", "template-missing", "nope.html"),
        ("\n{% extends 'nope.html' %}\n", "template-missing", "nope.html"),
        ("\n{% from 'macros.html' import nope %}{{ nope() }}\n", "template-failed", "nope"),
        ("\n{% include 'post.html' %}\n", "template-failed", "RecursionError"),
        ("\n{{ boom() }}\n", "template-failed", "boom"),
        ("\n{{ post() }}\n", "template-failed", ""),
        ("\n{% include '../theme.toml' %}\n", "template-missing", ""),
        ("\n{% include '/etc/passwd' %}\n", "template-missing", ""),
    ],
)
def test_it_names_the_template_the_line_and_the_page(site, template, code, says):
    built = built_of(site, template)
    found = built.problem(code)
    assert built.exit_code == 2
    assert (found["file"], found["line"]) == ("themes/own/templates/post.html", 2)
    assert says in found["message"]
    assert "2024/05/a/index.html" in found["message"]
    assert built.files() == []


def test_a_template_that_is_not_utf8_is_named_with_its_folder(site):
    found = built_of(site, b"\n\xff").problem("template-failed")
    assert found["file"] == "themes/own/templates/post.html"


def test_one_broken_line_is_told_once_and_two_broken_templates_twice(site):
    site.write({f"content/posts/2024-05-0{n}-b{n}.md": "+++\ntitle = 'x'\n+++\n" for n in range(2, 9)})
    built = built_of(
        site,
        "{{ nope }}",
        **{"themes/own/templates/tags.html": "{{ nope }}", "themes/own/templates/day.html": "\n{{ nope }}"},
    )
    assert built.codes == ["template-failed", "template-failed"]


def test_a_template_that_fails_leaves_the_published_site_as_it_was(site):
    before = built_of(site, "ok").page("2024/05/a/")
    built = built_of(site, "{{ nope }}")
    assert built.exit_code == 2
    assert built.page("2024/05/a/") == before


@pytest.mark.parametrize(
    "leave", ["raise SystemExit(0)", "import sys; sys.exit(0)", "raise SystemExit", "raise SystemExit('bye')"]
)
@pytest.mark.parametrize("kind", ["filters", "functions"])
def test_a_function_that_leaves_the_program_is_a_failure(site, leave, kind):
    call = "{{ 'x' | boom }}" if kind == "filters" else "{{ boom('x') }}"
    plugin = f"from pubengine.api import hookimpl\n\n@hookimpl\ndef template_{kind}():\n    return {{'boom': boom}}\n\ndef boom(value):\n    {leave}\n"
    built = built_of(site, f"\n{call}\n", **{"plugins/p.py": plugin})
    assert built.exit_code in (2, 3)
    assert built.codes


@pytest.mark.parametrize("kind", ["filters", "functions"])
def test_a_function_that_raises_is_named_with_its_plugin(site, kind):
    call = "{{ 'x' | boom }}" if kind == "filters" else "{{ boom('x') }}"
    plugin = f"from pubengine.api import hookimpl\n\n@hookimpl\ndef template_{kind}():\n    return {{'boom': boom}}\n\ndef boom(value):\n    raise KeyError('k')\n"
    built = built_of(site, f"\n{call}\n", **{"plugins/p.py": plugin})
    assert built.exit_code in (2, 3)
    assert "plugins/p.py" in str(built.data["diagnostics"]) or "'p'" in str(built.data["diagnostics"])


@pytest.mark.parametrize(
    "manifest",
    ["inherits = 5\n", 'inherits = ["paper"]\n', "options = 5\n", "words = 5\n", "[words]\na = 5\n", "nope = 1\n", "x", 'inherits = "nope"\n',
     'inherits = "own"\n', 'inherits = "../own"\n', b"\xff"],
)  # fmt: skip
def test_a_theme_that_is_described_wrongly_is_a_configuration_error(site, manifest):
    built = built_of(site, "x", **{"themes/own/theme.toml": manifest})
    assert built.exit_code == 2
    assert built.data["diagnostics"][0]["file"]


@pytest.mark.parametrize("name", ["nope", "..", ".", "/etc", "a/b", "a\\\\b", "a\\u0000b", "", "x" * 300])
def test_a_theme_that_is_not_there_is_a_configuration_error(site, name):
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": f'{engine}[theme]\nname = "{name}"\n', POST: "+++\ntitle = 'x'\n+++\n"})
    built = site.build()
    assert built.exit_code == 2
    assert built.data["diagnostics"][0]["file"] == "engine.toml"
