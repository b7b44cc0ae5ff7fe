"""Where a post or page is published: by the site's patterns, its own name and date."""

from __future__ import annotations

from msgspec.structs import replace

from pubengine.model import Card
from pubengine.permalinks import expand, output_path, page_path, url_of
from pubengine.settings import Config


def wanted_address(card: Card, config: Config) -> str:
    """The URL path, not yet encoded, that a dated post or a page is to have."""
    return page_path(card.slug) if card.kind == "page" else expand(config.permalinks.posts, card)


def placed(card: Card, config: Config) -> Card:
    """The card with its file and URL. Raises ValueError, saying why, where its address cannot be one."""
    path = output_path(wanted_address(card, config))
    return replace(card, path=path, url=url_of(path, config.site.base))
