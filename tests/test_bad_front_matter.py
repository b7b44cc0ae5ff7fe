"""Front matter that is broken, unreasonable, or merely odd: an error with its place, never a guess, never a lost post."""

import json
import time

import pytest

POST = "content/posts/2024-05-01-a.md"
PAGE = "content/a.md"


def built_of(site, text, *options, path=POST):
    site.write({path: text})
    return site.build(*options)


def item(built):
    return json.loads(built.page("feed.json"))["items"][0]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("+++\ntitle = 'x'\nText.\n", "front-matter-unclosed", 1),
        ("---\ntitle: x\nText.\n", "front-matter-unclosed", 1),
        ("---js\nmodule.exports = {}\n---\nText.\n", "front-matter-fence", 1),
        ("---json\n{}\n---\nText.\n", "front-matter-fence", 1),
        ("++++\ntitle = 'x'\n++++\nText.\n", "front-matter-fence", 1),
        ("+++\ntitle = 'x'\ntitle = 'y'\n+++\nText.\n", "front-matter-toml", 3),
        ("+++\ntitle = 'x'\nslug = \n+++\nText.\n", "front-matter-toml", 3),
        ("+++\ntitle = 'x\n+++\nText.\n", "front-matter-toml", 2),
        ("---\ntitle: x\ntitle: y\n---\nText.\n", "front-matter-twice", 3),
        ("---\ntitle: x\nmore:\n  a: 1\n  a: 2\n---\nText.\n", "front-matter-twice", 5),
        ("---\ntitle: x\n\ttags: y\n---\nText.\n", "front-matter-yaml", 3),
        ("---\ntitle: a: b\n---\nText.\n", "front-matter-yaml", 2),
        ("---\n- a\n- b\n---\nText.\n", "front-matter-yaml", 2),
        ("---\njust words\n---\nText.\n", "front-matter-yaml", 2),
        ("---\ntitle: x\n...\ndate: 2024-05-01\n---\nText.\n", "front-matter-yaml", 0),
        ("---\ntitle: x\nextra: !!python/object/apply:os.system [id]\n---\nText.\n", "front-matter-yaml", 3),
        ("---\ntitle: x\nextra: !!binary aGk=\n---\nText.\n", "front-matter-yaml", 3),
        ("---\na: &x [1]\ntitle: *x\n---\nText.\n", "front-matter-alias", 3),
        ("---\n? [a, b]\n: c\n---\nText.\n", "front-matter-yaml", 2),
        ("+++\ntitle = 'x'\nn = " + "9" * 5000 + "\n+++\nText.\n", "front-matter-toml", 0),
    ],
)
def test_a_malformed_block_is_an_error_at_its_line(site, text, code, line):
    built = built_of(site, text)
    found = built.problem(code)
    assert built.exit_code == 1
    assert found["file"] == POST
    assert found["severity"] == "error"
    assert found["line"] == line if line else found["line"] > 0


@pytest.mark.parametrize(
    "text",
    [
        "---\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(9)) + "---\nText.\n",
        "---\nx: " + "[" * 200 + "]" * 200 + "\n---\nText.\n",
        "---\nx: " + "[" * 5000 + "]" * 5000 + "\n---\nText.\n",
        "---\n" + "".join(f"k{n}: v\n" for n in range(10_000)) + "---\nText.\n",
        "---\nx: '" + "y" * 1_000_000 + "'\n---\nText.\n",
        "+++\nx = '" + "y" * 1_000_000 + "'\n+++\nText.\n",
        "+++\nx = " + "[" * 5000 + "]" * 5000 + "\n+++\nText.\n",
        "+++\nx = " + "{a=" * 2000 + "1" + "}" * 2000 + "\n+++\nText.\n",
        pytest.param("+++\nx = " + "[" * 200 + "]" * 200 + "\n+++\nText.\n", id="toml-200-deep"),
        pytest.param("+++\n" + "a." * 300 + "b = 1\n+++\nText.\n", id="toml-300-dots"),
    ],
    ids=lambda text: f"{len(text)}-{text[:3]}" if isinstance(text, str) else None,
)  # fmt: skip
def test_an_unreasonable_block_is_refused_at_once(site, text):
    started = time.process_time()
    built = built_of(site, text)
    assert built.exit_code == 1
    assert all(code.startswith("front-matter") for code in built.codes)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("fence", ["+++", "---"])
def test_many_fields_take_no_time(site, fence):
    sign = " =" if fence == "+++" else ":"
    many = "".join(f"k{n}{sign} 1\n" for n in range(1_000))
    started = time.process_time()
    built = built_of(site, f"{fence}\ntitle{sign} 'x'\n{many}{fence}\nText.\n")
    assert built.exit_code == 0
    assert time.process_time() - started < 2


def test_every_wrong_field_is_told_in_one_run(site):
    built = built_of(
        site,
        "+++\ntitle = 5\ndate = 'soon'\nslug = '../x'\ntags = 7\ndraft = 'no'\naliases = ['x']\nexpires = 1\nid = []\n+++\n",
    )
    wanted = {"title-invalid": 2, "date-invalid": 3, "slug-invalid": 4, "tags-invalid": 5, "draft-invalid": 6,
              "alias-invalid": 7, "expires-invalid": 8, "id-invalid": 9}  # fmt: skip
    assert {one["code"]: one["line"] for one in built.data["diagnostics"] if one["severity"] == "error"} == wanted
    assert built.exit_code == 1


def test_problems_of_several_files_are_told_in_one_run(site):
    site.write({f"content/posts/2024-05-0{n}-x{n}.md": "+++\ntitle = 5\n+++\n" for n in range(1, 6)})
    assert site.build().codes.count("title-invalid") == 5


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("no", "no"),
        ("007", "007"),
        ("1.10", "1.10"),
        ("2012", "2012"),
        ("true", "true"),
        ("2016-01-01", "2016-01-01"),
        ("12:30:00", "12:30:00"),
        ("0x10", "0x10"),
        ("1e3", "1e3"),
        ("'null'", "null"),
        ("'[/red]'", "[/red]"),
        ("|\n  two\n  lines", "two lines"),
        ("'{{ 7*7 }}'", "{{ 7*7 }}"),
        ("[x]", None),
        ("{a: b}", None),
    ],
)
def test_a_yaml_title_is_the_text_that_was_written(site, written, title):
    built = built_of(site, f"---\ntitle: {written}\n---\nText.\n")
    if title is None:
        assert built.exit_code == 1
        assert built.problem("title-invalid")["line"] == 2
    else:
        assert item(built)["title"] == title


@pytest.mark.parametrize("written", ["", "null", "~"])
def test_an_empty_title_is_no_title_and_that_is_said(site, written):
    built = built_of(site, f"---\ntitle: {written}\n---\nText.\n")
    assert built.exit_code == 0
    assert "title-missing" in built.codes


@pytest.mark.parametrize("written", ["5", "2024-05-01", "['x']", "true", "{}"])
def test_a_toml_title_must_be_text(site, written):
    built = built_of(site, f"+++\ntitle = {written}\n+++\nText.\n")
    assert built.exit_code == 1
    assert built.problem("title-invalid")["line"] == 2


@pytest.mark.parametrize(("written", "tags"), [("[1.10, 007, no, 2012]", ["1.10", "007", "no", "2012"]), ("a, b", ["a", "b"])])  # fmt: skip
def test_yaml_tags_are_the_texts_that_were_written(site, written, tags):
    assert item(built_of(site, f"---\ntitle: x\ntags: {written}\n---\nText.\n"))["tags"] == tags


@pytest.mark.parametrize(
    "written",
    [
        "2016-03-00", "2016-02-30", "20160301", "0000-01-01", "10000-01-01", "12:30:00", "45000", "3/4/2016",
        "2016-03-01 10:00 PST", "2016-03-01T25:00:00", "2016-03-01T10:00:00+99:00", "'tomorrow'", "[2016-03-01]",
        "true", "2016-3-1", "2016-03-01T10:61", "９９９９-０１-０１", "-2016-03-01",
    ],
)  # fmt: skip
def test_what_is_no_date_is_an_error_at_its_line(site, written):
    keys = ("date", "updated", "expires")
    fields = "".join(f"{key}: {written}\n" for key in keys)
    built = built_of(site, f"---\n{fields}---\nText.\n", path="content/posts/a.md")
    assert built.exit_code == 1
    for line, key in enumerate(keys, 2):
        assert built.problem(f"{key}-invalid")["line"] == line
        assert "2024-05-01" in built.problem(f"{key}-invalid")["hint"]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("2016-03-01", "2016/03/01/"),
        ("'2016-03-01'", "2016/03/01/"),
        ("2016-03-01 23:30", "2016/03/01/"),
        ("2016-03-01T23:30:00+14:00", "2016/03/01/"),
        ("2016-03-01T00:30:00-11:00", "2016/03/01/"),
        ("2016-03-01T23:30:00Z", "2016/03/01/"),
        ("2016-03-01 23:30:00 +0100", "2016/03/01/"),
        ("0001-01-02", "0001/01/02/"),
    ],
)
def test_a_date_keeps_the_day_that_was_written(site, written, address):
    built = built_of(site, f"---\ntitle: x\ndate: {written}\n---\nText.\n", path="content/posts/a.md")
    assert built.exit_code == 0
    assert built.page(address)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kolkata", "America/New_York", "Europe/London", "UTC"])
def test_a_day_of_the_time_before_zones_stays_that_day(site, zone):
    site.write({"engine.toml": f'title = "T"\nurl = "https://example.org/"\nid = "t"\ntimezone = "{zone}"\n'})
    built = built_of(site, "+++\ntitle = 'x'\ndate = 1850-05-01\n+++\nText.\n", path="content/posts/a.md")
    assert built.page("1850/05/01/")


@pytest.mark.parametrize("written", ["date:", "date: null", "date: ~"])
def test_an_empty_date_is_a_missing_date(site, written):
    built = built_of(site, f"---\ntitle: x\n{written}\n---\nText.\n", path="content/posts/a.md")
    assert built.exit_code == 1
    assert "date-missing" in built.codes or "date-invalid" in built.codes


def test_a_local_time_that_does_not_exist_is_moved_and_said(site):
    built = built_of(site, "+++\ntitle = 'x'\ndate = 2024-03-31T01:30:00\n+++\nText.\n")
    assert built.exit_code == 0
    assert "time-skipped" in built.codes
    assert item(built)["date_published"] == "2024-03-31T02:30:00+01:00"


def test_of_a_local_time_that_comes_twice_the_earlier_is_meant(site):
    built = built_of(site, "+++\ntitle = 'x'\ndate = 2023-10-29T01:30:00\n+++\nText.\n")
    assert item(built)["date_published"] == "2023-10-29T01:30:00+01:00"


@pytest.mark.parametrize(
    "head",
    ["\n", " ", "\ufeff\ufeff", "\t", "\n\n\n"],
    ids=["blank-line", "space", "two-boms", "tab", "blank-lines"],
)
@pytest.mark.parametrize(
    "block", ["+++\ntitle = 'Secret'\ndraft = true\n+++\n", "---\ntitle: Secret\ndraft: true\n---\n"]
)
@pytest.mark.parametrize("path", [POST, PAGE])
def test_a_block_that_does_not_begin_the_file_never_becomes_text(site, head, block, path):
    built = built_of(site, head + block + "Text.\n", path=path)
    published = "".join(built.page(name) for name in built.files() if name.endswith((".html", ".xml", ".json")))
    assert "Secret" not in published, "a draft was published, its fields as text"


@pytest.mark.parametrize("fence", ["+++", "---"])
@pytest.mark.parametrize("tail", ["\t", "  ", " \t"])
def test_white_space_after_a_fence_does_not_matter(site, fence, tail):
    sign = " =" if fence == "+++" else ":"
    built = built_of(site, f"{fence}{tail}\ntitle{sign} 'Good'\n{fence}{tail}\nText.\n")
    assert built.exit_code == 0
    assert item(built)["title"] == "Good"


@pytest.mark.parametrize("field", ["Draft = true", "DRAFT = true", "drafts = true", "draf = true"])
def test_a_misspelt_draft_is_not_published(site, field):
    built = built_of(site, f"+++\ntitle = 'Secret'\n{field}\n+++\nText.\n")
    assert "2024/05/a/index.html" not in built.files()


@pytest.mark.parametrize(
    ("field", "meant"), [("tittle = 'x'", "title"), ("tag = ['a']", "tags"), ("dates = 1", "date")]
)
def test_a_misspelt_field_is_a_warning_that_names_the_right_one(site, field, meant):
    found = built_of(site, f"+++\n{field}\n+++\n# T\n").problem("field-misspelt")
    assert meant in found["message"]
    assert found["line"] == 2


def test_text_limits_are_errors(site):
    built = built_of(site, "+++\ntitle = '" + "x" * 3000 + "'\ntags = ['" + "y" * 3000 + "']\n+++\n")
    assert {"title-invalid", "tags-invalid"} <= set(built.codes)


def test_with_keep_going_the_good_posts_are_published_and_the_status_says_so(site):
    site.write({"content/posts/2024-05-02-bad.md": "+++\ntitle = 5\n+++\n", POST: "+++\ntitle = 'Good'\n+++\nText.\n"})
    assert site.build().files() == []
    built = site.build("--keep-going")
    assert built.exit_code == 1
    assert [name for name in built.files() if name.startswith("2024/05/") and name.count("/") == 3] == [
        "2024/05/01/index.html",
        "2024/05/a/index.html",
    ]


def test_an_error_leaves_the_published_site_as_it_was(site):
    site.write({POST: "+++\ntitle = 'Old'\n+++\nText.\n"})
    site.build()
    before = {path: (site.root / "public" / path).read_bytes() for path in site.build().files()}
    built = built_of(site, "+++\ntitle = 5\n+++\nNew.\n")
    assert built.exit_code == 1
    assert {path: (built.output / path).read_bytes() for path in built.files()} == before


def test_warnings_are_errors_when_strict(site):
    built = built_of(site, "+++\ntitle = 'x'\ntag = ['a']\n+++\nText.\n", "--strict")
    assert built.exit_code == 1
    assert built.files() == []
