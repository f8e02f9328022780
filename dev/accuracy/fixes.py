"""Goals on recordings with satellite fixes: wheel speed against the path through them."""

import numpy as np
import polars as pl

from dev.accuracy.recordings import Data, Recording
from dev.accuracy.rows import Figure, Row, median, miss_pct, ninetieth, worst
from health.quality import Floats
from health.satellites import Points
from health.statistics import summarise

HELD_FIX_S = 8.0
"""Fixes further apart than this are held ones."""
STRAIGHT_LEGS, STRAIGHT_SHARE = 3, 0.998
"""A stretch of so many legs between fixes is straight if its chord is this share of it [1, 1]."""
STRAIGHT_FROM_M = 100.0
"""Shorter chords are not looked at: fixes are some metres off [m]."""


def speed_against_fixes(data: Data) -> Row:
    """Goal 5."""
    quantity = "OBD speed against GPS path, polled every 4-6 s"
    chosen = [r for r in data.with_signals("speed_kmh", "latitude", "longitude") if r.fix_s <= HELD_FIX_S]
    if not chosen:
        return Row(5, quantity, missing="recordings with wheel speed and fixes that are not held for longer than 8 s")
    pairs = [_both_km(recording) for recording in chosen]
    plain = np.concatenate([miss_pct(speed, gps) for speed, gps in pairs])
    scaled = np.concatenate([_scaled_by_the_others(speed, gps) for speed, gps in pairs])
    return Row(5, quantity, (median("", plain, 0.9), ninetieth("", plain, 1.7), median("one scale,", scaled, 0.2),
                             ninetieth("one scale,", scaled, 0.9)))


def _both_km(recording: Recording) -> tuple[Floats, Floats]:
    """Distance of each trip by wheel speed and by satellite."""
    rows = summarise(recording.readings.drop("label", strict=False), {})
    rows = rows.filter((pl.col("speed_km") > 1) & (pl.col("gps_km") > 1) & (pl.col("unobserved_s") == 0))
    return rows["speed_km"].to_numpy(), rows["gps_km"].to_numpy()


def _scaled_by_the_others(speed_km: Floats, gps_km: Floats) -> Floats:
    """Misses of each trip with the scale of the car's other trips [%]."""
    ratio = gps_km / speed_km
    others = [np.median(np.delete(ratio, i)) for i in range(len(ratio)) if len(ratio) > 1]
    return miss_pct(speed_km * np.array(others), gps_km) if others else np.array([np.nan])


def held_fixes(data: Data) -> Row:
    """Goal 6."""
    quantity = "GPS path with held fixes, against wheel speed"
    chosen = [r for r in data.with_signals("speed_kmh", "latitude", "longitude") if r.fix_s > HELD_FIX_S]
    if not chosen:
        return Row(6, quantity, missing="recordings with wheel speed and fixes held for longer than 8 s")
    off = np.concatenate([miss_pct(gps, speed) for speed, gps in map(_both_km, chosen)])
    return Row(6, quantity, (median("", off, 4.0), worst("", off, 12.0), *_straight(chosen)), note=f"{len(off)} trips")


def _straight(recordings: list[Recording]) -> list[Figure]:
    """What wheel speed misses where every path through the fixes is a straight line; nothing where no stretch is."""
    chord, wheel = np.concatenate([_straight_km(recording) for recording in recordings]).sum(axis=0)
    if not wheel > 0:
        return []
    return [Figure(f"{wheel:.0f} km straight on: chords longer by", 100 * float(chord / wheel - 1))]


def _straight_km(recording: Recording) -> Floats:
    """Chord and distance by wheel speed of each straight stretch [km]: no path through its ends is shorter."""
    samples = recording.samples
    at = samples.fixes
    points = Points.of(samples.read("latitude")[at], samples.read("longitude")[at])
    path, wheel = (np.concatenate([[0.0], np.cumsum(step)]) for step in (
        points[:-1].metres_to(points[1:]), samples.step_m))
    first = np.arange(0, len(at) - STRAIGHT_LEGS, STRAIGHT_LEGS)
    last = first + STRAIGHT_LEGS
    chord = points[first].metres_to(points[last])
    straight = (chord > STRAIGHT_FROM_M) & (chord > STRAIGHT_SHARE * (path[last] - path[first]))
    straight &= samples.segments.of_element[at[first]] == samples.segments.of_element[at[last]]
    both: Floats = np.stack([chord, wheel[at[last]] - wheel[at[first]]], axis=1)[straight] / 1000
    return both
