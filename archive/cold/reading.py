"""Reading cold storage as health does: one device, one window, whatever parts it lies in."""

from datetime import datetime

import polars as pl

from archive.cold.folder import Folder
from archive.cold.manifest import Manifest
from archive.cold.parts import PartDamaged, together
from archive.fleet.hypertables import EXTRA


class ColdReadings:
    """What left the database, to be read beside it."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def first(self) -> datetime | None:
        """The earliest reading of all devices."""
        return min((part.first for part in self._folder.manifest().parts), default=None)

    def rows(self, device_id: str, first: datetime, until: datetime) -> pl.DataFrame:
        """Signals of a device from `first` on, before `until`: `time` and every column, each instant once.

        Raises PartDamaged when a part is missing or its pages fail their checksums.
        """
        while True:
            manifest = self._folder.manifest()
            try:
                return self._rows(manifest, device_id, first, until)
            except FileNotFoundError as missing:
                # An erasure may have replaced it since the manifest was read; otherwise it is lost.
                if self._folder.manifest().generation == manifest.generation:
                    raise PartDamaged(f"{missing.filename or missing} is missing") from missing

    def _rows(self, manifest: Manifest, device_id: str, first: datetime, until: datetime) -> pl.DataFrame:
        parts = manifest.of(bucket=manifest.bucket_of(device_id), first=first, until=until)
        found = together(self._folder.open(part).rows(device_id, first, until) for part in parts)
        return one_per_instant(found.drop("device_id", EXTRA))


def one_per_instant(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows merged by time as the database merges them: null gives way, of two values the greater stays."""
    if not rows["time"].is_duplicated().any():
        return rows
    return rows.group_by("time").agg(pl.all().max())
