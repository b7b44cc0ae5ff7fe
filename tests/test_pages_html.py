"""Every page of a site with one of everything: well-formed, linked, named and reachable without a mouse."""

from itertools import pairwise
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from validators.kitchen import kitchen
from validators.markup import Markup

from pubengine.testing import SiteUnderTest

__all__ = ["kitchen"]

ORIGIN = "https://example.org"


@pytest.fixture(scope="module")
def pages(kitchen):
    return {path: Markup(text) for path, text in kitchen.html().items()}


def redirects(page):
    return any(one.attributes.get("http-equiv") == "refresh" for one in page.every("meta"))


def address(kitchen, path):
    return kitchen.base + path.removesuffix("index.html")


def test_every_kind_of_page_is_there(pages):
    kinds = (
        "index.html", "page/1/index.html", "archive/index.html", "2024/index.html", "2024/10/index.html",
        "2024/10/20/index.html", "2024/10/elements/index.html", "2024/10/draft/index.html", "tags/index.html",
        "tags/elements/index.html", "404.html", "about/index.html", "guides/first/index.html", "old/pictures.html",
    )  # fmt: skip
    assert set(kinds) <= set(pages)


def test_ids_are_unique_on_every_page(pages):
    for path, page in pages.items():
        ids = page.ids()
        assert len(ids) == len(set(ids)), f"{path}: {sorted(one for one in ids if ids.count(one) > 1)}"


def test_every_link_and_fragment_leads_somewhere(kitchen, pages):
    files = set(kitchen.built.files())
    dead, followed = [], 0
    for path, page in pages.items():
        for link in page.links():
            parts = urlsplit(urljoin(ORIGIN + address(kitchen, path), link))
            if f"{parts.scheme}://{parts.netloc}" != ORIGIN:
                continue
            followed += 1
            target = kitchen.file_of(unquote(parts.path))
            if target not in files or (parts.fragment and unquote(parts.fragment) not in pages[target].ids()):
                dead.append(f"{path}: {link}")
    assert not dead
    assert followed > 5_000


def test_pages_ask_no_other_host_for_anything_and_run_no_script(pages):
    for path, page in pages.items():
        assert not page.every("script", "iframe", "object", "embed"), path
        asked = [one.attributes.get("src", "") for one in page.every("img", "video", "source", "audio")]
        asked += [
            one.attributes["href"] for one in page.every("link") if one.attributes["rel"] in ("stylesheet", "icon")
        ]
        assert not [url for url in asked if urlsplit(url).netloc], path


def test_the_style_sheet_asks_for_nothing_else(kitchen):
    style = kitchen.built.page("assets/style.css")
    assert "url(" not in style
    assert "@import" not in style


def test_every_page_says_its_language_and_direction(kitchen, pages):
    for path, page in pages.items():
        html = page.every("html")[0].attributes
        assert html == {"lang": kitchen.language, "dir": "rtl" if kitchen.language == "ar" else "ltr"}, path


def test_every_page_has_one_first_heading_of_its_own(pages):
    for path, page in pages.items():
        if not redirects(page):
            own = [one.text.strip() for one in page.every("h1") if not one.inside(".text")]
            assert len(own) == 1, path
            assert own[0], path


def test_headings_outside_texts_leave_out_no_level(pages):
    for path, page in pages.items():
        levels = [int(one.tag[1]) for one in page.every("h1", "h2", "h3", "h4", "h5", "h6") if not one.inside(".text")]
        steps = pairwise(levels)
        assert all(after <= before + 1 for before, after in steps), f"{path}: {levels}"


def test_titles_tell_listed_pages_apart(pages):
    titles = {}
    for path, page in pages.items():
        robots = [one for one in page.every("meta") if one.attributes.get("name") == "robots"]
        if not robots:
            titles.setdefault(page.every("title")[0].text, []).append(path)
    assert not {title: paths for title, paths in titles.items() if len(paths) > 1}


def test_a_listed_page_is_its_own_canonical_address(kitchen, pages):
    for path, page in pages.items():
        canonical = [one.attributes["href"] for one in page.every("link") if one.attributes["rel"] == "canonical"]
        if path == "404.html":
            assert not canonical
        elif not redirects(page):
            assert unquote(canonical[0]) == ORIGIN + address(kitchen, path)


def test_landmarks_of_a_kind_have_names_of_their_own(pages):
    for path, page in pages.items():
        if redirects(page):
            continue
        assert len(page.every("main")) == 1, path
        names = [one.attributes.get("aria-label", "") for one in page.every("nav")]
        assert len(names) == len(set(names)), f"{path}: {names}"


def test_no_control_stands_in_another(pages):
    for path, page in pages.items():
        for one in page.every("a", "button", "summary", "select", "textarea"):
            assert not any(one.inside(control) for control in ("a", "button", "summary")), f"{path}: {one.tag}"


def test_what_scrolls_by_itself_can_be_reached_by_keyboard(pages):
    found = [one for page in pages.values() for one in [*page.every("pre"), *page.classed("table")]]
    assert {one.tag for one in found} == {"pre", "div"}
    assert all(one.attributes.get("tabindex") == "0" for one in found)


def test_tables_stand_in_what_scrolls(pages):
    tables = pages["2024/10/tables/index.html"].every("table")
    assert len(tables) == 2
    assert all(one.parents[-1].classes == ["table"] for one in tables)


def test_every_link_has_words_and_every_picture_an_alternative(pages):
    for path, page in pages.items():
        assert all("alt" in one.attributes for one in page.every("img")), path
        pictured = {parent for one in page.every("img") for parent in one.parents}
        bare = [one.attributes for one in page.every("a") if not one.text.strip() and one not in pictured]
        assert not bare, path


def test_notes_of_several_posts_of_a_day_lead_to_the_posts_own_pages(kitchen, pages):
    page = pages["2024/10/20/index.html"]
    assert len(page.classed("footnotes")) == 1, "two of the three have a mark before their notes"
    links = [one.attributes["href"] for one in page.every("a") if one.inside(".footnote-ref")]
    whole = f"{kitchen.base}2024/10/notes-whole/"
    assert links == [f"{whole}#fn1", f"{whole}#fn2", f"{whole}#fn1", f"{whole}#fn3"]


def test_the_skip_link_leads_to_the_text(pages):
    for path, page in pages.items():
        if not redirects(page):
            first = page.every("a")[0]
            assert first.attributes["href"] == f"#{page.every('main')[0].attributes['id']}", path


def test_a_post_in_another_language_says_so_at_its_title_and_its_text_alone(pages):
    page = pages["2024/10/japanese/index.html"]
    tongues = [one.tag for one in page.elements if one.attributes.get("lang") == "ja"]
    assert tongues == ["h1", "div"]
    assert not any(parent.attributes.get("lang") == "ja" for one in page.every("time") for parent in one.parents)


@pytest.fixture
def words(site: SiteUnderTest):
    """A site whose theme speaks another language."""
    engine = (site.root / "engine.toml").read_text("utf-8")
    site.write({"engine.toml": f"{engine}\n[theme.words]\narchive = 'Archiv'\npage = 'Seite'\n"})
    return site


def test_a_heading_called_text_does_not_take_the_skip_links_place(site):
    site.write({"content/posts/2024-05-01-a.md": "+++\ntitle = 'A'\n+++\n## Text\n\n## text\n"})
    page = Markup(site.build().page("2024/05/a/"))
    assert page.ids() == ["Text", "text", "text-2"]
    assert page.every("main")[0].attributes["id"] == "Text"


def test_headings_get_ids_of_their_own_though_their_words_look_numbered(site):
    body = "## A\n\n## A\n\n## A 2\n\n## A\n"
    site.write({"content/posts/2024-05-01-a.md": f"+++\ntitle = 'B'\n+++\n{body}"})
    page = Markup(site.build().page("2024/05/a/"))
    assert [one.attributes["id"] for one in page.every("h2")] == ["a", "a-2", "a-2-2", "a-3"]


def test_a_post_without_a_title_has_a_link_in_lists_and_no_visible_heading(kitchen, pages):
    untitled = [one for one in pages["2014/10/index.html"].every("h3") if "unseen" in one.classes]
    assert len(untitled) == 1
    assert untitled[0].text.startswith("There is no title here")
    assert not any(one.inside("h3") and one.inside(".unseen") for one in pages["2014/10/index.html"].every("a"))
    links = [one.attributes["href"] for one in pages["2014/10/index.html"].every("a") if one.inside(".byline")]
    assert len(links) == 1
    assert kitchen.file_of(unquote(links[0])) in pages


def test_the_themes_words_name_pages_everywhere(words):
    posts = {f"content/posts/2024-05-{day:02}-p{day}.md": f"+++\ntitle = 'P{day}'\n+++\nText." for day in range(1, 29)}
    words.write(posts)
    built = words.build()
    archive, older = built.page("archive/"), built.page("page/1/")
    assert "<title>Archiv · Test</title>" in archive
    assert '<meta property="og:title" content="Archiv">' in archive
    assert '<meta property="og:title" content="Older posts, Seite 1">' in older


def test_the_archive_tree_counts_and_opens_at_the_year_shown(pages):
    tree = pages["2016/11/index.html"]
    summaries = [one for one in tree.every("summary") if one.inside(".archive-tree")]
    opened = [one.text for one in summaries if "open" in one.parents[-1].attributes]
    assert [text.strip() for text in opened] == ["Months of 2016"]
    counts = [one.text for one in tree.classed("count") if one.inside(".archive-tree") and not one.inside("details")]
    assert sum(int(text.strip("()")) for text in counts) == 54
