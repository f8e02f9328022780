"""Cars that were driven for a few weeks before the tests begin."""

from datetime import UTC, datetime

import pytest

from device_sim import CarHistory, CarSpec, simulate

END = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="session")
def commuter() -> CarHistory:
    return simulate(CarSpec("commuter", "sedan_maf", "commuter"), 21, END, 1)


@pytest.fixture(scope="session")
def traveller() -> CarHistory:
    return simulate(CarSpec("traveller", "sedan_maf", "motorway"), 14, END, 1)


@pytest.fixture(scope="session")
def town() -> CarHistory:
    return simulate(CarSpec("town", "hatch_map", "city"), 3, END, 1)
