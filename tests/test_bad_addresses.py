"""Addresses: nothing leaves the output folder, no two things share one, on any file system."""

import unicodedata

import pytest

POST = "content/posts/2024-05-01-a.md"


def post(title="A", **fields):
    lines = "".join(f"{name} = {value}\n" for name, value in fields.items())
    return f'+++\ntitle = "{title}"\n{lines}+++\nText.\n'


def around(site):
    """Every file beside and above the site: what must not change."""
    ours = (site.root / "public", site.root / ".pubengine")
    return sorted(
        str(path) for path in site.root.parent.rglob("*") if not any(path.is_relative_to(folder) for folder in ours)
    )


BAD_NAMES = [
    "..", ".", "../x", "../../../../x", "/etc/x", "a/b", "..\\\\x", "a\\\\b", "%2e%2e%2f", "%2e%2e", "a%2fb", "C:\\\\x", "C:",
    "a\\u0000b", "a.", "con", "CON", "nul.txt", "aux", "com1", "lpt9.md", "a:b", "a?b", "a*b", "a|b",
    "a<b", 'a\\"b', "a\\u202eb", "x" * 300, "\u00e9" * 200,
]  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_slug_that_is_no_plain_name_is_an_error(site, name):
    before = around(site)
    site.write({POST: post(slug=f'"{name}"')})
    before = sorted({*before, *around(site)})
    built = site.build()
    assert built.exit_code == 1
    assert built.problem("slug-invalid")["line"] == 3
    assert built.files() == []
    assert around(site) == before


@pytest.mark.parametrize("name", [name for name in BAD_NAMES if name not in ("/etc/x", "a/b", "a%2fb", ".")])
def test_an_alias_that_is_no_plain_path_is_an_error(site, name):
    site.write({POST: post(aliases=f'["/{name}", "/x/{name}/y.html"]')})
    before = around(site)
    built = site.build()
    assert built.exit_code == 1
    assert built.codes == ["alias-invalid", "alias-invalid"]
    assert built.problem("alias-invalid")["line"] == 3
    assert around(site) == before


@pytest.mark.parametrize(
    "alias", ["old.html", "//example.com/x", "https://example.com/x", "/a//b", "/a/./b", "", "\\\\\\\\host\\\\x"]
)
def test_an_alias_that_is_not_a_path_of_this_site_is_an_error_or_nothing(site, alias):
    site.write({POST: post(aliases=f'["{alias}"]')})
    built = site.build()
    assert built.exit_code == (1 if alias else 0)


@pytest.mark.parametrize("alias", ["/.pubengine-manifest", "/.pubengine-manifest/x"])
def test_nothing_takes_the_name_of_the_manifest(site, alias):
    site.write({POST: post(aliases=f'["{alias}"]')})
    assert site.build().exit_code == 1


def test_no_post_is_lost_to_the_manifest(site):
    engine = (site.root / "engine.toml").read_text()
    site.write({
        "engine.toml": engine + '[permalinks]\nposts = "/{slug}"\n',
        POST: post(slug='".pubengine-manifest"'),
    })  # fmt: skip
    assert site.build().exit_code == 1


@pytest.mark.parametrize(
    "slug",
    [
        "\U0001f980",
        "\u05e9\u05dc\u05d5\u05dd",
        "caf\u00e9",
        "cafe\u0301",
        "\u65e5\u672c\u8a9e",
        "a.b",
        "100%",
        "a+b",
        "x" * 250,
        "~",
        "a&b",
    ],
)
def test_a_name_in_any_script_is_an_address(site, slug):
    site.write({POST: post(slug=f'"{slug}"')})
    built = site.build()
    assert built.exit_code == 0
    assert f"2024/05/{unicodedata.normalize('NFC', slug)}/index.html" in built.files()


@pytest.mark.parametrize("identity", ["../../x", "/etc/x", "a/../../b", "a\\\\b"])
def test_an_id_in_an_address_cannot_leave_the_folder(site, identity):
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": engine + '[permalinks]\nposts = "/p/{id}/"\n', POST: post(id=f'"{identity}"')})
    before = around(site)
    assert site.build().exit_code == 1
    assert around(site) == before


NFD = "cafe\u0301"

CLASHES = {
    "post and post": {POST: post(), "content/posts/2024-05-02-a.md": post()},
    "post and post by case": {POST: post(slug='"Foo"'), "content/posts/2024-05-02-b.md": post(slug='"foo"')},
    "post and post by form": {POST: post(slug='"caf\u00e9"'), "content/posts/2024-05-02-b.md": post(slug=f'"{NFD}"')},
    "post and post by sharp s": {POST: post(slug='"stra\u00dfe"'), "content/posts/2024-05-02-b.md": post(slug='"strasse"')},
    "post and page": {POST: post(), "content/2024/05/a.md": post()},
    "page and page": {"content/a.md": post(), "content/a/index.md": post()},
    "page and page by suffix": {"content/a.md": post(), "content/a.markdown": post()},
    "page and page by case": {"content/About.md": post(), "content/about.md": post()},
    "post and static": {POST: post(), "content/2024/05/a/index.html": "x"},
    "static and static by case": {"content/a.txt": "x", "content/A.txt": "y"},
    "static and static by form": {"content/caf\u00e9.txt": "x", f"content/{NFD}.txt": "y"},
    "static and theme": {"content/assets/style.css": "x"},
    "static and feed": {"content/atom.xml": "x"},
    "static and sitemap": {"content/sitemap.xml": "x"},
    "static and front page": {"content/index.html": "x"},
    "alias and post": {POST: post(), "content/posts/2024-05-02-b.md": post(aliases='["/2024/05/a/"]')},
    "alias and itself": {POST: post(aliases='["/2024/05/a/"]')},
    "alias and alias": {POST: post(aliases='["/x"]'), "content/posts/2024-05-02-b.md": post(aliases='["/X/"]')},
    "alias and front page": {POST: post(aliases='["/"]')},
    "alias and archive": {POST: post(aliases='["/2024/"]')},
    "alias and feed": {POST: post(aliases='["/atom.xml"]')},
    "page and tags": {POST: post(tags='["x"]'), "content/tags.md": post()},
    "page and a tag": {POST: post(tags='["x"]'), "content/tags/x.md": post()},
    "page and month": {POST: post(), "content/2024/05.md": post()},
    "file and folder": {POST: post(aliases='["/x.y"]'), "content/x.y/z.txt": "x"},
    "file and folder by case": {POST: post(aliases='["/X.Y"]'), "content/x.y/z.txt": "x"},
    "file and folder of posts": {POST: post(aliases='["/2024/05/b.c"]'), "content/posts/2024-05-02-b.md": post(aliases='["/2024/05/b.c/d.html"]')},
    "id and id": {POST: post(id='"x"'), "content/posts/2024-05-02-b.md": post(id='"x"')},
    "id of post and page": {POST: post(id='"x"'), "content/b.md": post(id='"x"')},
    "journal and journal": {"content/posts/a.txt": "1 May 2024\n\nTitle\n\nText.\n", "content/posts/b.txt": "1 May 2024\n\nTitle\n\nText.\n"},
    "journal and post": {"content/posts/a.txt": "1 May 2024\n\nA\n\nText.\n", POST: post()},
}  # fmt: skip


@pytest.mark.parametrize("files", CLASHES.values(), ids=CLASHES)
def test_two_things_at_one_place_are_an_error_that_names_one_and_publishes_neither(site, files):
    site.write(files)
    built = site.build()
    found = built.problem("id-twice" if any("id = " in str(text) for text in files.values()) else "address-twice")
    assert built.exit_code == 1
    assert found["file"].startswith("content/")
    assert found["hint"]
    assert built.files() == []


def test_page_two_of_the_front_page_is_nobody_elses(site):
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": engine + "[plugins.front_page]\nposts = 1\n", "content/page/1.md": post()})
    site.write({f"content/posts/2024-05-0{n}-p{n}.md": post() for n in range(1, 4)})
    assert "address-twice" in site.build().codes


@pytest.mark.parametrize(
    "name", ["a:b.md", "a?b.md", "con.md", "a\\b.md", "a .md", "a\u202eb.md", "a%2fb.md", "x" * 252 + ".md"]
)
def test_a_pages_file_name_that_is_no_address_is_an_error(site, name):
    site.write({f"content/{name}": post()})
    built = site.build()
    assert built.exit_code == (0 if name.startswith("x") else 1)
    if built.exit_code:
        assert built.problem("address-invalid")["file"] == f"content/{name}"


def test_a_static_file_whose_name_is_no_address_is_an_error_not_a_missing_file(site):
    site.write({"content/files/a:b.txt": "x"})
    assert site.build().problem("address-invalid")["file"] == "content/files/a:b.txt"


def test_a_post_whose_file_has_a_reserved_name_is_told_why(site):
    site.write({"content/posts/2024-05-01-con.md": post("Con")})
    built = site.build()
    assert built.exit_code == 1
    assert "Windows" in "".join(one["message"] for one in built.data["diagnostics"])


@pytest.mark.parametrize("tag", ["con", "NUL", "aux"])
def test_a_tag_with_a_reserved_name_is_published_or_told_with_its_post(site, tag):
    site.write({POST: post(tags=f'["{tag}"]')})
    built = site.build()
    if built.exit_code:
        assert any(one["file"] == POST for one in built.data["diagnostics"])
    else:
        assert f"tags/{tag.lower()}/index.html" not in built.files()


@pytest.mark.parametrize(
    "tags",
    ['["a b", "a-b", "a.b"]', '["!!!", "???"]', '["C", "C#", "C++"]', '["' + "x" * 300 + '", "' + "x" * 301 + '"]'],
)
def test_tags_that_look_alike_have_pages_of_their_own(site, tags):
    site.write({POST: post(tags=tags)})
    built = site.build()
    pages = [
        name
        for name in built.files()
        if name.startswith("tags/") and name.endswith("/index.html") and name != "tags/index.html"
    ]
    assert built.exit_code == 0
    assert len(pages) == len(set(eval(tags)))  # noqa: S307 - a list of texts from this file


@pytest.mark.parametrize("path", ["../x", "a/../../x", "a?b", "x\\u0000"])
@pytest.mark.parametrize("plugin", ["tags", "front_page"])
def test_a_folder_in_the_settings_cannot_lead_out(site, plugin, path):
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": f'{engine}[plugins.{plugin}]\npath = "{path}"\n', POST: post(tags='["x"]')})
    before = around(site)
    assert site.build().exit_code in (1, 2)
    assert around(site) == before


@pytest.mark.parametrize("path", ["", "/"])
def test_an_empty_folder_for_tags_does_not_lead_to_the_root_of_the_disk(site, path, monkeypatch):
    # Where this goes wrong the pages land in `/`; nothing may be written there, so that is made an error.
    written = []
    monkeypatch.setattr("pathlib.Path.write_bytes", lambda self, data: written.append(self) or len(data))
    engine = (site.root / "engine.toml").read_text()
    (site.root / "content/posts").mkdir(parents=True)
    (site.root / "engine.toml").write_text(f'{engine}[plugins.tags]\npath = "{path}"\n')
    (site.root / POST).write_text(post(tags='["x"]'))
    site.build()
    assert all(file.is_absolute() is False or file.is_relative_to(site.root) for file in written)
