"""`pubengine explain`: why a post, a page or a file is as it is."""

import json

import pytest

from pubengine.testing import run

POST = "content/posts/2024-05-01-rain.md"
RAIN = "+++\ntitle = 'Rain'\ntags = ['weather']\n+++\nText.\n"


def facts(site, subject, *options):
    code, stdout, stderr = run("explain", subject, "--site", str(site.root), "--json", *options)
    assert code == 0, stderr
    return [dict(one["facts"]) for one in json.loads(stdout)]


@pytest.mark.parametrize(
    "subject",
    [
        POST,
        "posts/2024-05-01-rain",
        "Rain",
        "rain",
        "/2024/05/rain/",
        "https://example.org/2024/05/rain/",
        "2024/05/rain/index.html",
    ],
)
def test_a_post_is_found_by_any_of_its_names(site, subject):
    site.write({POST: RAIN})
    site.build()
    (found,) = facts(site, subject)
    assert found["published"] == "/2024/05/rain/  (2024/05/rain/index.html)"
    assert found["loaded by"] == "markdown"
    assert found["transformed by"].startswith("markdown (body")
    assert found["template"] == "post.html, which stands on base.html, macros.html"
    assert "tags/weather/atom.xml" in found["shown on"]
    assert 'site.tag_links["weather"]' in found["read"]
    assert found["last build"] == "made: it is new"


def test_what_the_last_build_did_about_it_is_told(site):
    site.write({POST: RAIN, "content/posts/2024-05-02-sun.md": RAIN.replace("Rain", "Sun")})
    site.build()
    site.write({POST: RAIN + "More.\n"})
    site.build()
    (found,) = facts(site, "Rain")
    assert (found["source is"], found["last build"]) == (
        "read anew by the last build: it changed",
        "made: what it is given changed",
    )
    (found,) = facts(site, "Sun")
    assert (found["source is"], found["last build"]) == ("remembered", "left as it was")


def test_a_post_that_is_not_published_says_why(site):
    site.write({
        "content/posts/a.md": "+++\ntitle = 'A'\ndraft = true\n+++\nText.\n",
        "content/posts/b.md": "+++\ntitle = 'B'\ndate = 2999-01-01T12:00:00\n+++\nText.\n",
        "content/posts/c.md": "+++\ntitle = 'C'\ndate = 2024-01-01\nexpires = 2024-02-01\n+++\nText.\n",
        "content/posts/d.md": "+++\ntitle = 'D'\ndate = 2024-01-01\nid = 'x'\n+++\nText.\n",
        "content/posts/e.md": "+++\ntitle = 'E'\ndate = 2024-01-01\nid = 'x'\n+++\nText.\n",
        "content/posts/f.md": "+++\ntitle = 'F'\ndate = yesterday\n+++\nText.\n",
    })  # fmt: skip
    assert facts(site, "A")[0]["not published"] == "it is a draft"
    assert facts(site, "B")[0]["not published"].endswith("at 2999-01-01 12:00 in Europe/London")
    assert facts(site, "C")[0]["not published"].startswith("it expired ")
    assert "id-twice" in facts(site, "D")[0]["error"]
    assert "front-matter-toml" in facts(site, "content/posts/f.md")[0]["error"]
    assert "published" in facts(site, "A", "--drafts")[0]


def test_a_post_of_a_journal_is_told_apart_by_its_line(site):
    site.write({"content/posts/j.txt": "24 October 2014\n\nOne\n\nText.\n\nTwo\n\nText.\n"})
    assert len(facts(site, "content/posts/j.txt")) == 2
    (found,) = facts(site, "content/posts/j.txt:7")
    assert found["published"].startswith("/2014/10/two/")


def test_a_page_that_no_post_has_says_who_made_it_and_of_what(site):
    site.write({POST: RAIN, "content/photo.png": b"x"})
    site.build()
    (found,) = facts(site, "/tags/weather/")
    assert (found["from"], found["shows"]) == ("tags", POST)
    (found,) = facts(site, str(site.root / "public/feed.json"))
    assert found["function"] == "pubengine.plugins.feeds.json_feed"
    (found,) = facts(site, "content/photo.png")
    assert (found["copy of"], found["from"]) == ("content/photo.png", "static, for content/photo.png")


def test_a_name_that_means_nothing_is_an_error_with_the_nearest(site):
    site.write({POST: RAIN})
    code, _, stderr = run("explain", "content/posts/2024-05-01-rian.md", "--site", str(site.root))
    assert code == 2
    assert f"is it '{POST}'?" in stderr


def test_for_people_it_is_a_table(site):
    site.write({POST: RAIN})
    code, stdout, _ = run("explain", "Rain", "--site", str(site.root))
    assert code == 0
    assert stdout.splitlines()[0] == "Rain  (post)"
    assert f"  source          {POST}" in stdout.splitlines()
