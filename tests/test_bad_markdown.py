"""Markdown at its worst: no text is lost without a word, nothing takes for ever, nothing runs code."""

import re
import time

import pytest

from pubengine.testing import SiteUnderTest

POST = "content/posts/2024-05-01-a.md"
HEAD = "+++\ntitle = 'x'\n+++\n"


def built_of(site, body, *options, settings=""):
    if settings:
        engine = (site.root / "engine.toml").read_text()
        site.write({"engine.toml": f"{engine}[plugins.markdown]\n{settings}\n"})
    site.write({POST: HEAD + body})
    return site.build(*options)


def text_of(built, path="2024/05/a/"):
    return re.search(r'e-content">(.*?)</div>\s*<footer>', built.page(path), re.DOTALL)[1]


def everything(built):
    return "".join(built.page(name) for name in built.files() if not name.endswith((".css", ".svg")))


NESTED = {
    "list": lambda n: "\n".join("  " * level + "* a" for level in range(n)) + "END",
    "numbers": lambda n: "\n".join("   " * level + "1. a" for level in range(n)) + "END",
    "quote": lambda n: "> " * n + "END",
    "mixed": lambda n: "> * " * n + "END",
    "emphasis": lambda n: "*a **b " * n + "END",
    "brackets": lambda n: "[" * n + "END" + "]" * n,
    "links": lambda n: "[" * n + "END" + "](/a)" * n,
    "images": lambda n: "![" * n + "END" + "](/a)" * n,
    "notes": lambda n: "^[" * n + "END" + "]" * n,
    "html": lambda n: "<div>" * n + "END" + "</div>" * n,
    "spans": lambda n: "<b>" * n + "END" + "</b>" * n,
    "admonitions": lambda n: "\n".join("    " * level + "!!! note" for level in range(n)) + "\n" + "    " * n + "END",
}


@pytest.mark.parametrize(
    "depth", [60, 150, pytest.param(10, marks=pytest.mark.slow), pytest.param(400, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("form", NESTED)
def test_nested_text_is_there_or_an_error_says_so(site, form, depth):
    built = built_of(site, NESTED[form](depth))
    if built.exit_code == 0:
        assert "END" in text_of(built)
    else:
        assert built.exit_code == 1
        assert built.problem("nesting-too-deep")["file"] == POST
        assert depth > 60


PATHOLOGICAL = {
    "strong in strong": lambda n: "*a **a " * n + "b" + " a** a*" * n,
    "brackets in brackets": lambda n: "[" * n + "a" + "]" * n,
    "open brackets": lambda n: "[" * n,
    "open links": lambda n: "[a](<b" * n,
    "open images": lambda n: "![[]()" * n,
    "open quotes": lambda n: "> " * n + "a",
    "backticks": lambda n: "".join("e" + "`" * length for length in range(1, int(n**0.5) * 2)),
    "emphasis openers": lambda n: "_a " * n,
    "emphasis closers": lambda n: "a_ " * n,
    "comments": lambda n: "</" + "<!--" * n,
    "sections": lambda n: "a <![CDATA[" * n,
    "instructions": lambda n: "a <?" * n,
    "references": lambda n: "".join(f"[{number}]: u\n" for number in range(n)) + "[0]" * n,
    "table": lambda n: "|a|\n|-|\n" + "|x|\n" * n,
    "wide table": lambda n: "|" * n + "\n" + "|-" * n + "|\n" + "|" * n + "\n",
    "entities": lambda n: "&a;" * n,
    "quotes": lambda n: "\"a' " * n,
    "notes": lambda n: "^[a]" * n,
    "references to a note": lambda n: "[^1]" * n + "\n\n[^1]: x\n",
    "attributes": lambda n: "`a`{" * n,
    "attribute blocks": lambda n: "{.a}\n" * n,
    "tags": lambda n: '<a href="x">' * n,
    "one tag": lambda n: "<a " + 'href="x" ' * n + ">",
    "angles": lambda n: "<b>" + "<" * n,
    "mistaken": lambda n: "\u00c3\u00a9 " * n,
    "lost": lambda n: "\ufffd " * n,
    "controls": lambda n: "\x01" * n,
    "contents": lambda n: "[TOC]\n\n" * min(n, 300) + "# a\n\n" * min(n, 300) + "a " * n,
    "headings": lambda n: "# a\n\n" * n,
    "code": lambda n: "```python\n" + "((" * n + "\n```\n",
}


QUICK = ("open brackets", "open quotes", "references", "table", "contents", "one tag", "controls", "mistaken")


@pytest.mark.parametrize(
    "form", [pytest.param(form, marks=[] if form in QUICK else pytest.mark.slow) for form in PATHOLOGICAL]
)
def test_no_text_of_five_kilobytes_takes_long(site, form):
    make, number = PATHOLOGICAL[form], 1
    while len(make(number)) < 5_000:
        number = number * 2
    text = make(number)[:5_000] if form not in ("contents", "code", "wide table") else make(number // 2)
    site.build()  # what is imported once is not counted
    started = time.process_time()
    built = built_of(site, text, settings="typographer = true\nlinkify = true")
    # Processor time, so that a busy machine does not matter; 100 KB then stay below the promised seconds.
    assert time.process_time() - started < 1.5
    assert built.exit_code in (0, 1)
    assert sum((built.output / name).stat().st_size for name in built.files()) < 5_000_000


DANGEROUS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "a <script>alert(1)</script> b",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>x</button></form>",
    "<details open ontoggle=alert(1)>x</details>",
    "<body onload=alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1)></video>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    '<p title="<!--">--><img src=x onerror=alert(1)></p>',
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](<\x01javascript:alert(1)>)",
    "[x](feed:javascript:alert(1))",
    "[x](jar:javascript:alert(1))",
    "[x](view-source:javascript:alert(1))",
    "[x](blob:javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x](/y){onclick=alert(1)}",
    "[x](/y){onClick=alert(1)}",
    '[x](/y){href="javascript:alert(1)"}',
    '![x](/y){src="javascript:alert(1)" onerror=alert(1)}',
    "`x`{onmouseover=alert(1)}",
    "{onclick=alert(1)}\n# Heading",
    '[x](/y "a href=foo onmouseover=alert(1) b")',
    '[x](/y "a src=foo onmouseover=alert(1) b")',
    '![x](y.png "a srcset=foo onmouseover=alert(1) b")',
    "![a href=foo onmouseover=alert(1) b](y.png)",
    "<b title='a href=foo onmouseover=alert(1) b'>x</b>",
    "# <img src=x onerror=alert(1)>\n\n[TOC]",
    '# a\n{#x"onclick=alert(1)}\n\n[TOC]',
    "^[<img src=x onerror=alert(1)>]",
    '```"><img/src=x/onerror=alert(1)>\nx\n```',
    '```python"><img/src=x/onerror=alert(1)>\nx\n```',
    '!!! note "<img src=x onerror=alert(1)>"\n    x',
    '!!! "><img/src=x/onerror=alert(1)>\n    x',
    "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
]  # fmt: skip

_ACTIVE = frozenset(
    {"script", "iframe", "object", "embed", "base", "frame", "form", "style", "meta", "link", "template"}
)
_LEADING = ("href", "src", "action", "formaction", "data", "poster", "xlink:href", "srcdoc", "srcset")


def runs_code(markup):
    """What in a piece of HTML could run code, as a browser's parser sees it."""
    html = pytest.importorskip("lxml.html")
    found = []
    for element in html.fromstring(f"<div>{markup}</div>").iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _ACTIVE:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            squeezed = re.sub(r"[\x00-\x20]", "", value).lower()
            scheme = re.match(r"[a-z][a-z0-9+.-]*:", squeezed)
            if name.startswith("on") or (name in _LEADING and scheme and scheme[0] not in ("http:", "https:")):
                found.append(f"{name}={value}")
    return found


@pytest.fixture(scope="module", params=["sanitize", "escape"])
def published(request, tmp_path_factory):
    """A site with a post for each of them, built once for all that look at it."""
    site = SiteUnderTest(tmp_path_factory.mktemp("dangerous"))
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": f'{engine}[plugins.markdown]\nraw_html = "{request.param}"\n'})
    site.write({f"content/posts/2024-05-01-p{number}.md": HEAD + body for number, body in enumerate(DANGEROUS)})
    built = site.build()
    assert built.exit_code == 0
    return built


@pytest.mark.parametrize("number", range(len(DANGEROUS)), ids=DANGEROUS)
def test_no_text_runs_code(published, number):
    assert runs_code(text_of(published, f"2024/05/p{number}/")) == []


def test_no_list_of_texts_runs_code(published):
    # Lists and feeds write the links and ids of a text anew, which must not open what was shut.
    for path in ("", "2024/05/01/"):
        listed = re.search(r"<main.*?</main>", published.page(path), re.DOTALL)[0]
        assert [one for one in runs_code(listed) if "alert" in one or one == "<script>"] == []


@pytest.mark.parametrize(
    "body",
    [
        body
        for body in DANGEROUS
        if re.match(r"<(script|img|svg|iframe|object|embed|a href='java)", body, re.IGNORECASE)
    ],
)
def test_what_is_taken_out_of_a_text_is_told_with_its_line(site, body):
    built = built_of(site, "Text.\n\n" + body)
    told = [one for one in built.data["diagnostics"] if one["code"] in ("html-removed", "html-shown")]
    assert told
    assert {(one["file"], one["line"]) for one in told} == {(POST, 6)}


@pytest.mark.parametrize(
    "body", ["[x](steam://run/1)", "![x](data:image/png;base64,AAAA)", "[x](file:///etc/passwd)", "<ssh://host>"]
)
def test_a_link_that_is_not_published_as_a_link_is_told(site, body):
    built = built_of(site, f"Text.\n\n{body}\n")
    assert any(one["line"] == 6 for one in built.data["diagnostics"])


def test_a_scheme_that_the_settings_allow_is_a_link(site):
    built = built_of(site, "[x](steam://run/1)\n", settings='link_schemes = ["https", "steam"]')
    assert '<a href="steam://run/1">' in text_of(built)


@pytest.mark.parametrize(
    "body",
    [
        "<!-- a comment that is never closed\n\nLost.",
        "<?php echo 1;\n\nLost.",
        "<![CDATA[ Lost. ]]>",
        "<!-- a --><![Lost.",
        "<script>\n\nLost.",
        "A <script> tag\n\nLost.",
        "A <style> tag\n\nLost.",
        "A <iframe> tag\n\nLost.",
        "A <template> tag\n\nLost.",
        "A <noscript> tag\n\nLost.",
        "A <textarea> tag\n\nLost.",
        "A <title> tag\n\nLost.",
        "A <xmp> tag\n\nLost.",
        "A <plaintext> tag\n\nLost.",
        "A <select> tag\n\nLost.",
        "A <svg> tag\n\nLost.",
        "A <table> tag\n\nLost.",
        "A <frameset> tag\n\nLost.",
        "<custom-thing>Lost.</custom-thing>",
        "<center>Lost.</center>",
    ],
)
def test_no_text_is_lost_without_an_error_or_a_warning_that_says_so(site, body):
    built = built_of(site, f"Before.\n\n{body}\n")
    assert (
        built.exit_code != 0
        or "Lost." in text_of(built)
        or any("text" in one["message"] for one in built.data["diagnostics"])
    )


@pytest.mark.parametrize(
    "body",
    [
        '<a href="/&#9;/[x">y</a>',
        '<a href="//[x">y</a>',
        "[y](//[x)",
        "[y](http://[x)",
        '<a href="/&#10;/[x">y</a>',
        '<a href="http://a\u2100b/">y</a>',
        '<a href="/&#9;/a\u2100b">y</a>',
        "[y](%)",
        "[y](?)",
        "[y](#)",
        "[y](..)",
        "[y](<../../../../../x>)",
        "[y](%00)",
        "[y](%ff)",
    ],
)
@pytest.mark.parametrize("raw_html", ["sanitize", "trust"])
def test_no_link_stops_a_build_with_a_traceback(site, body, raw_html):
    assert built_of(site, body, settings=f'raw_html = "{raw_html}"').exit_code in (0, 1)


@pytest.mark.parametrize("body", ["<div>\n<![x\n</div>", "<div><![foo[bar\n</div>", "<div>\n<![http://a.b[ x\n</div>"])
def test_no_html_is_taken_for_a_failure_of_the_plugin(site, body):
    assert built_of(site, body).exit_code in (0, 1)


@pytest.mark.parametrize(
    "body", ["{{ 7*7 }}", "{% include 'base.html' %}", "{# gone #}", "{{ site.config }}", "${7*7}", "%7B%7B7*7%7D%7D"]
)
def test_no_text_is_a_template(site, body):
    site.write({"content/posts/2024-05-02-b.md": f'+++\ntitle = "{body}"\ntags = ["{body}"]\n+++\nText.\n'})
    built = built_of(site, body)
    assert built.exit_code == 0
    assert "49" not in text_of(built)
    assert built.page("2024/05/b/").count(body.replace("'", "&#39;")) >= 2


VECTOR = "\"'><script>alert(1)</script><!-- </title> ]]> &"


def test_no_field_and_no_setting_runs_code_anywhere(site):
    quoted = VECTOR.replace('"', '\\"')
    fields = "".join(f'{name} = "{quoted}"\n' for name in ("title", "description"))
    lists = "".join(f'{name} = ["{quoted}"]\n' for name in ("tags", "authors"))
    engine = f'url = "https://example.org/"\nid = "{quoted}"\n' + "".join(
        f'{name} = "{quoted}"\n' for name in ("title", "description", "author")
    )
    site.write({
        "engine.toml": f'{engine}menu = [{{ title = "{quoted}", url = "/a/" }}]\n'
                       f'[theme.options]\nabout = "{quoted}"\nfooter = "{quoted}"\n[theme.words]\nhome = "{quoted}"\n',
        POST: f'+++\n{fields}{lists}lang = "{quoted}"\naliases = ["/old.html"]\n+++\nText.\n',
        "content/posts/2024-05-02-b.txt": f"2 May 2024\n\n{VECTOR}\n\n{VECTOR} and more text.\n",
        "content/about.md": f"+++\n{fields}+++\n# {VECTOR}\n",
    })  # fmt: skip
    built = site.build()
    assert built.exit_code == 0
    for name in built.files():
        if name.endswith((".html", ".xml", ".json")):
            assert "<script>alert" not in built.page(name) or name.endswith(".json"), name


@pytest.mark.parametrize(
    "url", ['https://example.org/\\"><script>alert(1)</script>/', "https://example.org/a b/", "https://exa mple.org/"]
)
def test_the_sites_url_is_a_url(site, url):
    site.write({"engine.toml": f'title = "T"\nurl = "{url}"\nid = "t"\n'})
    assert built_of(site, "Text.").exit_code == 2


def test_a_title_attribute_is_the_text_that_was_written(site):
    built = built_of(site, '[x](/y "see id=5 and href=z for=w") ![x](y.png "an id=6 too")')
    for path in ("2024/05/a/", ""):
        assert 'title="see id=5 and href=z for=w"' in built.page(path)
        assert 'title="an id=6 too"' in built.page(path)


@pytest.mark.parametrize(
    "title",
    ["\\u001b[31mred", "\\u009b31mred", "\\u001b]0;pwn\\u0007", "\\u202egpj.exe", "[/red]", "[@click=app.bell]x[/]"],
)
def test_no_title_steers_the_terminal(site, title):
    from pubengine.testing import run

    site.write({POST: f'+++\ntitle = "{title}"\nslug = "{title}/"\ntags = 5\n+++\n'})
    _, _, stderr = run("build", "--site", str(site.root))
    assert "slug-invalid" in stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", stderr)
