"""Reading recordings, vehicle files and daily usage from disk."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from health.usage import Usage
from schemas.errors import InvalidInput
from schemas.frames import TIME
from schemas.signals import BY_COLUMN
from schemas.vehicle import VehicleFacts

MILLISECONDS_FROM = 1e11
"""Numbers from here on are milliseconds since 1970, smaller ones seconds."""

ONLY_VEHICLE = "vehicle"
"""Name of the car where the file names none."""


def read_table(path: Path) -> pl.DataFrame:
    """Read a CSV or Parquet file as it is; refuse what is neither."""
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema_length=None)
    except OSError as problem:
        raise InvalidInput(f"{path}: {problem.strerror or 'cannot be read'}") from problem
    except pl.exceptions.NoDataError:
        return pl.DataFrame()
    except pl.exceptions.PolarsError as problem:
        raise InvalidInput(f"{path}: {str(problem).splitlines()[0]}") from problem


def read_recording(path: Path, renames: Iterable[str] = ()) -> pl.DataFrame:
    """Read a recording as it is, with its columns renamed.

    Parameters
    ----------
    path
        CSV or Parquet.
    renames
        `OLD=NEW` pairs.
    """
    table = read_table(path)
    pairs = dict(_pair(rename) for rename in renames)
    missing = [old for old in pairs if old not in table.columns]
    if missing:
        raise InvalidInput(f"--rename: there is no column {missing[0]!r}; there are {', '.join(table.columns)}")
    return table.drop([new for new in pairs.values() if new in table.columns and new not in pairs]).rename(pairs)


def _pair(rename: str) -> tuple[str, str]:
    old, separator, new = rename.partition("=")
    if not separator or not old or not new:
        raise InvalidInput(f"--rename: {rename!r} is not OLD=NEW")
    return old, new


def as_readings(table: pl.DataFrame, vehicle_column: str | None = None) -> pl.DataFrame:
    """Give a table the shape of readings: our column names plus `time`, everything else left out.

    Text in a numeric column becomes null. `vehicle_column` tells cars apart; without it `vehicle` where present, else
    all rows are one car.
    """
    if table.width == 0:
        return pl.DataFrame(schema={"vehicle": pl.String, "time": TIME})
    if "time" not in table.columns:
        raise InvalidInput(f"there is no column 'time'; there are {', '.join(table.columns)}")
    times = parsed_times(table["time"])
    if len(table) and times.null_count() == len(table):
        raise InvalidInput(f"column 'time' holds no time; its first value is {table['time'][0]!r}")
    signals = [pl.col(name).cast(pl.Float64, strict=False) for name in table.columns if name in BY_COLUMN]
    return table.select(vehicle_of(table, vehicle_column), times.alias("time"), *signals)


def vehicle_of(table: pl.DataFrame, vehicle_column: str | None) -> pl.Expr:
    """Which car a row is about. Raises InvalidInput for a column that is not there."""
    if vehicle_column is not None and vehicle_column not in table.columns:
        raise InvalidInput(f"--vehicle-column: there is no column {vehicle_column!r}")
    column = vehicle_column or ("vehicle" if "vehicle" in table.columns else None)
    chosen = pl.lit(ONLY_VEHICLE) if column is None else pl.col(column).cast(pl.String)
    return chosen.alias("vehicle")


def parsed_times(values: pl.Series) -> pl.Series:
    """Read times of any of our kinds as UTC instants, null where a value is none; without zone they are UTC."""
    if values.dtype == pl.Date:
        values = values.cast(pl.Datetime("us"))
    if isinstance(values.dtype, pl.Datetime):
        aware = values.dt.convert_time_zone("UTC") if values.dtype.time_zone else values.dt.replace_time_zone("UTC")
        return aware.cast(TIME)
    if values.dtype.is_numeric():
        return _from_epoch(values.cast(pl.Float64))
    if values.dtype == pl.String:
        return _from_text(values)
    return pl.Series(values.name, [None] * len(values), dtype=TIME)


def _from_epoch(values: pl.Series) -> pl.Series:
    number = pl.col("t")
    seconds = pl.when(number.abs() >= MILLISECONDS_FROM).then(number / 1000).otherwise(number)
    sane = seconds.is_finite() & (seconds.abs() < 1e11)
    microseconds = pl.when(sane).then((seconds * 1e6).round()).cast(pl.Int64)
    return values.to_frame("t").select(microseconds.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")).to_series()


def _from_text(values: pl.Series) -> pl.Series:
    """ISO 8601 with or without zone, or epoch numbers written as text."""
    text = pl.col("t").str.strip_chars().str.replace(" ", "T", literal=True)
    zoned = pl.when(text.str.contains(r"[+-]\d{2}:?\d{2}$")).then(text).otherwise(text.str.strip_suffix("Z") + "+00:00")
    shapes = ("%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z")
    parsed = [zoned.str.to_datetime(shape, time_unit="us", time_zone="UTC", strict=False) for shape in shapes]
    days = text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    table = values.to_frame("t")
    numbers = _from_epoch(values.cast(pl.Float64, strict=False))
    return table.with_columns(n=numbers).select(pl.coalesce(*parsed, days, pl.col("n"))).to_series()


def read_facts(path: Path | None) -> dict[str, VehicleFacts]:
    """Read the vehicle file: one object for all cars, or one per vehicle id or `"*"`."""
    if path is None:
        return {}
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise InvalidInput(f"{path}: {problem}") from problem
    if not isinstance(document, dict):
        raise InvalidInput(f"{path}: expected a JSON object")
    single = bool(set(document) & set(VehicleFacts.model_fields)) or not document
    return {name: _facts(path, name, value) for name, value in ({"*": document} if single else document).items()}


def _facts(path: Path, name: str, value: object) -> VehicleFacts:
    try:
        return VehicleFacts.model_validate(value)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in (name, *first["loc"]))
        raise InvalidInput(f"{path}: {where}: {first['msg']}") from problem


def read_daily(path: Path) -> dict[str, tuple[Usage, float]]:
    """Read daily usage: columns series, date, km, need_km; days without a row were not driven."""
    table = _with_columns(read_table(path), path, ("series", "date", "km", "need_km"))
    table = table.with_columns(parsed_times(table["date"]).dt.date().alias("date"), pl.col("series").cast(pl.String),
                               pl.col("km", "need_km").cast(pl.Float64, strict=False))
    if table["date"].null_count():
        raise InvalidInput(f"{path}: column 'date' holds values that are no date")
    parts = table.sort("series", "date").partition_by("series", maintain_order=True, as_dict=True)
    return {str(name): _series(path, str(name), rows) for (name,), rows in parts.items()}


def _series(path: Path, name: str, rows: pl.DataFrame) -> tuple[Usage, float]:
    needs = rows["need_km"].drop_nulls()
    if needs.is_empty():
        raise InvalidInput(f"{path}: series {name!r} has no need_km")
    first, last = _day(rows["date"].min()), _day(rows["date"].max())
    days = pl.DataFrame({"date": pl.date_range(first, last, eager=True)})
    summed = rows.group_by("date").agg(pl.col("km").sum())
    km = days.join(summed, on="date", how="left").sort("date")["km"].fill_null(0.0)
    return Usage(last, km.to_numpy()), float(needs[-1])


def _day(value: object) -> date:
    assert isinstance(value, date)  # noqa: S101  # a null was refused above
    return value


def read_calibration(path: Path) -> Mapping[str, tuple[list[float], list[float]]]:
    """Read gauge readings: columns vehicle, wear_index, tread_mm; per vehicle indices and depths."""
    table = _with_columns(read_table(path), path, ("vehicle", "wear_index", "tread_mm")).drop_nulls()
    parts = table.with_columns(pl.col("vehicle").cast(pl.String)).partition_by(
        "vehicle", maintain_order=True, as_dict=True)
    return {str(name): (rows["wear_index"].to_list(), rows["tread_mm"].to_list()) for (name,), rows in parts.items()}


def _with_columns(table: pl.DataFrame, path: Path, names: Iterable[str]) -> pl.DataFrame:
    for name in names:
        if name not in table.columns:
            raise InvalidInput(f"{path}: there is no column {name!r}; there are {', '.join(table.columns)}")
    return table
