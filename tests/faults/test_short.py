"""The short form of the fault matrix (`make faults` plays all of it, harder): docs/faults.md tells what each shows."""

import os
from collections.abc import Iterator

import pytest

from dev.faults.house import House, a_house
from dev.faults.matrix import MATRIX
from dev.faults.result import line
from dev.faults.running import play
from dev.faults.scale import SHORT

SHORT_FORM = ("F1", "F2", "F3", "F4", "F6", "F7", "F9", "F11", "F15", "F17", "F18", "F19", "F20", "F25")
"""F22 is told at length by tests/journeys/test_hostile_device.py."""

SEED = 20261123


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """Services to be broken, for this file alone."""
    with a_house(f"test-faults-{os.getpid()}", durable=False) as house:
        yield house


LONG = ("F1", "F6", "F20")
"""Ten kills, half a minute of hanging, two processes watched for a while; F2 to F4 are the shorter ones."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.long) if name in LONG else name
                                  for name in SHORT_FORM])
def test_nothing_is_lost_and_nothing_stored_twice(name: str, house: House) -> None:
    result = play(MATRIX[name], house, SHORT, SEED)
    assert result.sent > 0
    assert result.passed, line(result)
