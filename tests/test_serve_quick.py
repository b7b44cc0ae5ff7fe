"""The live preview shows a text that was saved at once: the pages that show it are made first, and the whole site after them."""

from serving.preview import WALK, last, post, serve, wait_until

__all__ = ["serve"]

RAIN = "content/posts/2024-05-02-rain.md"
LONGEST = """\
from pubengine.api import Page, hookimpl


@hookimpl
def emit(site):
    yield Page(path="longest.txt", make=make, values={"words": max(card.words for card in site.posts)})


def make(page, view):
    return str(page.values["words"])
"""
SEVEN = "Seven words are in this very post."


def test_a_text_that_was_saved_is_on_every_page_that_shows_it_and_soon_everywhere(site, serve):
    site.write({WALK: post(), RAIN: post("Rain"), "plugins/longest.py": LONGEST})
    preview = serve()
    assert preview.page("/longest.txt") == "3"
    with preview.live("/2024/05/walk/") as states:
        next(states)
        site.write({WALK: post(text=SEVEN)})
        last(states, lambda state: SEVEN in preview.page("/2024/05/walk/"))
        for page in ("/2024/05/01/", "/2024/05/", "/", "/atom.xml", "/feed.json"):
            assert wait_until(lambda page=page: SEVEN in preview.page(page)), page
    assert wait_until(lambda: preview.page("/longest.txt") == "7")
    site.build()
    for page in ("2024/05/walk/", "2024/05/", "longest.txt", "rss.xml", "sitemap.xml"):
        assert preview.page(f"/{page}") == site.build().page(page), page


def test_many_saves_in_a_row_are_each_shown(site, serve):
    site.write({WALK: post(), RAIN: post("Rain")})
    preview = serve()
    with preview.live("/2024/05/walk/") as states:
        next(states)
        for number in range(12):
            path = WALK if number % 2 else RAIN
            site.write({path: post("Walk" if path == WALK else "Rain", text=f"Number {number}.")})
            page = "/2024/05/walk/" if path == WALK else "/2024/05/rain/"
            assert wait_until(lambda page=page, number=number: f"Number {number}." in preview.page(page))
    assert wait_until(lambda: "Number 10." in preview.page("/") and "Number 11." in preview.page("/"))


def test_what_changes_more_than_a_text_is_built_whole(site, serve):
    site.write({WALK: post(), RAIN: post("Rain")})
    preview = serve()
    with preview.live("/") as states:
        next(states)
        for text, where, shown in (
            (post("Stroll"), "/tags/", ""),
            (post("Stroll", more='tags = ["hills"]\n'), "/tags/hills/", "Stroll"),
            (post("Stroll", text="See [the rain](2024-05-02-rain.md)."), "/2024/05/walk/", 'href="/2024/05/rain/"'),
        ):
            site.write({WALK: text})
            last(states, lambda state: "Stroll" in preview.page("/"))
            if shown:
                assert wait_until(lambda where=where, shown=shown: shown in preview.ask(where).text)


def test_warnings_about_other_posts_stay_and_slow_nothing_down(site, serve):
    doubtful = post("Rain", text="A <b onclick='x()'>word</b>.")
    site.write({WALK: post(), RAIN: doubtful, "plugins/longest.py": LONGEST})
    preview = serve()
    with preview.live("/2024/05/walk/") as states:
        assert [one["code"] for one in next(states)["problems"]] == ["html-removed"]
        site.write({WALK: post(text=SEVEN)})
        state = last(states, lambda state: SEVEN in preview.page("/2024/05/walk/"))
        assert [one["code"] for one in state["problems"]] == ["html-removed"]
    assert wait_until(lambda: preview.page("/longest.txt") == "7")
