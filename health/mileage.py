"""Mileage: odometer difference, integral of speed, GPS path, distance since codes were cleared.

Section 1 of the model notes. Per group everything stays linear in what is learned later (the speed scale).
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.policy import Policy
from health.quality import Floats, Integers
from health.samples import Clock, Samples
from health.segments import Segments, segments_of
from health.trips import SECOND
from schemas.frames import Columns

COLUMNS: Columns = {
    "speed_km": pl.Float64,          # integral of wheel speed at scale 1; null without one
    "receiver_km": pl.Float64,       # integral of the satellite receiver's speed, where there is no wheel speed
    "floor_km": pl.Float64,          # what a speed cut to whole km/h has lost
    "observed_s": pl.Float64,
    "unobserved_s": pl.Float64,
    "moving_s": pl.Float64,
    "idle_s": pl.Float64,
    "odometer_first_km": pl.Float64,
    "odometer_last_km": pl.Float64,
    "odometer_km": pl.Float64,       # sum of believable steps
    "odometer_resets": pl.Int64,
    "since_clear_km": pl.Float64,
    "since_clear_first_km": pl.Float64,
    "since_clear_last_km": pl.Float64,
}
"""Columns of one group."""


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Distances and times of every group.

    From speed d = sum (v_i + v_i+1)/2 dt / 3.6 [m] over intervals of at most `longest_interval_s`; longer ones are
    unobserved [s]. From the odometer (PID A6) the sum of its steps that are not negative and no faster than
    `odometer_step_kmh`; from PID 31 the sum of its steps, both in km. NaN where a channel was never read.
    """
    return _speed(samples, policy) | _times(samples, policy) | _odometer(samples, policy) | _since_clear(samples)


def _speed(samples: Samples, policy: Policy) -> dict[str, Floats]:
    watched = samples.segments.total(samples.observed_s) > 0
    km = np.where(watched, samples.segments.sum(samples.step_m) / 1000, np.nan)
    wheel, receiver = samples.clock == Clock.SPEED, samples.clock == Clock.RECEIVER
    lost_km = samples.seconds(samples.speed_kmh > 0) * policy.mileage.floor_correction_kmh / 3600
    return {
        "speed_km": np.where(wheel, km, np.nan),
        "receiver_km": np.where(receiver, km, np.nan),
        "floor_km": np.where(wheel, lost_km, np.nan),
    }


def _times(samples: Samples, policy: Policy) -> dict[str, Floats]:
    within = np.where(samples.within, 1.0, 0.0)
    observed = samples.segments.total(samples.observed_s * within)
    return {
        "observed_s": observed,
        "unobserved_s": samples.segments.total((samples.interval_s - samples.observed_s) * within),
        "moving_s": samples.seconds(samples.speed_kmh >= policy.trips.moving_kmh),
        "idle_s": samples.segments.sum(samples.middle(_idle(samples, policy)) * samples.observed_s * within),
    }


def _idle(samples: Samples, policy: Policy) -> Floats:
    """1 where the car stands with the engine on; without engine speed, where it stands."""
    standing = samples.speed_kmh < policy.trips.standstill_kmh
    rpm = samples.read("engine_rpm")
    running = np.isnan(rpm) | (rpm > policy.trips.engine_on_rpm)
    return np.where(standing & running, 1.0, 0.0)


def _odometer(samples: Samples, policy: Policy) -> dict[str, Floats | Integers]:
    """First and last believable reading, and the sum of the steps between readings that are believable."""
    values = samples.read("odometer_km")
    known = np.flatnonzero(~np.isnan(values))
    empty = np.full(len(samples.groups), np.nan)
    resets = np.zeros(len(samples.groups), dtype=np.int64)
    result: dict[str, Floats | Integers] = {
        "odometer_first_km": samples.segments.first(values), "odometer_last_km": samples.segments.last(values),
        "odometer_km": empty, "odometer_resets": resets}
    if len(known) == 0:
        return result
    readings = segments_of(samples.segments.of_element[known])
    steps = readings.differences(values[known])
    hours = readings.differences(samples.time_us[known] / SECOND) / 3600
    most = policy.mileage.odometer_step_kmh * hours + policy.mileage.odometer_resolution_km
    believable = (steps >= 0) & (steps <= most)
    owners = samples.segments.of_element[known][readings.starts]
    empty[owners] = readings.total(np.where(believable, steps, 0.0))
    resets[owners] = readings.count(~believable)
    return result


def _since_clear(samples: Samples) -> dict[str, Floats]:
    """Forward steps of PID 31, which counts whole km and restarts when codes are cleared."""
    values = samples.read("distance_since_clear_km")
    known = np.flatnonzero(~np.isnan(values))
    km = np.full(len(samples.groups), np.nan)
    if len(known):
        readings = segments_of(samples.segments.of_element[known])
        km[_owners(samples, known, readings)] = readings.total(np.maximum(readings.differences(values[known]), 0.0))
    return {"since_clear_km": km, "since_clear_first_km": samples.segments.first(values),
            "since_clear_last_km": samples.segments.last(values)}


def _owners(samples: Samples, rows: Integers, readings: Segments) -> Integers:
    result: Integers = samples.segments.of_element[rows][readings.starts]
    return result
