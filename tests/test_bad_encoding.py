"""Bytes that are not UTF-8 are an error with a place; characters that no format can hold never reach a page."""

import json
import xml.etree.ElementTree as ET

import pytest

POST = "content/posts/2024-05-01-a.md"
HEAD = b"+++\ntitle = 'x'\n+++\n"


def built_of(site, data, *options):
    site.write({POST: data})
    return site.build(*options)


def well_formed(built):
    for name in ("atom.xml", "rss.xml", "sitemap.xml"):
        ET.fromstring(built.page(name).encode())
    json.loads(built.page("feed.json"))


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (HEAD + b"abc\ncaf\xe9 au lait\n", 5, 4),
        (HEAD + b"abc\xed\xa0\x80\n", 4, 4),
        (HEAD + b"abc\xe2\x82", 4, 4),
        (HEAD + b"\xc0\xaf", 4, 1),
        (HEAD + b"\xf4\x90\x80\x80", 4, 1),
        (b"\xff\xfe" + "+++\ntitle = 'x'\n+++\n".encode("utf-16-le"), 1, 1),
        (b"\xfe\xff" + "+++\ntitle = 'x'\n+++\n".encode("utf-16-be"), 1, 1),
        ("+++\r\ntitle = 'x'\r\n+++\r\nab\u00e9".encode("latin-1"), 4, 3),
    ],
    ids=["latin-1", "surrogate", "truncated", "overlong", "beyond-unicode", "utf-16-le", "utf-16-be", "latin-1-crlf"],
)
def test_bytes_that_are_not_utf8_are_an_error_at_line_and_column(site, data, line, column):
    built = built_of(site, data)
    found = built.problem("encoding")
    assert built.exit_code == 1
    assert (found["file"], found["line"], found["column"]) == (POST, line, column)
    assert "UTF-8" in found["hint"]


def test_utf16_without_a_mark_is_not_published_as_text(site):
    built = built_of(site, "+++\ntitle = 'x'\n+++\nText.\n".encode("utf-16-le"))
    assert built.exit_code == 1


@pytest.mark.parametrize("kind", ["posts/2024-05-01-a.txt", "posts/2024-05-01-a.md", "a.md"])
def test_no_kind_of_source_is_dropped_for_its_bytes(site, kind):
    site.write({f"content/{kind}": b"Friday, 24 October 2014\n\nTitle\n\ncaf\xe9\n"})
    assert site.build().exit_code == 1


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_and_byte_order_marks_change_nothing(site, ends, mark, final):
    text = "+++\ntitle = 'x'\ntags = ['a']\n+++\n# H\n\nA line\nand one  \nmore.\n\n```python\na = 1\n```\n\n* a\n* b\n"
    plain = built_of(site, text)
    wanted = {name: plain.page(name) for name in plain.files() if not name.endswith((".svg", ".css"))}
    changed = mark + text.replace("\n", ends)
    built = built_of(site, changed if final else changed.removesuffix(ends))
    assert {name: built.page(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "character",
    ["\0", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\ufdd0", "\ufffe",
     "\uffff", "\ufeff", "\u202e", "\u2066", "\U0001fffe"],
    ids=lambda character: f"U+{ord(character):04X}",
)  # fmt: skip
@pytest.mark.parametrize("place", ["post", "config"])
def test_feeds_stay_well_formed_whatever_a_text_holds(site, character, place):
    title = json.dumps(f"a{character}b") if place == "post" else '"x"'
    if place == "config":
        escaped = json.dumps(f"T{character}U")
        site.write({"engine.toml": f'title = {escaped}\nauthor = {escaped}\nurl = "https://example.org/"\nid = "t"\n'})
    if "\\ud83f" in title + (site.root / "engine.toml").read_text():
        title = title.replace("\\ud83f\\udffe", "\\U0001fffe")
        engine = (site.root / "engine.toml").read_text().replace("\\ud83f\\udffe", "\\U0001fffe")
        site.write({"engine.toml": engine})
    body = f"a{character}b\n" if place == "post" else "Text.\n"
    built = built_of(site, f"+++\ntitle = {title}\n+++\n{body}")
    if built.exit_code == 0:
        well_formed(built)
        assert "\0" not in built.page("2024/05/a/")
    else:
        assert place == "config"
        assert built.exit_code == 2


FORMS = ("a{}b", "<b>a{}b</b>", "`a{}b`", "[a](/b 'c{}d')", "<b title='x{}y'>z</b>", "# a{}b", "[a]: /b 'c{}d'\n\n[a]")


@pytest.mark.parametrize(
    "entity",
    ["&#0;", "&#1;", "&#8;", "&#11;", "&#12;", "&#27;", "&#x1b;", "&#xFFFE;", "&#xD800;", "&#x110000;", "&#133;"],
)
@pytest.mark.parametrize("raw_html", ["sanitize", "trust"])
def test_feeds_stay_well_formed_whatever_an_entity_names(site, entity, raw_html):
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": f'{engine}[plugins.markdown]\nraw_html = "{raw_html}"\n'})
    built = built_of(site, HEAD.decode() + "\n\n".join(form.format(entity) for form in FORMS))
    assert built.exit_code == 0
    well_formed(built)


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x85", "\ufdd0"])
def test_a_stray_control_character_is_a_warning_with_its_place(site, character):
    found = built_of(site, HEAD.decode() + f"abc\nde{character}f\n").problem("control-character")
    assert (found["line"], found["column"]) == (5, 3)


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"], ids=repr)
def test_an_empty_file_is_an_error_not_a_missing_post(site, data):
    built = built_of(site, data)
    assert built.exit_code == 1
    assert built.codes


def test_many_control_characters_are_one_problem_not_a_hundred_thousand(site):
    built = built_of(site, HEAD + b"\x01" * 20_000)
    assert built.exit_code == 0
    assert len(built.codes) < 100


def test_text_in_the_wrong_character_set_is_found(site):
    found = built_of(site, HEAD.decode() + "Un caf\u00c3\u00a9.\n").problem("text-mistaken")
    assert "caf\u00e9" in found["hint"]
