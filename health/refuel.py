"""Refuelling: levels of the fuel at standstill, and the rises between them.

Section 4 of the model notes: within a trip the level lies (slosh, damping, bent senders), so only medians at standstill
count. A parking slope shifts the level of arrival and of departure alike and drops out of their difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from health.figures import Reasons, absolute
from health.history import History
from health.lists import Lists
from health.moments import EPOCH
from health.policy import Policy, RefuelPolicy
from health.quality import Booleans, Floats, Integers
from health.samples import Samples
from health.segments import quantiles_by, segments_of
from health.trips import SECOND
from schemas.frames import Columns
from schemas.quantity import Unknown
from schemas.report_use import Refuel
from schemas.vehicle import VehicleFacts

COLUMNS: Columns = {
    "level_us": pl.List(pl.Int64),     # when the level was taken at a standstill
    "level_pct": pl.List(pl.Float64),  # its median there
    "level_stop": pl.List(pl.Int64),   # number of the standstill within the group
}
"""Columns of one group."""

STEPS_PER_PCT = 100
"""Medians are taken over hundredths of a per cent: finer than any sender."""


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Lists]:
    """Levels of every group: at its first and last standstill, and around every long stop in between."""
    groups = len(samples.groups)
    if not samples.has("fuel_level_pct"):
        return dict.fromkeys(COLUMNS, Lists(np.zeros(0), np.zeros(groups, dtype=np.int64)))
    stops = _Stops.of(samples, policy.refuels)
    taken = stops.chosen(policy.refuels)
    rows, label = np.flatnonzero(taken), stops.window(policy.refuels)
    whole = np.rint(stops.level[rows] * STEPS_PER_PCT).astype(np.int64)
    window = segments_of(label[rows])
    median = quantiles_by(window.of_element, whole, len(window.starts), (0.5,))[:, 0] / STEPS_PER_PCT
    at = rows[window.ends - 1] if len(rows) else rows
    sizes = np.bincount(stops.owner[at], minlength=groups)
    return {"level_us": Lists(stops.time_us[at], sizes), "level_pct": Lists(median, sizes),
            "level_stop": Lists(stops.place[at], sizes)}


@dataclass(frozen=True)
class _Stops:
    """Readings of the level at standstill, stop after stop."""

    owner: Integers    # group of each reading
    place: Integers    # number of the stop within its group
    stop: Integers     # number of the stop among all
    time_us: Integers
    since_s: Floats    # since the first reading of the stop
    left_s: Floats     # until its last one
    level: Floats

    @classmethod
    def of(cls, samples: Samples, p: RefuelPolicy) -> "_Stops":
        level = samples.read("fuel_level_pct")
        moving = samples.speed_kmh >= p.standing_kmh
        rows = np.flatnonzero(~moving & ~np.isnan(level))
        owner, moved = samples.segments.of_element[rows], np.cumsum(moving)[rows]
        stop = np.cumsum(np.r_[0, (np.diff(moved) != 0) | (np.diff(owner) != 0)][:len(rows)])
        time_us, same = samples.time_us[rows], segments_of(stop)
        since_us = time_us - same.spread(time_us[same.starts]) if len(rows) else time_us
        left_us = same.spread(time_us[same.ends - 1]) - time_us if len(rows) else time_us
        first = segments_of(owner)
        place = stop - first.spread(stop[first.starts]) if len(rows) else stop
        return cls(owner, place, stop, time_us, since_us / SECOND, left_us / SECOND, level[rows])

    def chosen(self, p: RefuelPolicy) -> Booleans:
        """First and last minute of long stops, and of the first and the last stop of each group."""
        groups = segments_of(self.owner)
        last = groups.spread(self.place[groups.ends - 1]) if len(self.owner) else self.place
        near = (self.since_s <= p.median_s) | (self.left_s <= p.median_s)
        at_end = (self.place == 0) | (self.place == last)
        chosen: Booleans = near & (at_end | self._long(p))
        return chosen

    def window(self, p: RefuelPolicy) -> Integers:
        """Label of the median each reading belongs to: long stops have one at each end, short ones one."""
        late = self._long(p) & (self.left_s <= p.median_s) & (self.since_s > p.median_s)
        return 2 * self.stop + late

    def _long(self, p: RefuelPolicy) -> Booleans:
        long: Booleans = self.since_s + self.left_s >= p.long_stop_s
        return long


def estimate_refuels(history: History, unseen_before_km: Floats, facts: VehicleFacts,
                     policy: Policy) -> tuple[list[Refuel] | None, Reasons]:
    """Every refuelling of a history, oldest first; None where the level was never read.

    Parameters
    ----------
    unseen_before_km
        Driven unseen before each group [km]: then it did not start where the last one ended.
    """
    levels = _levels(history, unseen_before_km)
    if levels.is_empty():
        return None, {"refuels": Unknown.NO_SIGNAL}
    places = levels.group_by("place", maintain_order=True).agg(
        arrived=pl.col("pct").first(), left=pl.col("pct").last(), time=pl.col("us").last())
    arrived, left = places["arrived"].to_numpy(), places["left"].to_numpy()
    found = _rises(arrived, left, policy.refuels)
    time_us = places["time"].to_numpy()
    return [_refuel(int(time_us[at]), before, after, facts, policy.refuels) for at, before, after in found], {}


def _levels(history: History, unseen_before_km: Floats) -> pl.DataFrame:
    """Levels in time order with the number of their place: a trip begins where the one before it ended."""
    columns = ("level_us", "level_pct", "level_stop")
    rows = history.rows.select(*columns).with_columns(group=pl.int_range(pl.len()), far=pl.Series(unseen_before_km > 0))
    table = rows.explode(columns).drop_nulls("level_us").rename({"level_us": "us", "level_pct": "pct"})
    same_group = pl.col("group") == pl.col("group").shift()
    elsewhere = pl.when(same_group).then(pl.col("level_stop") != pl.col("level_stop").shift()).otherwise(pl.col("far"))
    return table.with_columns(place=elsewhere.fill_null(value=False).cum_sum())


def _rises(arrived: Floats, left: Floats, p: RefuelPolicy) -> list[tuple[int, float, float]]:
    """Places at which, or on the way to which, the level rose: place, level before, level after [%].

    On the way it cannot rise: a stop was not seen, or the sender was slow. The place before may have been low by its
    slope, and this one high by its own, so both neighbours on each side must agree. A slow sender tells the rest of a
    rise at the next place; that rest belongs to it.
    """
    parked = left - arrived > p.rise_pct
    before = np.r_[np.nan, np.maximum(left[:-1], np.r_[-np.inf, left[:-2]])]
    after = np.minimum(arrived, np.r_[arrived[1:], np.nan])
    between = (after - before > p.rise_pct) & ~parked & ~np.r_[False, parked[:-1]]
    settled = np.fmax(left, np.r_[after[1:], np.nan])
    return [(int(at), float(arrived[at]), float(settled[at])) if parked[at] else
            (int(at), float(left[at - 1]), float(arrived[at])) for at in np.flatnonzero(parked | between)]


def _refuel(time_us: int, before: float, after: float, facts: VehicleFacts, p: RefuelPolicy) -> Refuel:
    tank = np.nan if facts.tank_l is None else facts.tank_l
    ends = [absolute(pct, p.sigma_pct, "fuel_level", "%", least=0.0, most=100.0) for pct in (before, after)]
    sigma_l = tank * p.sigma_pct / 100 * np.sqrt(2)
    litres = absolute(tank * (after - before) / 100, sigma_l, "fuel_level", "L", least=0.0)
    return Refuel(time=EPOCH + timedelta(microseconds=time_us), level_before_pct=ends[0], level_after_pct=ends[1],
                  litres=litres)
