"""History: the groups of one vehicle in time order, as arrays."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from health.moments import instant_us
from health.quality import Booleans, Floats, Integers
from health.segments import Segments
from health.trips import SECOND
from schemas.vehicle import VehicleFacts

DAY = 86_400 * SECOND
"""Microseconds."""


@dataclass(frozen=True)
class History:
    """Per-trip statistics of one vehicle up to the as-of instant, oldest first.

    A part of another history reads its arrays from there: each column of a fleet is converted once.
    """

    vehicle: str
    table: pl.DataFrame  # of the whole, of which `rows` are those chosen
    whole: "History | None" = field(default=None, repr=False, compare=False)
    chosen: slice | Booleans | None = field(default=None, repr=False, compare=False)  # of the whole
    _arrays: dict[str, NDArray[Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.start_us)

    @cached_property
    def rows(self) -> pl.DataFrame:
        """One row per group: made when somebody asks, for arrays serve most."""
        if self.chosen is None:
            return self.table
        return self.table[self.chosen] if isinstance(self.chosen, slice) else self.table.filter(pl.Series(self.chosen))

    def part(self, chosen: slice | Booleans, vehicle: str | None = None) -> "History":
        """Some of the groups, by place or by mask."""
        return History(self.vehicle if vehicle is None else vehicle, self.rows, self, chosen)

    def since(self, moment: datetime | None) -> "History":
        """The groups that start at an instant or later; all of them without one."""
        if moment is None:
            return self
        return self.part(slice(int(np.searchsorted(self.start_us, instant_us(moment))), None))

    def read(self, column: str) -> Floats:
        """Return one statistic, NaN where it is unknown. It is shared: not to be written to."""
        return self._array(column, lambda values: values.cast(pl.Float64))

    def total(self, column: str) -> float:
        """Sum of what is known; NaN where nothing is."""
        return known_sum(self.read(column))

    @property
    def start_us(self) -> Integers:
        return self._array("start", pl.Series.to_physical)

    @property
    def end_us(self) -> Integers:
        return self._array("end", pl.Series.to_physical)

    @property
    def kept(self) -> Booleans:
        return self._array("kept", lambda values: values)

    def _array(self, column: str, converted: Callable[[pl.Series], pl.Series]) -> NDArray[Any]:
        found = self._arrays.get(column)
        if found is None:
            found = (converted(self.rows[column]).to_numpy() if self.whole is None or self.chosen is None
                     else self.whole._array(column, converted)[self.chosen])
            found.flags.writeable = False
            self._arrays[column] = found
        return found


def known_sum(values: Floats) -> float:
    """Sum of the values that are not NaN; NaN where there is none."""
    known = values[~np.isnan(values)]
    return float(known.sum()) if len(known) else float("nan")


def known_sums(values: Floats, parts: Segments) -> Floats:
    """`known_sum` of each part of a history."""
    known = ~np.isnan(values)
    return np.where(parts.any(known), parts.total(np.where(known, values, 0.0)), np.nan)


def ratio(part: float, whole: float) -> float:
    """Quotient; NaN where the whole is not positive."""
    return part / whole if whole > 0 else float("nan")


def histories(statistics: pl.DataFrame, as_of: datetime, named: Set[str] = frozenset()) -> Iterator[History]:
    """Yield one history per vehicle, in order of name; groups that start after `as_of` are not yet known."""
    past = statistics.filter(pl.col("start") <= as_of)
    ordered = past.unique(["vehicle", "start"], keep="last", maintain_order=True).sort("vehicle", "start")
    everything, none = History("", ordered), ordered.clear()
    places = _places(ordered["vehicle"])
    for name in sorted(named | set(statistics["vehicle"].unique())):
        yield everything.part(places[name], name) if name in places else History(name, none)


def _places(vehicles: pl.Series) -> dict[str, slice]:
    """Where the rows of each vehicle lie in a sorted column."""
    runs = vehicles.rle().struct.unnest()
    ends = runs["len"].cum_sum().to_list()
    return {name: slice(end - length, end)
            for name, length, end in zip(runs["value"], runs["len"], ends, strict=True)}


def facts_of(vehicle: str, facts: Mapping[str, VehicleFacts]) -> VehicleFacts:
    """Facts of a vehicle, else those for all (`"*"`), else none."""
    return facts.get(vehicle) or facts.get("*") or VehicleFacts()
