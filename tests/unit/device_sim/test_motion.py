"""Driving looks like driving, and the path is as long as the way."""

from datetime import timedelta

import numpy as np
import pytest

from device_sim.world import pieces, route, speed
from device_sim.world.arrays import Floats
from device_sim.world.drivers import DRIVERS
from device_sim.world.plan import HOME, Way, plan_ways
from device_sim.world.profile import wltc_like
from device_sim.world.roads import Road
from tests.unit.device_sim.conftest import END


def weeks(name: str, days: int = 14, seed: int = 5) -> tuple[list[Way], speed.Motion]:
    rng = np.random.default_rng(seed)
    ways = plan_ways(DRIVERS[name], END - timedelta(days=days), END, 8.0, rng)
    return ways, speed.drive(pieces.cut(ways, DRIVERS[name], rng), rng)


def haversine_m(latitude: Floats, longitude: Floats) -> Floats:
    a, b = np.radians(latitude), np.radians(longitude)
    half = np.sin(np.diff(a) / 2) ** 2 + np.cos(a[1:]) * np.cos(a[:-1]) * np.sin(np.diff(b) / 2) ** 2
    metres: Floats = 2 * route.EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return metres


@pytest.mark.parametrize("name", DRIVERS)
def test_the_path_is_as_long_as_the_distance_driven(name: str) -> None:
    ways, motion = weeks(name)
    path = route.lay(motion, ways, route.JINAN, np.random.default_rng(1))
    assert haversine_m(path.latitude, path.longitude).sum() == pytest.approx(motion.metres[-1], rel=1e-4)


@pytest.mark.parametrize("name", DRIVERS)
def test_drivers_come_home(name: str) -> None:
    ways, motion = weeks(name)
    path = route.lay(motion, ways, route.JINAN, np.random.default_rng(1))
    home = [last for way, last in zip(ways, motion.last, strict=True) if way.to == HOME]
    off_m = np.hypot(path.latitude[home] - route.JINAN[0], path.longitude[home] - route.JINAN[1]) * 1e5
    assert np.median(off_m) < 150


@pytest.mark.parametrize("name", DRIVERS)
def test_pedals_and_curves_stay_within_what_cars_do(name: str) -> None:
    ways, motion = weeks(name)
    acceleration = np.diff(motion.speed_m_s)
    sideways = route.lay(motion, ways, route.JINAN, np.random.default_rng(1)).lateral_m_s2
    assert acceleration.max() < 4.0
    assert acceleration.min() > -6.0
    assert np.percentile(np.abs(sideways), 99.9) < 4.5
    assert motion.speed_m_s.min() == 0.0
    assert motion.speed_m_s.max() * 3.6 < 150


def test_every_way_is_as_long_as_planned_and_begins_and_ends_at_a_standstill() -> None:
    ways, motion = weeks("commuter")
    driven = motion.metres[motion.last] - motion.metres[motion.first]
    np.testing.assert_allclose(driven, [way.metres for way in ways], rtol=0.06)
    assert not motion.speed_m_s[motion.first].any()
    assert not motion.speed_m_s[motion.last].any()


def test_roads_differ_as_roads_do() -> None:
    _, motion = weeks("motorway")
    mean_kmh = {road: 3.6 * motion.speed_m_s[motion.road == road].mean() for road in Road}
    assert 6 < mean_kmh[Road.CONGESTED] < 15
    assert 25 < mean_kmh[Road.URBAN] < 45
    assert 100 < mean_kmh[Road.MOTORWAY] < 130


def test_a_cruise_wanders_only_a_little() -> None:
    _, motion = weeks("motorway")
    cruising = motion.speed_m_s[(motion.road == Road.MOTORWAY) & (motion.speed_m_s > 25)]
    assert 0.05 < np.median(np.abs(np.diff(cruising))) < 0.3


def test_weekdays_and_weekends_differ() -> None:
    ways = plan_ways(DRIVERS["commuter"], END - timedelta(days=70), END, 8.0, np.random.default_rng(1))
    far = {way.to for way in ways if way.to != HOME}
    to_work = max(far, key=lambda place: sum(way.to == place for way in ways))
    assert sum(way.to == to_work for way in ways) > 40  # the office stays where it is


def test_the_benchmark_profile_is_long_enough_and_repeatable() -> None:
    profile = wltc_like(20_000, seed=3)
    assert profile.size == 20_000
    assert np.array_equal(profile, wltc_like(20_000, seed=3))
    assert 35 < profile.mean() < 60
