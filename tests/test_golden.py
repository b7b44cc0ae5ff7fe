"""A small site, byte for byte: what its pages, feeds and files are, so that a change of any is seen and meant.

After a change that is meant: UPDATE_GOLDEN=1 pytest tests/test_golden.py, then look at the diff.
"""

import difflib
import os
import shutil
from pathlib import Path

EXPECTED = Path(__file__).parent / "golden"

SITE = {
    "engine.toml": """\
title = "Harbour Notes"
url = "https://harbour.example/notes/"
description = "What comes in with the tide"
author = "Ada Pilot"
language = "en-GB"
timezone = "Europe/London"
id = "harbour"

[plugins.front_page]
posts = 2
""",
    "content/posts/2024-05-01-buoys.md": """\
+++
title = "Buoys & bells"
date = 2024-05-01T18:30:00
tags = ["harbour", "Sound"]
description = "On what rings at night."
aliases = ["/2024/bells.html"]
+++
A *bell* buoy, [drawn](buoys.svg) from the pier.[^1]

<!-- more -->

## How it rings

| wind | strokes |
| ---- | ------: |
| west |      12 |

```python
print("ding")
```

[^1]: In fog.
""",
    "content/posts/buoys.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>\n',
    "content/posts/log.txt": """\
Wednesday, 1 May 2024

Low water

The mud shows at six.

Sunday, 28 April 2024

‘First Light’ – a lamp

It was lit again.
""",
    "content/posts/2024-06-01-secret.md": "+++\ntitle = 'Not yet'\ndraft = true\n+++\nNobody sees this.\n",
    "content/about.md": "+++\ntitle = 'About'\n+++\nSee [the buoys](posts/2024-05-01-buoys.md#how-it-rings).\n",
    "themes/paper/assets/style.css": "/* Empty, so that a change of the real one changes no page here. */\n",
}


def test_the_small_site_is_as_it_was(site):
    site.write(SITE)
    built = site.build("--strict")
    assert built.data["diagnostics"] == []
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(EXPECTED, ignore_errors=True)
        shutil.copytree(built.output, EXPECTED)
    wanted = sorted(path.relative_to(EXPECTED).as_posix() for path in EXPECTED.rglob("*") if path.is_file())
    assert sorted([".pubengine-manifest", *built.files()]) == wanted
    different = []
    for name in wanted:
        before, after = (EXPECTED / name).read_text("utf-8"), (built.output / name).read_text("utf-8")
        different += difflib.unified_diff(before.splitlines(), after.splitlines(), f"golden/{name}", name, lineterm="")
    assert not different, "\n".join(different[:200])
