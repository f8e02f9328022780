"""How long a car spent at each speed and acceleration: the joint density traffic science draws drive cycles from.

Speed-acceleration frequency distribution (SAFD), as used to compare real driving with cycles: Andre, The ARTEMIS
European driving cycles, Sci. Total Environ. 334-335 (2004) 73-84.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from health.events import acceleration_m_s2
from health.policy import DEFAULT, Policy
from health.quality import Floats, clean
from health.samples import sample
from health.seconds import resample
from health.trips import cut_into_trips

SPEED_STEP_KMH, ACCEL_STEP_M_S2 = 2.0, 0.2  # [K] fine enough for shapes, coarse against whole km/h
MOST_ACCEL_M_S2 = 6.0                       # [K] beyond tyre grip on an ordinary road nothing is counted


@dataclass(frozen=True)
class Density:
    """Seconds in each cell; both axes hold edges, so they are one longer than `seconds` along their side."""

    speed_kmh: Floats
    accel_m_s2: Floats
    seconds: Floats  # shape (speeds, accelerations)


def densities(readings: pl.DataFrame, policy: Policy = DEFAULT) -> dict[str, Density]:
    """Moving seconds of every vehicle by speed [km/h] and acceleration [m/s2]. `readings` as for `summarise`."""
    track = clean(readings)
    groups = cut_into_trips(track, policy.trips)
    if len(groups) == 0:
        return {}
    samples = sample(track, groups, policy)
    seconds = resample(samples)
    along = acceleration_m_s2(samples, seconds, policy.events)
    vehicle = seconds.segments.spread(groups.vehicle)
    usable = ~np.isnan(along) & (seconds.speed_kmh >= policy.trips.moving_kmh)
    return {track.names[code]: _density(seconds.speed_kmh[own], along[own])
            for code in np.unique(groups.vehicle) if (own := usable & (vehicle == code)).any()}


def _density(speed_kmh: Floats, accel_m_s2: Floats) -> Density:
    speeds = np.arange(0.0, speed_kmh.max() + 2 * SPEED_STEP_KMH, SPEED_STEP_KMH)
    most = MOST_ACCEL_M_S2 + ACCEL_STEP_M_S2 / 2
    accelerations = np.arange(-most, most + ACCEL_STEP_M_S2, ACCEL_STEP_M_S2)
    counts, _, _ = np.histogram2d(speed_kmh, accel_m_s2, bins=(speeds, accelerations))
    return Density(speeds, accelerations, counts)
