"""What holds for any slug, date, front matter and text."""

import string
import tomllib
import unicodedata
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import tomli_w
import yaml
from babel.dates import format_date as babel_format_date
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pubengine.body import links_in, place, plain_text, taken_apart
from pubengine.dates import parse_moment
from pubengine.errors import ContentError
from pubengine.fields import read_post
from pubengine.front_matter import split_front_matter
from pubengine.model import Card, Source
from pubengine.paginate import paginate
from pubengine.permalinks import output_path, problem_with_name, problem_with_path
from pubengine.plugins import markdown
from pubengine.settings import SiteConfig
from pubengine.slugs import MAX_BYTES, slugify
from pubengine.text import FORBIDDEN, printable
from pubengine.wording import format_date, locale_of

SITE = SiteConfig("Test", "https://example.org/", timezone="Europe/London")
text = st.text(st.characters(codec="utf-8"))


@given(text)
@example("ß" * 400)
@example("ﬃ İ ǅ ͅ")
def test_a_slug_is_a_safe_part_of_an_address_or_empty(title):
    slug = slugify(title)
    assert slug == "" or problem_with_name(slug) in ("", "it is a reserved name on Windows")
    assert len(slug.encode()) <= MAX_BYTES
    assert unicodedata.is_normalized("NFC", slug)
    assert slugify(slug) == slug


@given(text)
def test_a_slug_is_the_same_for_all_forms_of_a_title(title):
    assert slugify(unicodedata.normalize("NFD", title)) == slugify(unicodedata.normalize("NFC", title))


@given(
    st.lists(st.sampled_from(["..", ".", "", "a", "~", "con", "a b", "%2e%2e", "\\", "x:y", "é"]) | text, max_size=6)
)
def test_no_path_leaves_the_output_folder(parts):
    path = "/" + "/".join(parts)
    try:
        out = output_path(path)
    except ValueError:
        assert problem_with_path(path)
        return
    assert not out.startswith("/")
    assert not {"", ".", ".."} & set(out.split("/"))
    assert "\\" not in out
    assert "\0" not in out


@given(st.datetimes(datetime.min + timedelta(days=2), datetime.max - timedelta(days=3)), st.sampled_from(["UTC", "Europe/London", "Pacific/Kiritimati",
       "America/St_Johns", "Asia/Kathmandu", "Africa/Monrovia"]))  # fmt: skip
def test_any_local_time_becomes_a_moment_with_a_fixed_offset(local, name):
    local = local.replace(microsecond=0)
    moment = parse_moment(local, ZoneInfo(name))
    assert moment.at.utcoffset() % timedelta(minutes=1) == timedelta(0)
    if not moment.shifted and local.year > 1972:
        assert moment.at.replace(tzinfo=None) == local
    assert parse_moment(moment.at.isoformat(), ZoneInfo(name)).at == moment.at


@given(st.dates(date(1, 1, 3), date(9999, 12, 28)), st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles"]))
def test_a_date_is_that_day_in_the_sites_zone(day, name):
    moment = parse_moment(day, ZoneInfo(name))
    assert moment.date_only
    assert moment.at.date() == day or day.year < 1972
    assert parse_moment(f"{day:%Y-%m-%d}".rjust(10, "0"), ZoneInfo(name)) == moment


@given(text)
def test_text_that_is_no_date_is_refused_and_never_breaks(value):
    try:
        parse_moment(value, UTC)
    except ValueError:
        return
    assert any(character.isdigit() for character in value)


simple = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30)
values = st.recursive(simple | st.integers(-(2**60), 2**60) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
                      | st.dates(date(1970, 1, 1)), lambda inner: st.lists(inner, max_size=3), max_leaves=6)  # fmt: skip
names = st.text(string.ascii_lowercase, min_size=3, max_size=12).filter(
    lambda name: name not in ("title", "date", "slug")
)


@given(st.dictionaries(names, values, max_size=6), text)
def test_toml_front_matter_comes_back_as_it_was_written(fields, body):
    written = f"+++\n{tomli_w.dumps(fields)}+++\n{body}"
    source = Source("content/posts/a.md", written.encode("utf-8"), "post")
    front = split_front_matter(source)
    assert set(front.fields) == set(fields)
    parsed = tomllib.loads(tomli_w.dumps(fields))
    for name, field in front.fields.items():
        if isinstance(parsed[name], (str, int, float)):
            assert field.value == parsed[name]
        assert written.split("\n")[field.line - 1].startswith(name)
    assert front.body == source.text.split("+++\n", 2)[2]


@given(st.text(st.characters(codec="utf-8"), max_size=200))
@example("a: &a [*a]")
@example("? [x]\n: y")
@example("!!python/object:os.system x")
@example("a: 1\na: 2")
def test_any_yaml_is_read_or_refused(block):
    source = Source("content/posts/a.md", f"---\n{block}\n---\nText.".encode(), "post")
    try:
        front = split_front_matter(source)
    except ContentError as problem:
        assert all(one.code.startswith(("front-matter", "encoding")) and one.line for one in problem.diagnostics)
        return
    if front.fields and front.body == "Text.":
        assert set(front.fields) == {
            str(key)
            for key in yaml.load(source.text.split("---\n")[1], Loader=yaml.BaseLoader)  # noqa: S506 - it makes text only
        }


@settings(max_examples=200)
@given(st.binary(max_size=200))
@example(b"---\n" + b"[" * 3000)
@example(b"+++\na = " + b"[" * 3000 + b"\n+++\n")
def test_any_bytes_are_a_post_or_a_diagnostic(data):
    try:
        post = read_post(Source("content/posts/a.md", data, "post"), SITE, "markdown")
    except ContentError as problem:
        assert problem.diagnostics
        return
    assert post.date is not None or any(one.severity == "error" for one in post.problems)


@given(
    st.dictionaries(
        st.sampled_from(["title", "date", "slug", "id", "tags", "draft", "expires", "aliases", "updated"]), values
    )
)
def test_any_value_of_a_known_field_is_taken_or_said_to_be_wrong(fields):
    data = f"+++\n{tomli_w.dumps(fields)}+++\nText."
    post = read_post(Source("content/posts/a.md", data.encode(), "post"), SITE, "markdown")
    for name in ("title", "slug", "id"):
        assert isinstance(getattr(post, name), str)
    if "tags" in fields and not isinstance(fields["tags"], (str, list)):
        assert any(one.code == "tags-invalid" for one in post.problems)


html = st.lists(st.sampled_from(['<a href="x">', "</a>", "<p>", "a < b", '<img src="y.png" alt=">">', "<!-- <a href='z'> -->",
                                 '<b id="i">', "&amp;", '<a title="a" href="#f">', "text", "<script>'<a href=q>'</script>"]), max_size=8)  # fmt: skip


@given(html)
def test_placing_a_text_changes_its_links_and_nothing_else(pieces):
    body = "".join(pieces)
    links = dict.fromkeys(links_in(body), "/there/")
    placed = place(taken_apart(body), links=links, own_url="/own/", in_list=False)
    assert placed == body.replace('href="x"', 'href="/there/"').replace('src="y.png"', 'src="/there/"')
    assert set(links) <= {"x", "y.png"}
    listed = place(taken_apart(body), links={}, own_url="/own/", in_list=True)
    assert ' id="i"' not in listed
    assert 'href="#f"' not in listed
    assert plain_text(body) == plain_text(placed)


days = st.lists(st.integers(0, 8), max_size=60).map(lambda numbers: sorted(numbers, reverse=True))


def card(number, day):
    moment = datetime(2024, 1, 1 + day, tzinfo=UTC)
    return Card(source="s", id=str(number), slug="s", url="/", path="p", digest="d", date=moment)


@given(days, st.integers(1, 7))
def test_parts_hold_every_post_once_whole_days_and_enough(numbers, size):
    posts = tuple(card(number, day) for number, day in enumerate(numbers))
    parts = paginate(posts, size)
    assert tuple(one for part in parts for one in part.posts) == posts
    assert [part.number for part in parts] == [0, *range(len(parts) - 1, 0, -1)]
    for part, other in pairwise(parts):
        assert part.posts[-1].day != other.posts[0].day
        assert (part.older, other.newer) == (other.number, part.number)
    assert all(len(part.posts) >= size for part in parts) or len(parts) == 1


@given(days, st.integers(1, 7), st.integers(1, 5))
def test_closed_parts_never_change_when_posts_are_added(numbers, size, added):
    posts = tuple(card(number, day) for number, day in enumerate(numbers))
    newer = tuple(card(-number, 20) for number in range(added))
    before = {part.number: part.posts for part in paginate(posts, size) if part.number}
    after = {part.number: part.posts for part in paginate((*newer, *posts), size)}
    assert all(after[number] == kept for number, kept in before.items())


@pytest.mark.parametrize("name", ["con", "NUL.txt", "a.", "b ", "", "..", "a/b", "x\0", "C:", "a" * 256])
def test_names_that_some_system_cannot_hold_are_refused(name):
    assert problem_with_name(name)


_MARKS = st.sampled_from([
    "Word", "a word more", "1. one", "- item", "> quoted", ": meaning", "~ meaning", "# Head", "***", "| a | b |", "|---|---|",
    "    code", "```", "[a]: /b", "<div>", "{.class}", "!!! note", "[^1]: note", "===", "---", "é", "x\ty", "+ item", "  in",
])  # fmt: skip
_LINES = st.lists(
    st.tuples(st.sampled_from(["", "", " ", "  ", "    ", "> ", "- "]), _MARKS | st.just("")), max_size=14
)


@given(_LINES)
@settings(max_examples=400)
def test_the_short_way_through_plain_paragraphs_changes_no_text(lines):
    source = "\n".join(f"{before}{mark}" for before, mark in lines)
    parser = markdown._parser(markdown.Settings())
    parser.validateLink.refused = []
    quick = parser.render(source)
    parser.block.ruler.disable("prose")
    try:
        assert parser.render(source) == quick
    finally:
        parser.block.ruler.enable("prose")


@given(
    st.text(st.characters(), max_size=40)
    | st.sampled_from(["\x00", "a\x0bb", "\ud800", "\ufdd0", "\ufffe", "\U0001ffff", "한국어 \uffff"])
)
def test_a_quick_look_misses_no_character_that_nothing_can_hold(text):
    assert printable(text) == FORBIDDEN.sub("\ufffd", text)


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)), st.sampled_from(["en", "de", "ja", "ar", "fa", "th", "he", "cs"]))
@settings(max_examples=300)
def test_a_day_in_words_is_what_babel_makes_of_it(day, language):
    for pattern in ("full", "long", "medium", "short", "EEEE, d MMMM y", "G yyyy.MM.dd", "'week' w Y", "QQQQ D"):
        assert format_date(day, language, pattern) == babel_format_date(day, pattern, locale_of(language))
