"""Remembering: what only positions told of a trip outlives them, also when the trip is computed again."""

from datetime import datetime

import polars as pl
import psycopg

from archive.fleet import trips
from archive.fleet.retention import dropped_before
from health.gps_path import COLUMNS as GPS_PATH
from health.samples import Clock
from health.shell.windows import Window
from health.statistics import TRIP_STATISTICS

LATERAL = ("lateral_km", "lateral_of_km")
"""Cornering, and the distance it was seen on."""

BY_POSITION_ALONE = (Clock.RECEIVER.value, Clock.FIXES.value)
"""Clocks of trips that nothing but positions told of."""


def with_expired_positions(connection: psycopg.Connection, vehicle_id: int, window: Window,
                           groups: pl.DataFrame) -> pl.DataFrame:
    """Groups of a window, those from before positions were dropped with what the stored trips know from positions.

    Ask after the readings were read, so that positions dropped in between count as dropped.
    """
    gone = dropped_before(connection, "position")
    if gone is None or gone <= window.first:
        return groups
    lines = trips.statistics_between(connection, vehicle_id, window.first, min(window.last, gone))
    if not lines:
        return groups
    return remembered(groups, pl.read_ndjson("\n".join(lines).encode(), schema=TRIP_STATISTICS), gone)


def remembered(groups: pl.DataFrame, stored: pl.DataFrame, gone: datetime) -> pl.DataFrame:
    """Groups as computed again, with what the stored ones from before `gone` know from positions.

    One with the same start keeps its GPS path. One that nothing but positions told of stays as it was, unless a speed
    has come in for it since.
    """
    old = stored.filter(pl.col("start") < gone)
    by_position = old.filter(pl.col("clock").is_in(BY_POSITION_ALONE))
    by_speed = groups.filter(~pl.col("clock").is_in(BY_POSITION_ALONE))
    kept = _apart_from(by_position, by_speed)
    return pl.concat([_with_path(_apart_from(groups, kept), old), kept]).sort("start")


def _with_path(groups: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """The GPS path of the same trip, and its cornering where positions saw more of it than an accelerometer."""
    known = old.select("start", *(pl.col(name).alias(f"old_{name}") for name in (*GPS_PATH, *LATERAL)))
    both = groups.join(known, on="start", how="left")
    seen_better = pl.col("old_lateral_of_km") > pl.col("lateral_of_km").fill_null(0.0)
    path = [pl.coalesce(f"old_{name}", name).alias(name) for name in GPS_PATH]
    cornering = [pl.when(seen_better).then(f"old_{name}").otherwise(name).alias(name) for name in LATERAL]
    return both.with_columns(*path, *cornering).select(groups.columns)


def _apart_from(groups: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Groups that overlap none of the others."""
    spans = others.select(other_start="start", other_end="end")
    meeting = groups.join_where(spans, pl.col("start") <= pl.col("other_end"), pl.col("end") >= pl.col("other_start"))
    return groups.join(meeting, on="start", how="anti", maintain_order="left")
