"""12 V battery: voltage before the start, during the crank and while charging, per group.

Section 8 of the model notes. Polling once a second sees a part of the crank's dip only: its least voltage is an upper
bound of the true one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from health.lists import Column, Lists
from health.policy import BatteryPolicy, Policy
from health.quality import Booleans, Floats, Integers, Track
from health.samples import Samples
from health.segments import Segments, histogram_quantiles, quantiles_by, segments_of
from health.trips import SECOND, TimeLine
from schemas.frames import Columns

COLUMNS: Columns = {
    "parked_v": pl.Float64,        # median of what a sleeping car told in the hour before the start
    "key_on_v": pl.Float64,        # median with the key on, before the engine turned
    "crank_v": pl.Float64,         # least voltage around the first turn of the engine
    "crank_c": pl.Float64,         # temperature then: outside, else coolant
    "charging_n": pl.Int64,        # readings with the engine running
    "charging_v": pl.List(pl.Float64),  # their quantiles at CHARGING_SHARES; empty without any
    "charging_best_v": pl.Float64,      # their 90th percentile
}
"""Columns of one group."""

CHARGING_SHARES = tuple((i + 0.5) / 20 for i in range(20))
"""Enough quantiles of each group to find the median of all groups together."""

BINS_PER_VOLT = 100
"""Resolution of the many voltages while charging: that of the signal itself."""

STEPS_PER_VOLT = 10_000
"""Medians are taken over whole tenths of a millivolt: finer than any device reads."""


def per_group(samples: Samples, track: Track, policy: Policy) -> Mapping[str, Column]:
    """Voltages of every group; NaN where none was read."""
    columns: dict[str, Column] = dict.fromkeys(COLUMNS, np.full(len(samples.groups), np.nan))
    columns |= _charging(samples, policy.battery)
    if "battery_v" in track.columns:
        columns |= _starting(_Starts.of(samples, track, policy.battery), samples, policy.battery)
    return columns


def _charging(samples: Samples, p: BatteryPolicy) -> dict[str, Column]:
    volts = samples.read("battery_v")
    rows = np.flatnonzero((samples.read("engine_rpm") > p.charging_rpm) & ~np.isnan(volts))
    owner, whole = samples.segments.of_element[rows], np.rint(volts[rows] * BINS_PER_VOLT).astype(np.int64)
    found = histogram_quantiles(owner, whole, len(samples.groups), (*CHARGING_SHARES, p.charging_share)) / BINS_PER_VOLT
    counts = np.bincount(owner, minlength=len(samples.groups))
    return {"charging_n": counts, "charging_best_v": found[:, -1],
            "charging_v": Lists(found[counts > 0, :-1].ravel(), np.where(counts > 0, len(CHARGING_SHARES), 0))}


@dataclass(frozen=True)
class _Starts:
    """Readings from an hour before the start of each group to shortly after it; a reading may serve two groups."""

    owner: Integers  # group of each element
    groups: int
    since_start_s: Floats
    volts: Floats
    rpm: Floats      # latest known
    speed: Floats
    asleep: Booleans  # neither engine nor speed answered in this row

    @classmethod
    def of(cls, samples: Samples, track: Track, p: BatteryPolicy) -> "_Starts":
        groups, line = samples.groups, TimeLine.of(track)
        low = line.rows_from(groups.vehicle, groups.start_us - round(p.parked_s * SECOND))
        high = line.rows_to(groups.vehicle, groups.start_us + round(p.crank_after_s * SECOND))
        sizes = high - low
        owner = np.repeat(np.arange(len(groups)), sizes)
        rows = np.arange(len(owner)) + np.repeat(low - np.cumsum(sizes) + sizes, sizes)
        since_s = (track.time_us[rows] - groups.start_us[owner]) / SECOND
        rpm, speed = track.read("engine_rpm")[rows], track.read("speed_kmh")[rows]
        latest = segments_of(owner).latest(~np.isnan(rpm)) if len(owner) else owner
        held = np.where(latest >= 0, rpm[np.maximum(latest, 0)], np.nan)
        return cls(owner, len(groups), since_s, track.columns["battery_v"][rows], held, speed,
                   np.isnan(rpm) & np.isnan(speed))

    def median(self, chosen: Booleans, least: int = 1) -> Floats:
        """Median voltage of the chosen readings of each group that has enough of them."""
        rows = np.flatnonzero(chosen & ~np.isnan(self.volts))
        whole = np.rint(self.volts[rows] * STEPS_PER_VOLT).astype(np.int64)
        enough = np.bincount(self.owner[rows], minlength=self.groups) >= least
        median = quantiles_by(self.owner[rows], whole, self.groups, (0.5,))[:, 0] / STEPS_PER_VOLT
        return np.where(enough, median, np.nan)

    def least(self, chosen: Booleans) -> Floats:
        """Least voltage of the chosen readings of each group."""
        rows = np.flatnonzero(chosen & ~np.isnan(self.volts))
        result = np.full(self.groups, np.nan)
        if len(rows):
            present = segments_of(self.owner[rows])
            result[self.owner[rows][present.starts]] = present.least(self.volts[rows])
        return result


def _starting(starts: _Starts, samples: Samples, p: BatteryPolicy) -> dict[str, Floats]:
    """Voltages around each start of the engine that was watched."""
    before = starts.since_start_s < 0
    ran = np.bincount(starts.owner[before & (starts.rpm > 0) & (starts.since_start_s < -p.crank_before_s)],
                      minlength=starts.groups) > 0
    still = before & (starts.rpm == 0) & ~ran[starts.owner]
    seen_still = np.bincount(starts.owner[still], minlength=starts.groups) > 0
    around = (starts.since_start_s >= -p.crank_before_s) & seen_still[starts.owner]
    parked = starts.asleep & (starts.since_start_s < -p.awake_s) & ~ran[starts.owner]
    key_on = still & (starts.since_start_s >= -p.key_on_s)
    crank = starts.least(around)
    return {"parked_v": starts.median(parked), "key_on_v": starts.median(key_on, p.key_on_samples), "crank_v": crank,
            "crank_c": np.where(np.isnan(crank), np.nan, _temperature_c(samples, samples.segments))}


def _temperature_c(samples: Samples, groups: Segments) -> Floats:
    """Temperature at the start: outside, else the coolant, which is as warm as the engine was left."""
    outside, coolant = groups.first(samples.read("ambient_c")), groups.first(samples.read("coolant_c"))
    return np.where(np.isnan(outside), coolant, outside)
