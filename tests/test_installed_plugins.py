"""Installed distributions: used when the site names them, and never before."""

import pytest

from pubengine.testing import run

MODULE = """
from msgspec import Struct

from pubengine.api import hookimpl


class Settings(Struct, frozen=True):
    mark: str = "!"


@hookimpl
def settings():
    return Settings


@hookimpl
def transform(post, settings):
    return post.replace(body=post.body + f"LOUD{settings.mark}")
"""
POST = "+++\ntitle = 'Hello'\ndate = 2024-05-01\n+++\nText.\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    folder = tmp_path / "packages"
    info = folder / "pubengine_loud-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "pubengine_loud.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pubengine-loud\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pubengine.plugins]\nloud = pubengine_loud\n")
    monkeypatch.syspath_prepend(folder)


@pytest.mark.usefixtures("installed")
def test_a_package_that_merely_got_installed_does_not_run(site):
    site.write({"content/posts/hello.md": POST})
    assert "LOUD" not in site.build().page("2024/05/hello/")


@pytest.mark.usefixtures("installed")
def test_a_package_that_the_site_names_is_used_with_its_settings(site):
    engine = (site.root / "engine.toml").read_text()
    site.write(
        {
            "content/posts/hello.md": POST,
            "engine.toml": f'{engine}\n[plugins]\nuse = ["loud"]\n[plugins.loud]\nmark = "?"\n',
        }
    )
    assert "LOUD?" in site.build().page("2024/05/hello/")
    assert "loud  (installed: pubengine_loud)" in run("plugins", "--site", str(site.root))[1]


def test_a_package_that_is_not_installed_is_an_error_at_its_line(site):
    engine = (site.root / "engine.toml").read_text()
    site.write({"engine.toml": f'{engine}\n[plugins]\nuse = ["loud"]\n'})
    built = site.build()
    assert built.exit_code == 2
    assert built.problem("plugin-unknown")["line"] == 8
