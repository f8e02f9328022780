"""A recording from elsewhere, published as if a device had just made it: values as recorded, intervals kept."""

import json
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import polars as pl

from device_sim.dongle.messages import Message
from schemas import topics
from schemas.errors import InvalidInput
from schemas.signals import BY_ALIAS

_LEAST_MS = 1e11
"""A time that large is milliseconds, smaller ones are seconds."""


def read_recording(path: Path, where: Mapping[str, str]) -> pl.DataFrame:
    """Rows of a CSV or Parquet file whose columns have the values asked for."""
    table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=10_000)
    for column, value in where.items():
        _require(table, column)
        table = table.filter(pl.col(column).cast(pl.String) == value)
    if table.is_empty():
        raise InvalidInput(f"{path}: no rows with {dict(where)}")
    return table


def replay_messages(table: pl.DataFrame, signals: Mapping[str, str], time_column: str, end: datetime | None,
                    device_id: str, shard: str, *, boot: int = 1, samples_per_message: int = 60) -> Iterator[Message]:
    """Messages of a recording; `signals` maps our alias to its column, `end` is where the last row is shifted to."""
    for alias, column in signals.items():
        if alias not in BY_ALIAS:
            raise InvalidInput(f"unknown signal {alias}; known: {', '.join(BY_ALIAS)}")
        _require(table, column)
    epoch_ms = _epoch_ms(table, time_column, end)
    values = {alias: _numbers(table[column]) for alias, column in signals.items()}
    topic = topics.up(shard, device_id, "telemetry")
    for seq, first in enumerate(range(0, len(epoch_ms), samples_per_message), start=1):
        part = slice(first, first + samples_per_message)
        times = epoch_ms[part]
        yield Message(topic, _body(times, {alias: column[part] for alias, column in values.items()}, boot, seq),
                      min(times), max(times), boot, seq, len(times), max(times))


def _require(table: pl.DataFrame, column: str) -> None:
    if column not in table.columns:
        raise InvalidInput(f"no column {column}; there are: {', '.join(table.columns)}")


def _numbers(column: pl.Series) -> list[float | None]:
    """Text in a numeric column is a missing value."""
    return column.cast(pl.Float64, strict=False).fill_nan(None).to_list()


def _epoch_ms(table: pl.DataFrame, time_column: str, end: datetime | None) -> list[int]:
    _require(table, time_column)
    times = _as_ms(table[time_column])
    if times.null_count():
        raise InvalidInput(f"column {time_column} has rows without a time")
    latest = times.max()
    shift = 0 if end is None else int(end.timestamp() * 1000) - int(str(latest))
    return (times + shift).to_list()


def _as_ms(column: pl.Series) -> pl.Series:
    """Milliseconds of a timestamp, ISO 8601 text (no zone is UTC), epoch seconds or ms, or seconds from a start."""
    if column.dtype == pl.String:
        column = column.str.replace(" ", "T").str.to_datetime(time_zone="UTC", time_unit="ms", strict=False)
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.epoch("ms")
    numbers = column.cast(pl.Float64)
    factor = 1 if (numbers.abs().max() or 0) >= _LEAST_MS else 1000  # type: ignore[operator]
    return (numbers * factor).round().cast(pl.Int64)


def _body(times: list[int], values: dict[str, list[float | None]], boot: int, seq: int) -> bytes:
    """Plain arrays: differences would round to a scale, and a recording stays as it is."""
    known = {alias: column for alias, column in values.items() if any(value is not None for value in column)}
    body = {"v": 1, "boot": boot, "seq": seq, "t": times[0], "dt": [time - times[0] for time in times], "s": known}
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode())
