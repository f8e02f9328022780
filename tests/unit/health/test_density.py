"""The joint density of speed and acceleration."""

import numpy as np
import pytest

from health.density import densities
from tests.unit.health.drives import recording


def test_every_moving_second_is_counted_in_its_cell() -> None:
    """From rest to 20 m/s at 1 m/s2, 60 s there, and back: 140 s, less the ends of the trip."""
    speed = np.concatenate([np.arange(20), np.full(60, 20), np.arange(20, -1, -1)]) * 3.6
    density = densities(recording(np.arange(len(speed)), speed_kmh=speed))["car"]
    steady, cruising = np.searchsorted(density.accel_m_s2, 0.0) - 1, np.searchsorted(density.speed_kmh, 72.0) - 1
    assert density.seconds[cruising, steady] + density.seconds[cruising + 1, steady] == pytest.approx(60, abs=2)
    up, down = np.searchsorted(density.accel_m_s2, 1.0) - 1, np.searchsorted(density.accel_m_s2, -1.0) - 1
    assert density.seconds[:, up].sum() == pytest.approx(19, abs=2)
    assert density.seconds[:, down].sum() == pytest.approx(19, abs=2)


def test_a_car_that_never_moved_has_no_density() -> None:
    assert densities(recording([0, 1, 2], speed_kmh=[0, 0, 0])) == {}
