"""Posts: their fields, addresses, days and order."""

import json
import os
import subprocess
import sys
import uuid

import pytest


def post(title="A title", date="2024-05-01", body="Text.", **fields):
    lines = [f"title = {json.dumps(title, ensure_ascii=False)}", f"date = {date}"]
    lines += [f"{name} = {value}" for name, value in fields.items()]
    return "+++\n" + "\n".join(lines) + f"\n+++\n{body}\n"


def uuid5_of(name):
    namespace = uuid.UUID("5c0d2c0e-6b1f-5a3c-9e43-0e5c1b7c8f11")
    return uuid.uuid5(uuid.uuid5(namespace, "test"), name).urn


def feed(built):
    return json.loads(built.page("feed.json"))["items"]


def test_the_address_follows_the_pattern(site):
    site.write({"content/posts/hello.md": post()})
    assert "2024/05/hello/index.html" in site.build().files()


def test_bloggers_pattern(site):
    engine = (site.root / "engine.toml").read_text()
    site.write({
        "engine.toml": engine + '[permalinks]\nposts = "/{year}/{month}/{slug}.html"\n',
        "content/posts/hello.md": post(),
    })  # fmt: skip
    built = site.build()
    assert "2024/05/hello.html" in built.files()
    assert feed(built)[0]["url"] == "https://example.org/2024/05/hello.html"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("2024-05-01-hello.md", "2024/05/hello"),
        ("2024-05-01.md", "2024/05/2024-05-01"),
        ("deep/er/hello.md", "2024/05/hello"),
        ("trip/index.md", "2024/05/trip"),
        ("Ünïcode Näme.md", "2024/05/ünïcode-näme"),
        ("日本語.md", "2024/05/日本語"),
        ("हिन्दी.md", "2024/05/हिन्दी"),
        ("עברית.md", "2024/05/עברית"),
    ],
)
def test_the_slug_is_the_files_name_in_any_script(site, name, path):
    site.write({f"content/posts/{name}": post()})
    built = site.build()
    assert built.exit_code == 0
    assert f"{path}/index.html" in built.files()


def test_a_slug_in_front_matter_wins(site):
    site.write({"content/posts/hello.md": post(slug='"other"')})
    assert "2024/05/other/index.html" in site.build().files()


def test_the_day_in_the_address_is_that_of_the_posts_own_offset(site):
    site.write({"content/posts/late.md": post(date="2024-04-30T23:30:00-05:00")})
    built = site.build()
    assert "2024/04/late/index.html" in built.files()
    assert "2024/04/30/index.html" in built.files()


def test_local_time_is_in_the_sites_zone(site):
    site.write({"content/posts/a.md": post(date="2024-07-01T10:00:00")})
    assert feed(site.build())[0]["date_published"] == "2024-07-01T10:00:00+01:00"


def test_a_time_that_clocks_skip_is_moved_forward_and_said(site):
    site.write({"content/posts/a.md": post(date="2024-03-31T01:30:00")})
    built = site.build()
    assert feed(built)[0]["date_published"] == "2024-03-31T02:30:00+01:00"
    assert built.problem("time-skipped")["line"] == 3


def test_a_date_without_a_time_is_not_in_the_future_on_that_day(site):
    # 30 seconds after midnight in Auckland is still the day before in London and UTC.
    engine = (site.root / "engine.toml").read_text().replace("Europe/London", "Pacific/Auckland")
    site.write({"engine.toml": engine, "content/posts/a.md": post(date="2024-05-02")})
    just_after_midnight = 1_714_564_830
    assert site.build(now=just_after_midnight).data["posts"] == 1
    assert site.build(now=just_after_midnight - 60).data["posts"] == 0


def test_posts_of_one_day_have_one_order_everywhere(site):
    site.write({
        "content/posts/2024-05-01-a.md": post("a"),
        "content/posts/2024-05-01-b.md": post("b"),
        "content/posts/noon.md": post("noon", "2024-05-01T12:00:00Z"),
        "content/posts/morning.md": post("morning", "2024-05-01T08:00:00Z"),
        "content/posts/west.md": post("west", "2024-05-01T01:00:00-11:00"),
        "content/posts/next.md": post("next", "2024-05-02"),
    })  # fmt: skip
    built = site.build()
    wanted = ["next", "west", "noon", "morning", "b", "a"]
    assert [item["title"] for item in feed(built)] == wanted
    for page in ("", "2024/05/", "2024/"):
        text = built.page(page)
        places = [text.index(f">{title}<") for title in wanted]
        assert places == sorted(places), page
    noon = built.page("2024/05/noon/")
    assert 'rel="prev" href="/2024/05/west/"' in noon
    assert 'rel="next" href="/2024/05/morning/"' in noon


def test_free_fields_are_kept_as_they_are(site):
    site.write({
        "content/posts/a.md": post(mood='"good"', count="7", seen="1999-12-31", deep="{ a = [1, 2] }"),
        "themes/paper/templates/post.html": "{{ post.meta.mood }}/{{ post.meta.count + 1 }}/{{ post.meta.seen }}/"
        "{{ post.meta.deep.a[1] }}/{% if post.meta.nothing %}yes{% else %}no{% endif %}",
    })  # fmt: skip
    assert site.build().page("2024/05/a/") == "good/8/1999-12-31/2/no"


def test_a_misspelt_field_is_a_warning_that_names_the_right_one(site):
    site.write({"content/posts/a.md": post(tag='["x"]', titel='"y"')})
    built = site.build()
    assert [(one["line"], one["hint"]) for one in built.data["diagnostics"]] == [(4, "write tags"), (5, "write title")]


def test_yaml_front_matter_for_those_who_move_in(site):
    site.write({
        "content/posts/2009-02-03-old.md": "---\ntitle: no\ntags: [007, 1.10, yes]\nid: 12\ndescription: null\nlayout: post\n---\nText.\n",
    })  # fmt: skip
    item = feed(site.build())[0]
    assert (item["title"], item["tags"]) == ("no", ["007", "1.10", "yes"])
    assert item["id"] == uuid5_of("12")
    assert "summary" not in item


def test_aliases_lead_to_the_post(site):
    site.write({"content/posts/a.md": post(aliases='["/2009/01/old.html", "/short/"]')})
    built = site.build()
    for path in ("2009/01/old.html", "short/index.html"):
        page = built.page(path)
        assert 'content="0; url=https://example.org/2024/05/a/"' in page
        assert 'href="/2024/05/a/"' in page
    assert "short" not in built.page("sitemap.xml")


def test_pages_stand_at_their_own_paths(site):
    site.write({
        "content/about.md": "+++\ntitle = 'About us'\n+++\nWe.\n",
        "content/guide/index.md": "+++\ntitle = 'Guide'\n+++\n[next](part.md#x)\n",
        "content/guide/part.md": "+++\ntitle = 'Part'\n+++\n## X\n",
    })  # fmt: skip
    built = site.build()
    assert {"about/index.html", "guide/index.html", "guide/part/index.html"} <= set(built.files())
    assert 'href="/guide/part/#x"' in built.page("guide/")


def test_links_and_images_lead_to_what_lies_beside_the_file(site):
    site.write({
        "content/posts/trip/index.md": post(body="![boat](boat.png) [other](../other.md) [up](/about/)"),
        "content/posts/trip/boat.png": b"png",
        "content/posts/other.md": post("Other"),
        "engine.toml": (site.root / "engine.toml").read_text().replace("example.org/", "example.org/blog/"),
    })  # fmt: skip
    built = site.build()
    page = built.page("2024/05/trip/")
    assert 'src="/blog/posts/trip/boat.png"' in page
    assert 'href="/blog/2024/05/other/"' in page
    assert 'href="/blog/about/"' in page
    item = next(item for item in feed(built) if item["url"].endswith("trip/"))
    assert 'src="https://example.org/blog/posts/trip/boat.png"' in item["content_html"]


def test_the_bytes_do_not_depend_on_the_machine(site, tmp_path):
    site.write({
        "content/posts/a.md": post(date="2024-05-01T00:30:00"),
        "content/posts/b.md": post("b", "2024-05-01", tags='["x", "y"]'),
        "content/posts/j.txt": "1 May 2020\n\nTitle\n\nText.\n",
    })  # fmt: skip
    seen = set()
    for number, zone in enumerate(("UTC", "Asia/Kolkata", "Pacific/Kiritimati", "America/St_Johns")):
        out = tmp_path / f"out{number}"
        env = os.environ | {"TZ": zone, "PYTHONHASHSEED": str(number), "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1730000000"}
        command = [sys.executable, "-m", "pubengine", "build", "--site", str(site.root), "--output", str(out)]
        subprocess.run(command, env=env, check=True, capture_output=True, cwd=tmp_path)
        seen.add(tuple((p.relative_to(out).as_posix(), p.read_bytes()) for p in sorted(out.rglob("*")) if p.is_file()))
    assert len(seen) == 1


def test_a_link_to_a_post_that_is_not_there_is_said(site):
    site.write(
        {"content/posts/a.md": post(body="[gone](gone.md) [draft](d.md)"), "content/posts/d.md": post(draft="true")}
    )
    built = site.build()
    assert built.codes == ["link-broken", "link-broken"]
    assert built.problem("link-broken")["file"] == "content/posts/a.md"


def test_headings_of_a_text_stand_below_its_title_in_lists(site):
    site.write({"content/posts/a.md": post(body="## Part\n\n##### Deep\n")})
    built = site.build()
    assert '<h2 id="part">Part</h2>' in built.page("2024/05/a/")
    assert "<h4>Part</h4>" in built.page("")
    assert "<h6>Deep</h6>" in built.page("")
