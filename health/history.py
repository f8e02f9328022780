"""History: the groups of one vehicle in time order, as arrays."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import numpy as np
import polars as pl

from health.quality import Booleans, Floats, Integers
from health.trips import SECOND
from schemas.vehicle import VehicleFacts

DAY = 86_400 * SECOND
"""Microseconds."""


@dataclass(frozen=True)
class History:
    """Per-trip statistics of one vehicle up to the as-of instant, oldest first."""

    vehicle: str
    rows: pl.DataFrame

    def __len__(self) -> int:
        return len(self.rows)

    def since(self, moment: datetime | None) -> "History":
        """The groups that start at an instant or later; all of them without one."""
        return self if moment is None else History(self.vehicle, self.rows.filter(pl.col("start") >= moment))

    def read(self, column: str) -> Floats:
        """Return one statistic, NaN where it is unknown."""
        return cast(Floats, self.rows[column].cast(pl.Float64).fill_null(np.nan).to_numpy())

    def total(self, column: str) -> float:
        """Sum of what is known; NaN where nothing is."""
        return known_sum(self.read(column))

    @property
    def start_us(self) -> Integers:
        return cast(Integers, self.rows["start"].to_physical().to_numpy())

    @property
    def end_us(self) -> Integers:
        return cast(Integers, self.rows["end"].to_physical().to_numpy())

    @property
    def kept(self) -> Booleans:
        return cast(Booleans, self.rows["kept"].to_numpy())


def known_sum(values: Floats) -> float:
    """Sum of the values that are not NaN; NaN where there is none."""
    known = values[~np.isnan(values)]
    return float(known.sum()) if len(known) else float("nan")


def ratio(part: float, whole: float) -> float:
    """Quotient; NaN where the whole is not positive."""
    return part / whole if whole > 0 else float("nan")


def histories(statistics: pl.DataFrame, as_of: datetime, named: Set[str] = frozenset()) -> Iterator[History]:
    """Yield one history per vehicle, in order of name; groups that start after `as_of` are not yet known."""
    past = statistics.filter(pl.col("start") <= as_of)
    ordered = past.unique(["vehicle", "start"], keep="last", maintain_order=True).sort("vehicle", "start")
    parts = ordered.partition_by("vehicle", as_dict=True)
    names = named | set(statistics["vehicle"].unique())
    for name in sorted(names):
        yield History(name, parts.get((name,), ordered.clear()))


def facts_of(vehicle: str, facts: Mapping[str, VehicleFacts]) -> VehicleFacts:
    """Facts of a vehicle, else those for all (`"*"`), else none."""
    return facts.get(vehicle) or facts.get("*") or VehicleFacts()
