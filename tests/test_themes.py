"""Themes: what overrides what, and what a theme can say and be told."""

import re

POST = "+++\ntitle = 'Hello'\ndate = 2024-05-01\n+++\nText.\n"


def test_a_template_or_asset_of_the_same_name_overrides_the_bundled_one(site):
    site.write({
        "content/posts/hello.md": POST,
        "themes/paper/templates/post.html": "own {{ post.title }}",
        "themes/paper/assets/style.css": "body { color: red }",
    })  # fmt: skip
    built = site.build()
    assert built.page("2024/05/hello/") == "own Hello"
    assert built.page("assets/style.css") == "body { color: red }"
    assert "assets/icon.svg" in built.files()


def test_an_overriding_template_may_extend_the_one_it_overrides(site):
    site.write({
        "content/posts/hello.md": POST,
        "themes/paper/templates/post.html": '{% extends "paper/post.html" %}{% block under_title %}UNDER{% endblock %}',
    })  # fmt: skip
    page = site.build().page("2024/05/hello/")
    assert page.index("Hello</h1>") < page.index("UNDER") < page.index("<p>Text.</p>")


def test_a_theme_inherits_templates_assets_options_and_words(site):
    engine = (site.root / "engine.toml").read_text()
    site.write({
        "engine.toml": engine + '[theme]\nname = "mine"\n[theme.options]\nloud = true\nabout = "We"\n[theme.words]\ntags = "Labels"\n',
        "content/posts/hello.md": POST.replace("date", "tags = ['x']\ndate"),
        "themes/mine/theme.toml": 'inherits = "paper"\n[options]\nloud = false\n[words]\ngreeting = "Moin"\n',
        "themes/mine/templates/post.html": '{% extends "base.html" %}{% block main %}{{ words.greeting }} {{ theme.loud }}{% endblock %}',
    })  # fmt: skip
    built = site.build()
    assert "Moin True" in built.page("2024/05/hello/")
    assert "<p>We</p>" in built.page("")
    assert "<h2>Labels</h2>" in built.page("")


def test_unknown_themes_options_and_words_are_refused_with_the_nearest(site):
    engine = (site.root / "engine.toml").read_text()
    for more, hint in (
        ('[theme]\nname = "papper"\n', "is it 'paper'?"),
        ("[theme.options]\nsidebr = true\n", "is it 'sidebar'?"),
        ('[theme.words]\nolde = "x"\n', "older"),
    ):
        site.write({"engine.toml": engine + more})
        built = site.build()
        assert built.exit_code == 2
        assert hint in built.data["diagnostics"][0]["hint"]
        assert built.data["diagnostics"][0]["line"] > 5
    site.write({"engine.toml": engine + "[theme.options]\nsidebar = 1\n"})
    assert "must be bool" in site.build().problem("theme-option")["message"]


def test_an_assets_address_changes_with_its_bytes(site):
    site.write({"content/posts/hello.md": POST, "themes/paper/assets/style.css": "a{}"})
    link = re.compile(r"style\.css\?v=\w+")
    before = link.search(site.build().page(""))[0]
    assert link.search(site.build().page(""))[0] == before
    site.write({"themes/paper/assets/style.css": "b{}"})
    assert link.search(site.build().page(""))[0] != before


def test_nothing_in_the_bundled_theme_asks_another_host_or_runs_a_script(site):
    site.write({"content/posts/hello.md": POST})
    built = site.build()
    for name in built.files():
        if name.endswith((".html", ".css", ".svg")):
            text = built.page(name)
            assert "<script" not in text
            loads = re.findall(
                r'(?:src|href)="(https?://[^"]*)"', re.sub(r'<link rel="canonical"[^>]*>|<a [^>]*>', "", text)
            )
            assert not loads, (name, loads)
            assert "@import" not in text
            assert not re.search(r"url\(\s*['\"]?https?:", text)


def test_dates_and_direction_follow_the_language(site):
    engine = (site.root / "engine.toml").read_text()
    for language, date, direction in (("fr", "mercredi 1 mai 2024", "ltr"), ("he", "יום רביעי, 1 במאי 2024", "rtl")):
        site.write({"content/posts/hello.md": POST, "engine.toml": engine.replace("en-GB", language)})
        page = site.build().page("2024/05/hello/")
        assert date in page
        assert f'<html lang="{language}" dir="{direction}">' in page
    site.write({"engine.toml": engine + 'date_format = "d.M.yy"\n'})
    assert ">1.5.24<" in site.build().page("2024/05/hello/")
