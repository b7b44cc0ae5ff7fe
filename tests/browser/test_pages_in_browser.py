"""The same site before judges that know more than tests can: the Nu HTML checker, axe, and a browser's layout.

They are npm packages, listed in tests/validators/package.json. PUBENGINE_VALIDATORS names the folder with their
`node_modules`; without it, it is `.validators` in the repository.
"""

import functools
import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from serving.browser import CHROMIUM, TOOLS, need
from validators.kitchen import VARIANTS, Kitchen, kitchen

__all__ = ["kitchen"]

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
VNU = TOOLS / "node_modules/vnu-jar/build/dist/vnu.jar"

BY_THE_AUTHOR = (
    "Trailing slash on void elements",  # as the examples of CommonMark write them
    "“align” attribute on the “div” element is obsolete",  # raw HTML stays as it is
    "Consider using the “h1” element as a top-level heading only",  # so does a text's `#`
    "This document appears to be written in English",  # in the variant that claims to be Arabic
)
"""What the checker may say of the site, for it is in the texts and not in the theme."""

# In a folder of a host only addresses differ, and those are for tests of links.
judged = pytest.mark.parametrize("kitchen", [name for name in VARIANTS if name != "folder"], indirect=True)

PAGES = (
    "", "page/1/", "archive/", "2024/", "2024/10/", "2024/10/20/", "2024/10/elements/", "2024/10/code/",
    "2024/10/tables/", "2024/10/arabic/", "tags/", "404.html", "about/",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(kitchen: Kitchen):
    """The address of the site on this machine."""
    handler = functools.partial(Quiet, directory=str(kitchen.built.output))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Tests say what is wrong themselves."""


@judged
def test_the_nu_checker_finds_no_fault(kitchen):
    need(shutil.which("java"), "java")
    need(VNU.exists(), "vnu-jar")
    command = ["java", "-jar", VNU, "--skip-non-html", "--also-check-css", "--also-check-svg", "--format", "json"]
    done = subprocess.run([*command, kitchen.built.output], capture_output=True, text=True, timeout=120, check=False)
    messages = json.loads(done.stderr)["messages"]
    allowed = [one for one in messages if any(words in one["message"] for words in BY_THE_AUTHOR)]
    assert allowed, "it has not looked, or the site has changed"
    faults = [f"{one.get('url')}:{one.get('lastLine')}: {one['message']}" for one in messages if one not in allowed]
    assert not faults, "\n".join(faults)


@judged
def test_axe_and_a_narrow_screen_find_no_fault(kitchen, served):
    need(shutil.which("node"), "node")
    need(CHROMIUM, "chromium")
    need((TOOLS / "node_modules/axe-core").is_dir(), "axe-core")
    need((TOOLS / "node_modules/puppeteer-core").is_dir(), "puppeteer-core")
    pages = PAGES if kitchen.language != "ar" else PAGES[:3]
    command = ["node", ROOT / "tests/validators/axe.mjs", TOOLS, CHROMIUM, *(served + page for page in pages)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
