"""What of a list of cases runs always, and what only in the slow sweep."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def rarely(cases: Iterable[Any], quick: Collection[Any]) -> list[Any]:
    """The cases, those that are not among the quick ones marked as slow."""
    return [case if case in quick else pytest.param(case, marks=pytest.mark.slow) for case in cases]
