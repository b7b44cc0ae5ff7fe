from endurance.changing import changing
from endurance.preload import library

from pubengine.testing import site

__all__ = ["changing", "library", "site"]
