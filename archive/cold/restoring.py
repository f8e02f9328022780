"""Restore: rows come back into the database the way they first came, merged with whatever is there."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import psycopg

from archive.cold.exporting import checked
from archive.cold.folder import Folder
from archive.cold.manifest import Part
from archive.cold.months import Window
from archive.database.queries import beside
from archive.fleet.hypertables import KEY, READING
from schemas.errors import NotFound

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Restored:
    """Rows read from cold storage, and those of them the database did not have."""

    read: int = 0
    new: int = 0

    def __add__(self, other: "Restored") -> "Restored":
        return Restored(self.read + other.read, self.new + other.new)


def restore(connection: psycopg.Connection, folder: Folder, window: Window,
            device_id: str | None = None) -> Restored:
    """Bring the rows of a window, or of one device in it, back, and let health look at them again.

    A transaction per row group, so that doing it again after an interruption is cheap and changes nothing. Raises
    PartDamaged before a row of a damaged part is stored, NotFound when a device has not been provisioned here.
    """
    READING.prepare(connection)
    manifest = folder.manifest()
    bucket = None if device_id is None else manifest.bucket_of(device_id)
    keys = {str(name): int(key) for key, name in connection.execute(_QUERIES["devices"])}
    parts = manifest.of(bucket=bucket, first=window.first, until=window.until)
    return sum((_restore_part(connection, folder, part, window, device_id, keys) for part in parts), Restored())


def _restore_part(connection: psycopg.Connection, folder: Folder, part: Part, window: Window, device_id: str | None,
                  keys: Mapping[str, int]) -> Restored:
    done = Restored()
    for rows in checked(folder, part).row_groups():
        wanted = rows.filter(pl.col("time") >= window.first, pl.col("time") < window.until)
        wanted = wanted if device_id is None else wanted.filter(pl.col("device_id") == device_id)
        if not wanted.is_empty():
            done += _store(connection, wanted, keys)
    return done


def _store(connection: psycopg.Connection, rows: pl.DataFrame, keys: Mapping[str, int]) -> Restored:
    known = _with_keys(rows, keys)
    filled = [name for name in known.columns if name in KEY or known[name].null_count() < len(known)]
    with connection.transaction():
        written = READING.write(connection, known.select(filled))
        marks = known.group_by("device_key").agg(first=pl.col("time").min(), last=pl.col("time").max())
        connection.execute(_QUERIES["mark_touched"], marks.to_dict(as_series=False))
    return Restored(len(rows), len(rows) - len(written.existing))


def _with_keys(rows: pl.DataFrame, keys: Mapping[str, int]) -> pl.DataFrame:
    """Rows with the keys devices have in this database."""
    if unknown := sorted(set(rows["device_id"].unique()) - keys.keys()):
        raise NotFound(f"not provisioned here: {', '.join(unknown)}")
    key = pl.col("device_id").replace_strict(keys, return_dtype=READING.schema["device_key"]).alias("device_key")
    return rows.select(key, pl.exclude("device_id"))
