"""Export: whatever the database holds of a window and cold storage does not goes there.

The first export of a month finds nothing there and writes everything; later ones write what came late as further parts;
one just before the rows are dropped proves, value by value, that nothing is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

import polars as pl
import psycopg
from psycopg.rows import class_row

from archive.admin.ending import Ending
from archive.cold.folder import Change, Folder
from archive.cold.manifest import Part
from archive.cold.months import Month, Window, month_of, months
from archive.cold.parts import COLD_READINGS, OpenPart, PartDamaged, PartWriter, completed, together
from archive.database.queries import beside
from archive.fleet.arrays import stored
from archive.fleet.hypertables import READING
from archive.fleet.retention import dropped_before

_QUERIES = beside(__file__)
PIECE = timedelta(days=7)
"""Longest piece of one device in memory at once [d]: 600,000 rows at 1 Hz. K."""


@dataclass(frozen=True)
class Exported:
    """What an export did: rows looked at in the database, and those written because cold storage lacked them."""

    looked_at: int = 0
    written: int = 0
    parts: int = 0

    def __add__(self, other: "Exported") -> "Exported":
        return Exported(self.looked_at + other.looked_at, self.written + other.written, self.parts + other.parts)


@dataclass(frozen=True)
class _Device:
    device_key: int
    device_id: str


def export_new_months(connection: psycopg.Connection, folder: Folder, before: datetime,
                      ending: Ending | None = None) -> Exported:
    """Export every month that ended before an instant and has never been exported as a whole."""
    _begin(connection, folder)
    row = connection.execute(_QUERIES["first_chunk"]).fetchone()
    if row is None or row[0] is None:
        return Exported()
    exported = folder.manifest().complete
    waiting = [month for month in months(Window(month_of(row[0]), month_of(before))) if month.name not in exported]
    return sum((export(connection, folder, month, ending) for month in waiting), Exported())


def export(connection: psycopg.Connection, folder: Folder, window: Window, ending: Ending | None = None) -> Exported:
    """Bring cold storage up to date with a window; told to end, it ends after the bucket at hand.

    Raises PartDamaged when a part there is not what its manifest says, StoreUnavailable or psycopg.Error as usual.
    """
    _begin(connection, folder)
    done = Exported()
    with folder.changing() as change:
        devices = _by_bucket(connection, change)
        for month in months(window):
            for bucket, these in devices.items():
                if ending and ending.is_set():
                    return done
                done += _export_bucket(connection, folder, change, month, bucket, these)
            if month.is_whole and month.name not in change.manifest.complete:
                change.complete(month.name)
    return done


def is_complete(connection: psycopg.Connection, folder: Folder, window: Window, ending: Ending | None = None) -> bool:
    """Whether cold storage holds every row of a window, after exporting what it lacked.

    Nobody may write into the window meanwhile. Rows of a device nobody provisioned are never in there; told to end, the
    answer is no.
    """
    found = export(connection, folder, window, ending)
    if found.written:
        found = export(connection, folder, window, ending)
    return found.written == 0 and found.looked_at == _count(connection, window)


def _begin(connection: psycopg.Connection, folder: Folder) -> None:
    """Begin a cold storage, unless rows have already been dropped: then it exists, and this folder is not it."""
    if dropped_before(connection, "reading") is None:
        folder.begin()


def _by_bucket(connection: psycopg.Connection, change: Change) -> dict[int, list[_Device]]:
    """All devices in the order of their names, which is the order within a part."""
    with connection.cursor(row_factory=class_row(_Device)) as cursor:
        devices = cursor.execute(_QUERIES["devices"]).fetchall()
    buckets: dict[int, list[_Device]] = {}
    for device in sorted(devices, key=lambda device: device.device_id):
        buckets.setdefault(change.manifest.bucket_of(device.device_id), []).append(device)
    return buckets


def _export_bucket(connection: psycopg.Connection, folder: Folder, change: Change, month: Month, bucket: int,
                   devices: Sequence[_Device]) -> Exported:
    there = [checked(folder, part)
             for part in change.manifest.of(bucket=bucket, first=month.first, until=month.until)]
    looked_at = 0

    def fill(writer: PartWriter) -> None:
        nonlocal looked_at
        for device, piece in product(devices, month.pieces(PIECE)):
            live = _live(connection, device, piece)
            looked_at += len(live)
            writer.add(_missing(live, there, device, piece))

    part = change.write(month.name, bucket, fill)
    change.commit(part)
    return Exported(looked_at, part.rows if part else 0, 1 if part else 0)


def checked(folder: Folder, part: Part) -> OpenPart:
    if fault := folder.fault(part):
        raise PartDamaged(f"{part.path} {fault}")
    return folder.open(part)


def _live(connection: psycopg.Connection, device: _Device, window: Window) -> pl.DataFrame:
    rows = stored(connection, READING, device.device_key, window.first, window.until, with_extra=True)
    return completed(rows.with_columns(device_id=pl.lit(device.device_id))).sort("time")


def _missing(live: pl.DataFrame, there: Sequence[OpenPart], device: _Device, window: Window) -> pl.DataFrame:
    """Rows of which no part holds this very version."""
    if live.is_empty() or not there:
        return live
    known = together(part.rows(device.device_id, window.first, window.until) for part in there)
    return live.join(known, on=COLD_READINGS.names(), how="anti", nulls_equal=True, maintain_order="left")


def _count(connection: psycopg.Connection, window: Window) -> int:
    row = connection.execute(_QUERIES["count"], {"first": window.first, "until": window.until}).fetchone()
    return int(row[0]) if row else 0
