"""Cleaning: plausible ranges, order by time, one row per vehicle and instant.

Bad values become null and travel on as null; nothing is invented here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from schemas.frames import READINGS, TIME
from schemas.signals import BY_COLUMN, Signal

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

KEY = ["vehicle", "time"]
MEANS_UNSUPPORTED = ("lambda_ratio", "fuel_type_code")
"""Signals whose exact 0 says "I do not have this" (seen on recorded cars), not a value."""


@dataclass(frozen=True)
class Track:
    """Clean readings as arrays, sorted by vehicle and time; NaN where nothing was read."""

    names: list[str]
    vehicle: Integers  # index into names
    time_us: Integers  # since 1970, UTC
    columns: Mapping[str, Floats]  # only signals that were ever read

    def __len__(self) -> int:
        return len(self.time_us)

    def read(self, column: str) -> Floats:
        """Return one signal, all NaN where it was never read."""
        found = self.columns.get(column)
        return np.full(len(self), np.nan) if found is None else found


def or_zero(values: Floats) -> Floats:
    """The values, 0 where nothing was read; `np.nan_to_num` looks for infinities too, which no reading is."""
    return np.where(np.isnan(values), 0.0, values)


def clean(readings: pl.DataFrame) -> Track:
    """Range-check, sort and merge readings of any number of vehicles.

    Parameters
    ----------
    readings
        Columns of `schemas.frames.READINGS`, any subset, any order, duplicates allowed.
        Rows without vehicle or time are dropped: they belong to nothing.
    """
    return _as_track(_merged(_sorted(_plausible(readings))))


def _plausible(readings: pl.DataFrame) -> pl.DataFrame:
    """Only known columns, each within its plausible range, NaN as null."""
    vehicle = pl.col("vehicle") if "vehicle" in readings.columns else pl.lit("vehicle").alias("vehicle")
    if "time" not in readings.columns:
        return READINGS.to_frame()
    signals = [_in_range(BY_COLUMN[name]) for name in readings.columns if name in BY_COLUMN]
    frame = readings.select(vehicle.cast(pl.String), pl.col("time").cast(TIME), *signals)
    return _without_null_island(frame.drop_nulls(KEY) if _has_nulls(frame) else frame)


def _has_nulls(frame: pl.DataFrame) -> bool:
    return any(frame[name].null_count() > 0 for name in KEY)


def _in_range(signal: Signal) -> pl.Expr:
    value = pl.col(signal.column).cast(pl.Float64)
    inside = value.is_between(signal.low, signal.high)
    if signal.column in MEANS_UNSUPPORTED:
        inside &= value != 0
    return pl.when(inside).then(value).alias(signal.column)


def _without_null_island(frame: pl.DataFrame) -> pl.DataFrame:
    """Drop fixes at exactly 0,0 and half fixes: receivers send them before they know where they are."""
    if not {"latitude", "longitude"} <= set(frame.columns):
        return frame
    there = (pl.col("latitude") != 0) | (pl.col("longitude") != 0)
    fixed = pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null() & there
    return frame.with_columns(pl.when(fixed).then(pl.col(name)).alias(name) for name in ("latitude", "longitude"))


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    return frame if _in_order(frame) else frame.sort(KEY, maintain_order=True)


def _in_order(frame: pl.DataFrame) -> bool:
    time = frame["time"].to_physical().to_numpy()
    return _one_car(frame) and bool(np.all(time[1:] >= time[:-1]))


def _one_car(frame: pl.DataFrame) -> bool:
    return frame.is_empty() or bool((frame["vehicle"] == frame["vehicle"][0]).all())


def _merged(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per key: null gives way, of two different values the greater stays (`design.md` 3)."""
    repeated = pl.struct(KEY).is_duplicated() if _repeats(frame) else None
    if repeated is None:
        return frame
    merged = frame.filter(repeated).group_by(KEY).agg(pl.all().max())
    return pl.concat([frame.filter(~repeated), merged]).sort(KEY)


def _repeats(frame: pl.DataFrame) -> bool:
    time = frame["time"].to_physical().to_numpy()
    if not np.any(time[1:] == time[:-1]):
        return False
    same = frame.select((pl.col("vehicle") == pl.col("vehicle").shift()) & (pl.col("time") == pl.col("time").shift()))
    return bool(same.to_series().any())


def _as_track(frame: pl.DataFrame) -> Track:
    names = frame["vehicle"][:1].to_list() if _one_car(frame) else frame["vehicle"].unique().sort().to_list()
    codes = np.zeros(len(frame), dtype=np.int64)
    if len(names) > 1:
        codes = frame["vehicle"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)
    columns = {
        name: frame[name].to_numpy()
        for name in frame.columns
        if name not in KEY and frame[name].null_count() < len(frame)
    }
    return Track(names, codes, frame["time"].to_physical().to_numpy(), columns)
