"""An incremental build is byte for byte what a build from nothing makes, whatever somebody did in between.

The short run is part of every run of the suite. The long one tries as many steps as it is told to:

    INCREMENTAL_STEPS=20000 pytest -m slow tests/test_incremental.py
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from incremental_machine import Machine

STEPS = int(os.environ.get("INCREMENTAL_STEPS", "2000"))
PER_EXAMPLE = 30

QUIET = settings(
    deadline=None,
    database=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def test_a_few_histories_of_a_site():
    run_state_machine_as_test(Machine, settings=settings(QUIET, max_examples=4, stateful_step_count=12))


@pytest.mark.slow
def test_many_histories_of_a_site():
    examples = max(1, STEPS // PER_EXAMPLE)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            QUIET, max_examples=examples, stateful_step_count=PER_EXAMPLE, phases=[Phase.generate, Phase.shrink]
        ),
    )
