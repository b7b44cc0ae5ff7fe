"""Pieces that many pages share are made once, and are still right on each of them."""

import re

POSTS = {f"content/posts/2024-05-{day:02}-p{day}.md": f"+++\ntitle = 'P{day}'\n+++\nText.\n" for day in range(1, 6)}
POST = '{% extends "paper/post.html" %}\n{% from "lib.html" import sign, word %}\n{% block under_title %}[{{ sign() }}]{% endblock %}'


def signs(built):
    return [re.search(r"\[(.*?)\]", built.page(f"2024/05/p{day}/"), re.DOTALL)[1].strip() for day in range(1, 6)]


def test_what_a_template_reads_as_it_is_imported_counts_for_every_page_that_imports_it(site):
    lib = "{% set about = site.data.motto.text %}{% macro sign() %}{{ about }}{% endmacro %}{% macro word() %}{% endmacro %}"
    theme = {"themes/paper/templates/post.html": POST, "themes/paper/templates/lib.html": lib}
    site.write({**POSTS, **theme, "data/motto.toml": 'text = "one"'})
    assert signs(site.build()) == ["one"] * 5
    site.write({"data/motto.toml": 'text = "two"'})
    assert signs(site.build()) == ["two"] * 5


def test_a_list_that_is_kept_at_import_is_read_by_the_pages_that_look_into_it(site):
    lib = "{% set posts = site.posts %}{% macro sign() %}{{ posts[0].title }}{% endmacro %}{% macro word() %}{% endmacro %}"
    site.write({**POSTS, "themes/paper/templates/post.html": POST, "themes/paper/templates/lib.html": lib})
    assert signs(site.build()) == ["P5"] * 5
    site.write({"content/posts/2024-05-05-p5.md": "+++\ntitle = 'Newest'\n+++\nText.\n"})
    assert signs(site.build()) == ["Newest"] * 5


def test_a_macro_tells_its_arguments_apart_by_kind_as_well(site):
    lib = "{% macro sign() %}{% endmacro %}{% macro word(value) %}<{{ value is string }} {{ value }}>{% endmacro %}"
    post = POST.replace("sign()", "word(1) ~ word(true) ~ word('1') ~ word(1.0) ~ word(none) ~ word(1)")
    site.write({**POSTS, "themes/paper/templates/post.html": post, "themes/paper/templates/lib.html": lib})
    shown = "&lt;False 1&gt;&lt;False True&gt;&lt;True 1&gt;&lt;False 1.0&gt;&lt;False None&gt;&lt;False 1&gt;"
    assert [sign.replace("<", "&lt;").replace(">", "&gt;") for sign in signs(site.build())] == [shown] * 5


def test_a_piece_with_something_impure_in_it_is_made_for_every_page(site):
    plugin = (
        "from pubengine.api import hookimpl, impure\n\nnumbers = iter(range(1000))\n\n\n"
        "@hookimpl\ndef template_functions():\n    return {'number': number}\n\n\n"
        "@impure\ndef number():\n    return next(numbers)\n"
    )
    lib = "{% macro sign() %}{{ number() }}{% endmacro %}{% macro word() %}{% endmacro %}"
    theme = {"themes/paper/templates/post.html": POST, "themes/paper/templates/lib.html": lib}
    site.write({**POSTS, **theme, "plugins/number.py": plugin})
    assert len(set(signs(site.build("--jobs", "1")))) == 5


def test_a_call_block_sees_what_stands_around_it(site):
    lib = "{% macro sign() %}<i>{{ caller() }}</i>{% endmacro %}{% macro word() %}{% endmacro %}"
    post = POST.replace("{{ sign() }}", "{% call sign() %}{{ post.title }}{% endcall %}")
    site.write({**POSTS, "themes/paper/templates/post.html": post, "themes/paper/templates/lib.html": lib})
    assert signs(site.build()) == [f"<i>P{day}</i>" for day in range(1, 6)]


def test_a_macro_imported_with_context_sees_the_page(site):
    lib = "{% macro sign() %}{{ post.title }}{% endmacro %}{% macro word() %}{% endmacro %}"
    post = POST.replace("import sign, word", "import sign with context")
    site.write({**POSTS, "themes/paper/templates/post.html": post, "themes/paper/templates/lib.html": lib})
    assert signs(site.build()) == [f"P{day}" for day in range(1, 6)]
