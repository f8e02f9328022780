"""Parts: Parquet files of readings, written row group by row group, read only where a device and a window lie."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.errors import PitcallError
from schemas.frames import STORED_READINGS, TIME, Columns

_DEVICE: Columns = {"device_id": pl.String}
COLD_READINGS = pl.Schema(_DEVICE | {name: kind for name, kind in STORED_READINGS.items() if name != "device_key"})
"""Rows of a part: the device by the name it was provisioned with, for keys differ from database to database."""

ARROW = pl.DataFrame(schema=COLD_READINGS).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
COLUMNS = {field.name: str(field.type) for field in ARROW}
COLUMN_SET = hashlib.sha256(repr(sorted(COLUMNS.items())).encode()).hexdigest()[:12]
"""Name of the present signal set: it changes with every signal added."""

ROWS_PER_GROUP = 131_072
"""About a month of one car [rows]: what is read, compared or erased at a time, and what bounds memory. K."""
ZSTD_LEVEL = 6
"""K: 5 % smaller than level 3 in the same time; level 19 saves 4 % more and takes five times as long."""


class PartDamaged(PitcallError):
    """A part of cold storage is missing or is not what the manifest says."""


@dataclass(frozen=True)
class About:
    """Rows of a file, the first and last instant among them, and its columns with their types."""

    rows: int
    first: datetime
    last: datetime
    columns: dict[str, str]


class PartWriter:
    """Collects rows, ordered by device and time, into row groups of a new file."""

    def __init__(self, path: Path) -> None:
        # Times a second apart cost 5 of 10 bytes a row in a dictionary, 1 as differences.
        self._file = pq.ParquetWriter(path, ARROW, compression="zstd", compression_level=ZSTD_LEVEL,
                                      use_dictionary=[name for name in ARROW.names if name != "time"],
                                      column_encoding={"time": "DELTA_BINARY_PACKED"}, write_page_checksum=True)
        self._waiting: list[pl.DataFrame] = []
        self.rows = 0
        self.first: datetime | None = None
        self.last: datetime | None = None

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None:
            self._flush()
        self._file.close()

    def add(self, rows: pl.DataFrame) -> None:
        """Append rows; columns may be missing."""
        if rows.is_empty():
            return
        self._waiting.append(completed(rows))
        self.rows += len(rows)
        first, last = rows.select(pl.col("time").min(), pl.col("time").max().alias("last")).row(0)
        self.first, self.last = min(first, self.first or first), max(last, self.last or last)
        if sum(map(len, self._waiting)) >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pl.concat(self._waiting).to_arrow(compat_level=pl.CompatLevel.oldest())
            self._file.write_table(table.cast(ARROW), row_group_size=ROWS_PER_GROUP)
            self._waiting = []


class OpenPart:
    """A part being read; its footer is read once."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError where there is none, PartDamaged when it is no Parquet any more."""
        self._path = path
        try:
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
        except pa.ArrowException as broken:
            raise PartDamaged(f"{path} cannot be read") from broken

    def rows(self, device_id: str, first: datetime, until: datetime) -> pl.DataFrame:
        """Rows of one device from `first` on, before `until`."""
        groups = [number for number in range(self._file.num_row_groups)
                  if self._may_hold(number, device_id, first, until)]
        if not groups:
            return COLD_READINGS.to_frame()
        found = self._read(groups)
        found = found.filter(pc.equal(found["device_id"], device_id))
        return completed(_as_frame(found)).filter(pl.col("time") >= first, pl.col("time") < until)

    def row_groups(self) -> Iterator[pl.DataFrame]:
        """All rows, one row group at a time."""
        for number in range(self._file.num_row_groups):
            yield completed(_as_frame(self._read([number])))

    def about(self) -> About:
        """What the file says of itself; bounds of time come from its row groups."""
        bounds = [self._bounds(number, "time") for number in range(self._file.num_row_groups)]
        columns = {field.name: str(field.type) for field in self._file.schema_arrow}
        return About(self._file.metadata.num_rows, min(low for low, _ in bounds), max(high for _, high in bounds),
                     columns)

    def _read(self, groups: list[int]) -> pa.Table:
        """Whole row groups; raises PartDamaged when a page does not have its checksum."""
        try:
            return self._file.read_row_groups(groups)
        except (OSError, pa.ArrowException) as broken:
            raise PartDamaged(f"{self._path} cannot be read") from broken

    def _may_hold(self, number: int, device_id: str, first: datetime, until: datetime) -> bool:
        lowest, highest = self._bounds(number, "device_id")
        begin, end = self._bounds(number, "time")
        return bool(lowest <= device_id <= highest and begin < until and end >= first)

    def _bounds(self, number: int, column: str) -> tuple[Any, Any]:
        """Least and greatest value of a column in one row group."""
        place = self._file.schema_arrow.get_field_index(column)
        values = self._file.metadata.row_group(number).column(place).statistics
        return values.min, values.max


def _as_frame(table: pa.Table) -> pl.DataFrame:
    found = pl.from_arrow(table)
    assert isinstance(found, pl.DataFrame)  # noqa: S101 - a table is no series
    return found.with_columns(pl.col("time").cast(TIME))


def completed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with every column of today; a signal that came later is null in an old part."""
    missing = [pl.lit(None, kind).alias(name) for name, kind in COLD_READINGS.items() if name not in rows.columns]
    return rows.with_columns(missing).select(COLD_READINGS.names())


def together(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several parts, one below the other."""
    return pl.concat([COLD_READINGS.to_frame(), *frames])
