"""How many minutes a post takes to read: `reading_minutes(post)` in templates."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from pubengine.api import Card, hookimpl


class Settings(Struct, frozen=True):
    """What `[plugins.reading_time]` may hold."""

    words_per_minute: Annotated[int, Meta(ge=1)] = 230
    """How fast readers are taken to be."""


@hookimpl
def settings() -> type[Settings]:
    """How fast readers are."""
    return Settings


@hookimpl
def template_functions(settings: Settings) -> Mapping[str, Callable[..., Any]]:
    """`reading_minutes`, for the line under a post's title."""

    def reading_minutes(post: Card) -> int:
        return max(1, round(post.words / settings.words_per_minute))

    return {"reading_minutes": reading_minutes}
