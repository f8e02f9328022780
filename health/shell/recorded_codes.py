"""Trouble codes in recordings: text columns with the codes of one moment, separated by blanks, commas or semicolons."""

from collections.abc import Iterator

import polars as pl

from health.shell.recording import parsed_times, vehicle_of
from schemas.frames import CODE_SCANS

COLUMNS = {"codes": "confirmed", "pending_codes": "pending", "permanent_codes": "permanent"}
"""List by column. An empty field was not read; `none` says that the car was asked and had none."""

NONE = "none"


def as_scans(table: pl.DataFrame, vehicle_column: str | None = None) -> pl.DataFrame:
    """Rows of `schemas.frames.CODE_SCANS` from a recording; none where it has no such column."""
    return pl.concat([CODE_SCANS.to_frame(), *_lists(table, vehicle_column)])


def _lists(table: pl.DataFrame, vehicle_column: str | None) -> Iterator[pl.DataFrame]:
    for column, name in COLUMNS.items():
        if column in table.columns:
            codes = pl.col(column).cast(pl.String).str.strip_chars().str.to_lowercase()
            listed = codes.str.replace_all(r"[\s,;]+", " ").str.split(" ")
            told = table.select(vehicle_of(table, vehicle_column), parsed_times(table["time"]).alias("time"),
                                list=pl.lit(name), code=pl.when(codes != "").then(listed))
            rows = told.drop_nulls().explode("code")
            yield rows.with_columns(pl.when(pl.col("code") != NONE).then(pl.col("code"))).cast(CODE_SCANS)
