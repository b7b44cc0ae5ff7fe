"""The live preview: who may ask for what, and that nothing else is to be had."""

import os

import pytest
from serving.preview import WALK, RunningPreview, post, serve

__all__ = ["serve"]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "localhost", "localhost:1", "127.0.0.1", "localhost.evil.example:{port}",
     "127.0.0.1.evil.example:{port}", "evil-localhost:{port}", "localhost:{port}@evil.example", "[::2]:{port}", "192.168.0.9:{port}",
     "", "localhost:{port}:{port}", "localhost :{port}", "[::1", "0x7f000001:{port}"],
)  # fmt: skip
def test_other_hosts_are_refused(any_preview, host):
    for path in ("/", "/.pubengine/live?path=/", "/.pubengine/live.js"):
        answer = any_preview.ask(path, host=host.format(port=any_preview.port))
        assert answer.status in (400, 403)
        assert "Over the hill" not in answer.text
        assert str(any_preview.site.root) not in answer.text


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "LocalHost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "my.blog.localhost:{port}"]
)
def test_names_of_this_machine_are_not(any_preview, host):
    assert any_preview.ask("/", host=host.format(port=any_preview.port)).status == 200


def test_two_hosts_and_none_are_refused(any_preview):
    good = f"Host: localhost:{any_preview.port}\r\n".encode()
    for hosts in (b"", b"Host: evil.example\r\n" + good, good + b"Host: evil.example\r\n"):
        for version in (b"1.1", b"1.0"):
            answer = any_preview.send(b"GET / HTTP/" + version + b"\r\n" + hosts + b"\r\n")
            assert answer.split(b" ")[1] in (b"400", b"403"), answer


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost:1",
        "http://127.0.0.1:{port}",
        "x",
        "http://localhost:{port}.evil.example",
    ],
)
def test_pages_of_other_sites_are_refused(any_preview, origin):
    for path in ("/", "/.pubengine/live?path=/"):
        assert any_preview.ask(path, Origin=origin.format(port=any_preview.port)).status == 403
    own = any_preview.ask("/", Origin=f"http://localhost:{any_preview.port}")
    assert own.status == 200
    assert not [name for name in own.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"])
def test_only_get_and_head(any_preview, method):
    for path in ("/", "/.pubengine/live", "/.pubengine/live.js"):
        answer = any_preview.ask(path, method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_more_names_can_be_allowed(site, serve):
    site.write({WALK: post()})
    preview = serve("--allow-host", "blog.example", "--allow-host", "Other.Example")
    assert preview.ask("/", host="blog.example").status == 200
    assert preview.ask("/", host="other.example:443").status == 200
    assert preview.ask("/", host="third.example").status == 403
    assert preview.ask("/", host="blog.example", Origin="https://blog.example").status == 200


def test_listening_everywhere_is_warned_of_and_answers_to_addresses_only(site, serve):
    site.write({WALK: post()})
    preview = serve("--host", "0.0.0.0")  # noqa: S104 - that is what is warned of
    assert any("warning" in line for line in preview.lines)
    assert preview.ask("/", host=f"127.0.0.1:{preview.port}").status == 200
    assert preview.ask("/", host=f"evil.example:{preview.port}").status == 403


@pytest.fixture(scope="module")
def any_preview(tmp_path_factory):
    """A preview of a site with a secret beside it, and with links to that secret from within."""
    from pubengine.testing import SiteUnderTest

    folder = tmp_path_factory.mktemp("served")
    site = SiteUnderTest(folder / "site")
    (folder / "secret.txt").write_text("secret")
    site.write({WALK: post(), "content/.well-known/security.txt": "Contact: me", "secret.txt": "secret"})
    preview = RunningPreview(site)
    preview.built()
    output = site.root / ".pubengine/preview"
    (output / "link.txt").symlink_to(folder / "secret.txt")
    (output / "inside.txt").symlink_to(output / "robots.txt")
    (output / "folder").symlink_to(folder)
    (output / ".hidden").write_text("secret")
    os.mkfifo(output / "pipe")
    yield preview
    preview.end()


@pytest.mark.parametrize(
    "target",
    ["/../secret.txt", "/../../secret.txt", "/../../../secret.txt", "/%2e%2e/%2e%2e/secret.txt", "/..%2f..%2fsecret.txt",
     "/%2e%2e%2f%2e%2e%2fsecret.txt", "/..\\..\\secret.txt", "/..%5c..%5csecret.txt", "/2024/../../../secret.txt",
     "/2024/%2e%2e/index.html", "/./index.html", "/%2e/index.html", "//index.html", "/2024//05/walk/", "//evil.example/..",
     "/%252e%252e/secret.txt", "/index.html%00", "/%00/secret.txt", "/%c0%ae%c0%ae/%c0%ae%c0%ae/secret.txt", "/%e0%80%ae/", "/%ff",
     "/%2fetc%2fpasswd", "//etc/passwd", "/C:/secret.txt", "/link.txt", "/inside.txt", "/folder/secret.txt", "/folder", "/folder/",
     "/.hidden", "/.pubengine-manifest", "/.pubengine/cache.db", "/.pubengine/../index.html", "/.pubengine/%2e%2e/index.html", "/pipe",
     "/index.html/", "/" + "a" * 300, "/" + "a/" * 600, "/index.html%0d%0aX:%20y", "/.%2e/secret.txt", "/2024/05/walk/..;/secret.txt"],
)  # fmt: skip
def test_nothing_outside_the_site_is_served(any_preview, target):
    answer = any_preview.ask(target)
    assert answer.status == 404
    assert "secret" not in answer.text
    assert "location" not in answer.headers
    assert str(any_preview.site.root) not in answer.text


@pytest.mark.parametrize(
    "line", [b"GET http://evil.example/ HTTP/1.1", b"GET index.html HTTP/1.1", b"GET  / HTTP/1.1", b"GET * HTTP/1.1"]
)
def test_requests_of_odd_forms_get_nothing(any_preview, line):
    answer = any_preview.send(line + f"\r\nHost: localhost:{any_preview.port}\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ")[1] in (b"400", b"404"), answer


def test_what_lies_there_is(any_preview):
    assert any_preview.ask("/.well-known/security.txt").text == "Contact: me"
    assert any_preview.ask("/%32024/05/walk/").status == 200
    headers = any_preview.ask("/").headers
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["cross-origin-resource-policy"] == "same-origin"
