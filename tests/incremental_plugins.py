"""Plugins of the site under change, each in several kinds and versions."""

from __future__ import annotations

HEAD = """\
import os, sys
from pathlib import Path
from msgspec import Struct
from pubengine.api import ContentError, Page, error, hookimpl, warning
SITE = Path(__file__).resolve().parent.parent
"""

PLUGINS = {
    "plugins/adds.py": (
        "@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + '<p>VERSION</p>')\n",
        ("class Settings(Struct, frozen=True):\n    word: str = 'VERSION'\n\n@hookimpl\ndef settings():\n    return Settings\n\n"
        "@hookimpl\ndef transform(post, settings, site):\n"
        "    return post.replace(body=post.body + f'<p>{settings.word} {site.title}</p>')\n"),
        "@hookimpl\ndef transform(post):\n    if 'fail-here' in post.body:\n        raise ValueError('VERSION')\n    return post\n",
    ),
    "plugins/reads.py": (
        ("@hookimpl\ndef transform(post, files):\n"
        "    found = [files.read_text(path) for path in files.glob('data/*.toml')]\n"
        "    return post.replace(body=f'{post.body}<p>VERSION {len(found)} {sum(map(len, found))}</p>')\n"),
        "@hookimpl\ndef transform(post, files):\n    return post.replace(body=post.body + files.read_text('data/words.toml'))\n",
        "@hookimpl\ndef check(source, posts, site):\n    yield warning('odd', 'VERSION ' + site.title, source.path, 1)\n",
    ),
    "plugins/opens.py": (
        ("def word():\n    try:\n        return (SITE / 'extra/opened.txt').read_text() + 'VERSION'\n"
        "    except OSError:\n        return 'nothing'\n\n"
        "@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + word())\n"),
        ("def word():\n    return ' '.join(sorted(os.listdir(SITE / 'extra'))) if os.path.isdir(SITE / 'extra') else ''\n\n"
        "@hookimpl\ndef emit():\n    yield Page(path='opens.txt', make=make)\n\n"
        "def make(page, view):\n    return word() + view.config.title\n"),
        ("def word(tail='VERSION'):\n    with open(SITE / 'extra/opened.txt') as file:\n        return file.read() + tail\n\n"
        "@hookimpl\ndef template_functions():\n    return {'word': word}\n\n"
        "@hookimpl\ndef template_filters():\n    return {'loud': str.upper}\n"),
    ),
    "plugins/lists.py": (
        ("@hookimpl\ndef emit(site):\n    yield Page(path='list.txt', make=make, values={'posts': site.posts}, title='VERSION')\n\n"
        "def make(page, view):\n    return '\\n'.join(f'{p.day} {p.title} {view.absolute(p.url)}' for p in page.values['posts'])\n"),
        ("@hookimpl\ndef emit(site):\n    yield Page(path='list.txt', make=make, listed=False)\n\n"
        "def make(page, view):\n    return ' '.join(p.title for p in view.site.posts) + view.site.description + 'VERSION'\n"),
        "@hookimpl\ndef emit(site):\n    yield Page(path='list.html', template='own/listing.html', values={'listed': site.posts[:3]}, title='VERSION')\n",
        ("@hookimpl\ndef summarize(site, pages):\n    yield Page(path='map.txt', make=make, values={'pages': [p.path for p in pages]})\n\n"
        "def make(page, view):\n    return '\\n'.join(page.values['pages']) + 'VERSION'\n"),
        ("@hookimpl\ndef emit(site):\n    for post in site.posts:\n"
        "        yield Page(path=post.path.removesuffix('.html') + '.txt', make=make, values={'post': post})\n\n"
        "def make(page, view):\n    return view.content(page.values['post'], absolute=True) + 'VERSION'\n"),
    ),
    "plugins/counts.py": (
        ("@hookimpl\ndef describe(site):\n    return {'counted': {'total': len(site.posts), 'version': 'VERSION'},\n"
        "            'newest': site.posts[:1], 'recent': {'last': site.posts[-1] if site.posts else None}}\n"),
        ("@hookimpl\ndef describe(site):\n    return {'counted': {'total': sum(p.words for p in site.posts)}, 'newest': (),\n"
        "            'recent': {p.title: p for p in site.posts}}\n"),
        "@hookimpl\ndef check_site(site):\n    if len(site.posts) > 3:\n        yield warning('many', 'VERSION')\n",
    ),
    "plugins/globs.py": (
        ("@hookimpl\ndef emit(files):\n    for path in files.glob('extra/*.txt'):\n"
        "        yield Page(path='globbed/' + path.rpartition('/')[2], copy=path)\n"),
        "@hookimpl\ndef transform(post, files):\n    return post.replace(body=post.body + ' '.join(files.glob('content/**/*.png')))\n",
        "@hookimpl\ndef transform(post, files):\n    return post.replace(body=post.body + str(len(files.glob('content/posts/*.md'))))\n",
    ),
    "plugins/imports.py": (
        ("sys.path.insert(0, str(SITE / 'lib'))\nfrom sitewords import WORD\n\n"
        "@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + WORD + 'VERSION')\n"),
        ("sys.path.insert(0, str(SITE / 'lib'))\nfrom sitewords import WORD\n\n"
        "@hookimpl\ndef emit():\n    yield Page(path='imported.txt', make=make)\n\n"
        "def make(page, view):\n    return WORD + 'VERSION'\n"),
        ("sys.path.insert(0, str(SITE / 'lib'))\n\n"
        "@hookimpl\ndef transform(post):\n    from sitewords import WORD\n    return post.replace(body=post.body + WORD + 'VERSION')\n"),
    ),
    "plugins/pack/__init__.py": (
        "from .inside import WORD\n\n@hookimpl\ndef transform(post):\n    return post.replace(body=post.body + WORD + 'VERSION')\n",
        "@hookimpl\ndef load(source, site):\n    return None\n\n@hookimpl\ndef suffixes():\n    return ['.txt', '.org']\n",
    ),
    "plugins/pack/inside.py": ("WORD = 'inside VERSION'\n",),
    "plugins/tags.py": ("@hookimpl\ndef emit(site):\n    yield Page(path='tags/index.html', make=make)\n\ndef make(page, view):\n    return 'VERSION'\n",),
}  # fmt: skip
VERSIONS = ("one", "two", "zwei")


def plugin(path: str, kind: int, version: str) -> str:
    """The code of a plugin."""
    kinds = PLUGINS[path]
    return HEAD + kinds[kind % len(kinds)].replace("VERSION", version)
