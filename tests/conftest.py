from endurance.changing import changing, published
from endurance.preload import library

from pubengine.testing import site

__all__ = ["changing", "library", "published", "site"]
