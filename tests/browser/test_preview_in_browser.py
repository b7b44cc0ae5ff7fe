"""The live preview in a browser: a page follows what is saved, and the reader stays where they are."""

import pytest
from serving.browser import TOOLS, Browser, need
from serving.preview import serve

__all__ = ["serve"]

pytestmark = pytest.mark.browser

WALK = "content/posts/walk.md"
PANEL = "document.querySelector('pubengine-preview')?.shadowRoot"
LONG = "\n\n".join(f"Paragraph {number}. " + "It goes on and on. " * 30 for number in range(60))
FORM = "<details id='more'><summary>More</summary>Inside.</details>\n\n<form><label>Name <input id='name'></label></form>\n"


def walk(text, more=""):
    return f"+++\ntitle = 'Walk'\ndate = 2024-05-01\n{more}+++\n{text}\n"


@pytest.fixture(scope="module")
def chromium():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium):
    chromium.look()
    chromium.tell("errors")
    yield chromium
    assert chromium.tell("errors") == []
    chromium.open("about:blank")


def trust(site):
    site.write({"engine.toml": (site.root / "engine.toml").read_text() + '\n[plugins.markdown]\nraw_html = "trust"\n'})


def chips(browser):
    return browser.evaluate(f"[...{PANEL}.querySelectorAll('.chip')].map((one) => one.textContent)")


def test_an_edit_is_shown_where_the_reader_is(site, serve, browser):
    trust(site)
    site.write({WALK: walk(FORM + LONG)})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.evaluate("""{
      document.querySelector('#more').open = true;
      document.querySelector('#name').value = 'Ada';
      window.same = document.querySelector('main');
      window.paragraph = [...document.querySelectorAll('p')].find((one) => one.textContent.startsWith('Paragraph 30.'));
      paragraph.scrollIntoView({ behavior: 'instant' });
      document.querySelector('#name').focus({ preventScroll: true });
      document.querySelector('#name').setSelectionRange(1, 2);
      window.top1 = paragraph.getBoundingClientRect().top;
    }""")
    site.write({WALK: walk(FORM + "A new beginning.\n\n" * 20 + LONG.replace("Paragraph 31.", "Paragraph <b>31</b>!"))})
    browser.wait("document.body.textContent.includes('A new beginning.')")
    assert browser.evaluate("document.querySelector('main') === same"), "the page was loaded anew"
    assert browser.evaluate("document.querySelectorAll('b').length") == 1
    assert browser.evaluate("Math.abs(paragraph.getBoundingClientRect().top - top1)") < 2
    assert browser.evaluate("scrollY") > 1000
    assert browser.evaluate("document.querySelector('#more').open") is True
    assert browser.evaluate("document.querySelector('#name').value") == "Ada"
    assert browser.evaluate("document.activeElement.id") == "name"
    assert browser.evaluate("document.activeElement.selectionStart") == 1


def test_what_is_selected_stays_so_while_its_paragraph_changes(site, serve, browser):
    site.write({WALK: walk("The quick fox jumps over the dog.\n\nSecond.")})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.evaluate("""{
      const text = [...document.querySelectorAll('p')].find((one) => one.textContent.startsWith('The quick')).firstChild;
      getSelection().setBaseAndExtent(text, 4, text, 9);
    }""")
    site.write({WALK: walk("The quick fox jumps over the lazy dog.\n\nSecond.\n\nThird.")})
    browser.wait("document.body.textContent.includes('lazy') && document.body.textContent.includes('Third.')")
    assert browser.evaluate("getSelection().toString()") == "quick"


def test_a_page_becomes_what_it_would_be_if_it_were_opened(site, serve, browser):
    trust(site)
    texts = [
        "# A\n\n* one\n* two\n* three\n\nEnd.",
        "# A\n\n* zero\n* one\n* three\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.",
        "<p class='x' id='y'>Text</p><!-- note -->\n\n# B\n\n```python\nx = 1\n```\n",
        "Nothing.",
        "# A\n\n<p>Text</p>\n\n* two\n* one\n\n> quoted\n\n# A again\n\nEnd & <em>more</em>.",
    ]
    site.write({WALK: walk(texts[0])})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    for number, text in enumerate([*texts[1:], texts[0]]):
        site.write({WALK: walk(text, more=f"tags = ['t{number}']\n")})
        browser.wait(f"document.querySelector('main').textContent.includes('t{number}')")
        plain = "(page) => page.documentElement.outerHTML.replace(/<pubengine-preview.*?<.pubengine-preview>/, '')"
        there = browser.evaluate(f"({plain})(document)")
        fresh = browser.evaluate(
            f"fetch(location).then((one) => one.text()).then((one) => ({plain})(new DOMParser().parseFromString(one, 'text/html')))"
        )
        assert there == fresh


def test_a_changed_style_sheet_is_swapped_without_loading_the_page(site, serve, browser):
    site.write({
        "themes/plain/theme.toml": 'inherits = "paper"\n',
        "themes/plain/assets/style.css": "p { color: rgb(1, 2, 3) }",
        "content/extra.css": "p { margin-left: 7px }",
        "themes/plain/templates/post.html": "<!DOCTYPE html><html><head><title>P</title>"
        "<link rel=stylesheet href='{{ asset('style.css') }}'><link rel=stylesheet href='/extra.css'></head>"
        "<body><p>Text</p></body></html>",
        WALK: walk("Text"),
    })  # fmt: skip
    site.write({"engine.toml": (site.root / "engine.toml").read_text() + '\n[theme]\nname = "plain"\n'})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.evaluate("window.same = document.querySelector('p'), 0")
    site.write({"themes/plain/assets/style.css": "p { color: rgb(4, 5, 6) }"})
    browser.wait("getComputedStyle(document.querySelector('p')).color === 'rgb(4, 5, 6)'")
    site.write({"content/extra.css": "p { margin-left: 9px }"})
    browser.wait("getComputedStyle(document.querySelector('p')).marginLeft === '9px'")
    assert browser.evaluate("document.querySelector('p') === same")
    browser.wait("document.querySelectorAll('link[rel=stylesheet]').length === 2")


def test_a_page_with_scripts_is_loaded_anew_and_brought_to_where_it_was(site, serve, browser):
    trust(site)
    script = "<script>document.body.dataset.ran = '1'</script>\n\n"
    site.write({WALK: walk(script + FORM + LONG)})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.evaluate(
        "document.querySelector('#more').open = true, document.querySelector('#name').value = 'Ada', scrollTo({ top: 1500, behavior: 'instant' }), window.same = 1"
    )
    site.write({WALK: walk(script + FORM + LONG + "\n\nThe end.")})
    browser.wait("document.body?.textContent.includes('The end.') && document.querySelector('#more').open")
    assert browser.evaluate("scrollY") == 1500
    assert browser.evaluate("typeof same") == "undefined"
    assert browser.evaluate("document.body.dataset.ran") == "1"
    assert browser.evaluate("[document.querySelector('#more').open, document.querySelector('#name').value]") == [
        True,
        "Ada",
    ]


def test_errors_lie_over_the_page_until_mended(site, serve, browser):
    site.write({WALK: walk("Good.")})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.evaluate("window.same = document.querySelector('main'), 0")
    site.write({WALK: walk("Bad.", more="tags = 5\n")})
    browser.wait(f"{PANEL}.querySelector('dialog[open]')")
    said = browser.evaluate(f"{PANEL}.querySelector('dialog').textContent")
    assert f"{WALK}:4:1" in said
    assert "tags-invalid" in said
    assert "tags = 5" in said
    assert browser.evaluate(f"{PANEL}.querySelector('dialog').contains({PANEL}.activeElement)")
    assert browser.evaluate(f"{PANEL}.querySelector('dialog').getAttribute('role')") == "alertdialog"
    browser.press("Escape")
    browser.wait(f"!{PANEL}.querySelector('dialog[open]') && {PANEL}.querySelector('.chip.error')")
    assert chips(browser) == ["1 error", "HideEsc"]
    browser.evaluate(f"{PANEL}.querySelector('.chip.error').click()")
    browser.wait(f"{PANEL}.querySelector('dialog[open]')")
    site.write({WALK: walk("Mended.")})
    browser.wait(f"!{PANEL}.querySelector('dialog[open]') && document.body.textContent.includes('Mended.')")
    assert browser.evaluate("document.querySelector('main') === same")
    assert "1 error" not in chips(browser)


def test_drafts_are_marked_on_their_page_and_where_they_are_linked(site, serve, browser):
    site.write({WALK: walk("Text", more="draft = true\n"), "content/posts/due.md": walk("Due").replace("Walk", "Due")})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.wait(f"{PANEL}?.querySelector('.mark')?.textContent === 'Draft'")
    browser.open(preview.url)
    after = "(path) => getComputedStyle(document.querySelector(`main a[href=\"${path}\"]`), '::after').content"
    browser.wait(f"({after})('/2024/05/walk/') === '\"Draft\"'")
    assert browser.evaluate(f"({after})('/2024/05/due/')") == "none"
    assert not browser.evaluate(f"{PANEL}.querySelector('.mark')")


def test_warnings_open_a_list(site, serve, browser):
    site.write({WALK: walk("[x](nowhere.md)")})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.wait(f"{PANEL}?.querySelector('.chip.warning')")
    browser.evaluate(f"{PANEL}.querySelector('.chip.warning').click()")
    assert "link-broken" in browser.evaluate(f"{PANEL}.querySelector('.list:not([hidden])').textContent")
    browser.press("Escape")
    assert browser.evaluate(f"{PANEL}.querySelector('.list').hidden")


def test_a_removed_page_says_so_and_comes_back(site, serve, browser):
    site.write({WALK: walk("Here.")})
    preview = serve()
    browser.open(f"{preview.url}2024/05/walk/")
    browser.wait(f"{PANEL}?.querySelector('.corner')")
    (site.root / WALK).unlink()
    browser.wait(f"{PANEL}.querySelector('.chip.gone')")
    assert "Here." in browser.evaluate("document.body.textContent")
    site.write({WALK: walk("Back.")})
    browser.wait(f"document.body.textContent.includes('Back.') && !{PANEL}.querySelector('.chip.gone')")


def test_it_catches_up_with_a_server_after_another_one(site, serve, browser):
    site.write({WALK: walk("Before.")})
    first = serve()
    browser.open(f"{first.url}2024/05/walk/")
    browser.wait(f"{PANEL}?.querySelector('.corner')")
    first.end()
    browser.wait(f"{PANEL}.querySelector('.chip.away')")
    site.write({WALK: walk("After.")})
    serve(port=str(first.port))
    browser.wait(f"document.body.textContent.includes('After.') && !{PANEL}.querySelector('.chip.away')")


def test_a_site_that_was_never_good_becomes_itself_when_it_is(site, serve, browser):
    site.write({WALK: walk("Text", more="tags = 5\n")})
    preview = serve()
    assert browser.open(f"{preview.url}2024/05/walk/") == 503
    assert "1 error keeps" in browser.evaluate("document.querySelector('h1').textContent")
    site.write({WALK: walk("Text")})
    browser.wait("document.querySelector('h1').textContent === 'Walk'")


def test_axe_finds_no_fault_with_what_lies_over_a_page(site, serve, browser):
    need((TOOLS / "node_modules/axe-core").is_dir(), "axe-core")
    axe = (TOOLS / "node_modules/axe-core/axe.min.js").read_text("utf-8")
    rules = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
    site.write({WALK: walk("[x](nowhere.md)", more="draft = true\n")})
    preview = serve()
    for scheme, width in (("light", 1200), ("dark", 390)):
        for text, there in (("[x](nowhere.md)", ".chip.warning"), ("[x](nowhere.md)\n\n" + "> " * 300, "dialog[open]")):
            site.write({WALK: walk(text, more="draft = true\n")})
            browser.look(width, 800, scheme)
            browser.open(f"{preview.url}2024/05/walk/")
            browser.wait(f"{PANEL}?.querySelector('{there}')")
            browser.evaluate(f"{PANEL}.querySelector('.chip.warning')?.click()")
            browser.evaluate(axe + ";0")
            found = browser.evaluate(
                f"axe.run(document, {{ runOnly: {rules} }}).then((one) => one.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html)))"
            )
            assert found == [], (scheme, there)
