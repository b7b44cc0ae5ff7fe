"""Drafts, posts of the future and expired posts are nowhere: not in a page, a feed, a count, a link or an address."""

import pytest

HIDDEN = {
    "draft": "date = 2024-05-02\ndraft = true",
    "future": "date = 2024-10-27T03:33:21Z",
    "far future": "date = 2999-01-01",
    "expired": "date = 2024-05-02\nexpires = 2024-10-27T03:33:20Z",
    "expired by day": "date = 2024-05-02\nexpires = 2024-10-27",
}


def post(title, fields, **more):
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    return f"+++\ntitle = '{title}'\n{fields}\n{lines}+++\n{title} text.\n"


def everything(built):
    names = built.files()
    return "\n".join(names) + "\n".join(built.page(name) for name in names if not name.endswith((".css", ".svg")))


@pytest.mark.parametrize("fields", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("place", ["content/posts/secret.md", "content/secret.md"])
def test_what_is_not_due_leaves_no_trace(site, fields, place):
    site.write({
        "content/posts/older.md": post("Older", "date = 2024-05-01", tags='["news"]'),
        "content/posts/newer.md": post("Newer", "date = 2024-05-03", tags='["news"]'),
    })  # fmt: skip
    without = everything(site.build())
    site.write({place: post("Zebra", fields, tags='["news", "zebra"]', aliases='["/zebra-old"]', authors='["Zebra"]')})
    built = site.build()
    assert built.exit_code == 0
    assert everything(built) == without


def test_what_is_hidden_is_counted_and_told(site):
    for number, fields in enumerate(HIDDEN.values()):
        site.write({f"content/posts/p{number}.md": post("x", fields)})
    built = site.build()
    assert sorted(one["reason"] for one in built.data["hidden"]) == ["draft", "expired", "expired", "future", "future"]


def test_a_post_is_published_in_the_second_it_is_due(site):
    site.write({"content/posts/a.md": post("Zebra", "date = 2024-10-27T03:33:20Z")})
    assert "Zebra" in everything(site.build())


def test_todays_post_is_published_in_the_sites_zone_not_the_machines(site):
    site.write(
        {"engine.toml": 'title = "T"\nurl = "https://example.org/"\nid = "t"\ntimezone = "Pacific/Kiritimati"\n'}
    )
    site.write({"content/posts/a.md": post("Zebra", "date = 2024-10-27")})
    assert "Zebra" in everything(site.build(now=1_729_936_800))


@pytest.mark.parametrize(("option", "fields"), [("--drafts", "draft"), ("--future", "future")])
def test_it_is_published_when_asked_for(site, option, fields):
    site.write({"content/posts/a.md": post("Zebra", HIDDEN[fields])})
    assert "Zebra" in everything(site.build(option))


def test_a_draft_of_the_future_needs_both(site):
    site.write({"content/posts/a.md": post("Zebra", "date = 2999-01-01\ndraft = true")})
    assert "Zebra" not in everything(site.build("--drafts"))
    assert "Zebra" not in everything(site.build("--future"))
    assert "Zebra" in everything(site.build("--drafts", "--future"))


def test_an_expired_post_stays_away_whatever_is_asked(site):
    site.write({"content/posts/a.md": post("Zebra", HIDDEN["expired"])})
    assert "Zebra" not in everything(site.build("--drafts", "--future"))


def test_a_published_post_that_becomes_a_draft_goes_away(site):
    site.write({"content/posts/a.md": post("Zebra", "date = 2024-05-01")})
    assert "Zebra" in everything(site.build())
    site.write({"content/posts/a.md": post("Zebra", "date = 2024-05-01\ndraft = true")})
    assert "Zebra" not in everything(site.build())


@pytest.mark.parametrize("value", ["'true'", "'yes'", "1", "'no'", "[]"])
def test_a_draft_flag_that_is_none_keeps_the_post_back_with_an_error(site, value):
    site.write({"content/posts/a.md": post("Zebra", f"date = 2024-05-01\ndraft = {value}")})
    built = site.build("--keep-going")
    assert built.exit_code == 1
    assert "Zebra" not in everything(built)


def test_what_jekyll_hides_is_not_published(site):
    site.write({"content/posts/a.md": "---\ntitle: Zebra\ndate: 2024-05-01\npublished: false\n---\nText.\n"})
    assert "Zebra" not in everything(site.build())


def test_a_link_to_a_hidden_post_is_told(site):
    site.write({
        "content/posts/a.md": "+++\ntitle = 'A'\ndate = 2024-05-01\n+++\n[b](b.md)\n",
        "content/posts/b.md": post("Zebra", HIDDEN["draft"]),
    })  # fmt: skip
    assert site.build().codes
