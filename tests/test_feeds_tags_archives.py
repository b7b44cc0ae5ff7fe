"""What a weblog's readers find their way by: feeds, tags and archives."""

import json
import xml.etree.ElementTree as ET

import pytest

ATOM = "{http://www.w3.org/2005/Atom}"


def post(title, date="2024-05-01", body="Text.", **fields):
    lines = [f"title = {json.dumps(title)}", f"date = {date}", *(f"{key} = {value}" for key, value in fields.items())]
    return "+++\n" + "\n".join(lines) + f"\n+++\n{body}\n"


def ids(site, name="atom.xml"):
    return [entry.findtext(f"{ATOM}id") for entry in ET.XML(site.build().page(name)).iter(f"{ATOM}entry")]


def test_ids_survive_a_change_of_address_scheme_and_domain(site):
    site.write({"content/posts/a.md": post("A"), "content/posts/b.md": post("B", id='"kept"')})
    before = ids(site)
    engine = (site.root / "engine.toml").read_text().replace("https://example.org/", "http://other.example/blog/")
    site.write({"engine.toml": engine + '[permalinks]\nposts = "/{year}/{slug}.html"\n'})
    assert ids(site) == before
    (site.root / "content/posts/b.md").rename(site.root / "content/posts/moved.md")
    assert sorted(ids(site)) == sorted(before), "a post that has an id may move"


def test_an_id_that_is_a_uri_already_is_kept(site):
    uri = "tag:blogger.com,1999:blog-1.post-2"
    site.write({"content/posts/a.md": post("A", id=f'"{uri}"')})
    assert ids(site) == [uri]
    built = site.build()
    assert f'<guid isPermaLink="false">{uri}</guid>' in built.page("rss.xml")
    assert json.loads(built.page("feed.json"))["items"][0]["id"] == uri


def test_a_site_without_an_id_is_told_how_to_keep_its_ids(site):
    engine = (site.root / "engine.toml").read_text().replace('id = "test"\n', "")
    site.write({"engine.toml": engine, "content/posts/a.md": post("A")})
    before = ids(site)
    hint = site.build().problem("site-id-missing")["hint"]
    site.write(
        {"engine.toml": hint.partition("engine.toml: ")[2] + "\n" + engine.replace("example.org", "new.example")}
    )
    assert ids(site) == before
    assert site.build().codes == []


def test_content_is_whole_and_its_links_absolute(site):
    body = '[a](/about/) ![b](b.png) [c](#part) <img src="b.png" srcset="b.png 1x, /c.png 2x">\n\n## Part\n'
    site.write({"content/posts/x/index.md": post("X", body=body), "content/posts/x/b.png": b"png"})
    html = json.loads(site.build().page("feed.json"))["items"][0]["content_html"]
    assert 'href="https://example.org/about/"' in html
    assert html.count('src="https://example.org/posts/x/b.png"') == 2
    assert 'href="https://example.org/2024/05/x/#part"' in html
    assert 'srcset="https://example.org/posts/x/b.png 1x, https://example.org/c.png 2x"' in html


def test_feeds_hold_the_newest_posts_of_the_site_and_of_each_tag(site):
    for day in range(1, 26):
        tags = '["odd"]' if day % 2 else "[]"
        site.write({f"content/posts/p{day}.md": post(f"P{day}", f"2024-05-{day:02}", tags=tags)})
    built = site.build()
    assert [item["title"] for item in json.loads(built.page("feed.json"))["items"]] == [
        f"P{n}" for n in range(25, 5, -1)
    ]
    odd = [item["title"] for item in json.loads(built.page("tags/odd/feed.json"))["items"]]
    assert odd == [f"P{n}" for n in range(25, 0, -2)]
    assert {"tags/odd/atom.xml", "tags/odd/rss.xml"} <= set(built.files())


def test_feeds_do_not_change_while_posts_do_not(site):
    site.write({"content/posts/a.md": post("A")})
    first = site.build(now=1_730_000_000).page("atom.xml")
    assert site.build(now=1_740_000_000).page("atom.xml") == first


def test_tags_that_differ_in_case_or_form_are_one(site):
    site.write({
        "content/posts/a.md": post("A", tags='["Café", "news"]'),
        "content/posts/b.md": post("B", tags='["CAFE\\u0301"]'),
        "content/posts/c.md": post("C", tags='["Café"]'),
    })  # fmt: skip
    built = site.build()
    problem = built.problem("tag-spelling")
    assert (problem["file"], problem["hint"]) == ("content/posts/b.md", "write 'Café'")
    page = built.page("tags/café/")
    assert all(f">{title}<" in page for title in "ABC")
    assert '<span class="count">(3)</span>' in built.page("tags/")
    assert [name for name in built.files() if name.startswith("tags/") and name.endswith("/index.html")] == [
        "tags/café/index.html", "tags/index.html", "tags/news/index.html",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "slug"), [("C++", "c-plus-plus"), ("C#", "c-sharp"), ("日本", "日本"), ("a/b c", "a-b-c")]
)
def test_tags_have_addresses_of_their_own(site, tag, slug):
    site.write({"content/posts/a.md": post("A", tags=json.dumps([tag, "C"]))})
    assert f"tags/{slug}/index.html" in site.build().files()


def test_archives_for_years_months_and_days_with_counts(site):
    for number, date in enumerate(("2023-12-31", "2024-01-01", "2024-01-01", "2024-03-05")):
        site.write({f"content/posts/p{number}.md": post(f"P{number}", date)})
    built = site.build()
    wanted = {"2023/index.html", "2023/12/index.html", "2023/12/31/index.html", "2024/index.html", "2024/01/index.html",
              "2024/01/01/index.html", "2024/03/index.html", "2024/03/05/index.html", "archive/index.html"}  # fmt: skip
    assert wanted <= set(built.files())
    front = built.page("")
    tree = front[front.index("archive-tree") :]
    for place in ('href="/2024/">2024</a> <span class="count">(3)', 'href="/2024/01/">January</a> <span class="count">(2)',
                  'href="/2023/12/">December</a> <span class="count">(1)'):  # fmt: skip
        assert place in tree
    assert "Monday 1 January 2024" in built.page("2024/01/01/").replace(",", "")


def test_older_pages_stay_as_they_are_when_posts_come(site):
    engine = (site.root / "engine.toml").read_text() + "[plugins.front_page]\nposts = 3\n"
    site.write({"engine.toml": engine})
    for day in range(1, 12):
        site.write({f"content/posts/p{day:02}.md": post(f"P{day}", f"2024-05-{day:02}")})
    before = site.build()
    older = {name: before.page(name) for name in before.files() if name.startswith("page/")}
    assert sorted(older) == ["page/1/index.html", "page/2/index.html"]
    assert "P3" in older["page/1/index.html"]
    front = before.page("")
    assert 'href="/page/2/"' in front
    assert [n for n in range(1, 12) if f">P{n}<" in front] == [7, 8, 9, 10, 11]
    site.write({"content/posts/new.md": post("New", "2024-06-01")})
    after = site.build()
    assert after.page("page/1/") == older["page/1/index.html"]
    assert after.page("page/3/").count("<h3") == 3


def test_a_day_is_not_parted_between_pages(site):
    engine = (site.root / "engine.toml").read_text() + "[plugins.front_page]\nposts = 2\n"
    site.write({"engine.toml": engine})
    for number in range(5):
        site.write({f"content/posts/p{number}.md": post(f"P{number}", "2024-05-01")})
    for number in range(5, 8):
        site.write({f"content/posts/p{number}.md": post(f"P{number}", f"2024-06-0{number}")})
    built = site.build()
    assert [f">P{n}<" in built.page("page/1/") for n in range(8)] == [True] * 5 + [False] * 3


def test_neighbours_lead_from_post_to_post(site):
    for number in range(3):
        site.write({f"content/posts/p{number}.md": post(f"P{number}", f"2024-05-0{number + 1}")})
    built = site.build()
    page = built.page("2024/05/p1/")
    assert 'rel="prev" href="/2024/05/p2/"' in page
    assert 'rel="next" href="/2024/05/p0/"' in page
    assert 'rel="prev"' not in built.page("2024/05/p2/")
