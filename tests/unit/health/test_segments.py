"""Segments and ticks: the vectorised answer is that of a loop over the segments, alone or among others."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from health.policy import DEFAULT
from health.quality import clean
from health.samples import Samples, sample
from health.segments import OWNERS_AT_ONCE, decaying, histogram_quantiles, quantiles_by, segments_of
from health.ticks import TICK_S, Ticks
from health.trips import cut_into_trips
from tests.unit.health.drives import commute

SIZES = [1, 7, 3, 12, 1]
OWNER = np.repeat(np.arange(len(SIZES)), SIZES)


def test_a_decaying_sum_is_that_of_a_loop() -> None:
    chance = np.random.default_rng(1)
    gain, decay = chance.normal(size=len(OWNER)), chance.random(len(OWNER))
    expected = gain.copy()
    for i in range(1, len(OWNER)):
        if OWNER[i] == OWNER[i - 1]:
            expected[i] = gain[i] + decay[i] * expected[i - 1]
    assert_array_equal(decaying(gain, decay, segments_of(OWNER)), expected)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_quantiles_by_counting_and_by_sorting_are_those_of_each_owner(share: float) -> None:
    chance = np.random.default_rng(2)
    owner = np.sort(chance.integers(0, 2 * OWNERS_AT_ONCE, 9000))
    whole = chance.integers(0, 300, len(owner))
    owners = 2 * OWNERS_AT_ONCE + 5
    expected = np.full(owners, np.nan)
    for one in np.unique(owner):
        expected[one] = np.quantile(whole[owner == one], share, method="lower")
    assert_array_equal(histogram_quantiles(owner, whole, owners, (share,))[:, 0], expected)
    assert_array_equal(quantiles_by(owner, whole, owners, (share,))[:, 0], expected)


def test_quantiles_of_nothing_are_unknown() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert np.isnan(histogram_quantiles(none, none, 3, (0.5,))).all()
    assert np.isnan(quantiles_by(none, none, 3, (0.5,))).all()


@pytest.fixture(scope="module")
def samples() -> Samples:
    track = clean(commute(2, seconds=400))
    return sample(track, cut_into_trips(track, DEFAULT.trips), DEFAULT)


def test_ticks_are_means_over_twenty_seconds_of_each_trip(samples: Samples) -> None:
    ticks = Ticks.of(samples)
    mean = ticks.mean(samples.read("map_kpa"))
    at = 0
    for group, size in enumerate(samples.segments.sizes):
        start = samples.segments.starts[group]
        for first in range(0, size, TICK_S):
            stretch = samples.read("map_kpa")[start + first:start + min(first + TICK_S, size)]
            assert mean[at] == pytest.approx(stretch.mean(), rel=1e-12)
            at += 1
    assert at == len(mean)


def test_a_lagged_constant_is_itself_and_a_step_is_followed_slowly(samples: Samples) -> None:
    ticks = Ticks.of(samples)
    assert ticks.lagged(np.full(len(ticks.place), 90.0), 360.0) == pytest.approx(90.0)
    step = np.where(ticks.place == 0, 20.0, 90.0)
    followed = ticks.lagged(step, 360.0)
    expected = 90 - 70 * np.exp(-ticks.place * TICK_S / 360.0)
    assert followed == pytest.approx(expected)


def test_unknown_ticks_take_their_last_known_value(samples: Samples) -> None:
    ticks = Ticks.of(samples)
    values = np.where(samples.time_us == samples.time_us[0], 50.0, np.nan)
    mean = ticks.mean(values)
    first_trip = ticks.of_groups.of_element == 0
    assert (mean[first_trip] == 50.0).all()
    assert np.isnan(mean[~first_trip]).all()
