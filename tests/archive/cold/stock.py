"""Cold storage for tests: rows of every kind in the database, and ways to look at what is stored where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
import psycopg

from archive.cold import exporting
from archive.cold.exporting import Exported
from archive.cold.folder import Folder
from archive.cold.months import Window
from archive.cold.parts import COLD_READINGS, completed, together
from archive.fleet.arrays import stored
from archive.fleet.hypertables import READING
from schemas.frames import STORED_READINGS
from tests.archive.garage import Garage

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MAY = datetime(2024, 5, 1, tzinfo=UTC)
JUNE = datetime(2024, 6, 1, tzinfo=UTC)
JULY = datetime(2024, 7, 1, tzinfo=UTC)
LONG_AFTER = datetime(2026, 11, 22, tzinfo=UTC)
"""May and June are past the 24 months of the default rule."""
BOTH = Window(MAY, JULY)


def rows_of(device_key: int, start: datetime, seconds: int = 600) -> pl.DataFrame:
    """One row a second with every kind of column and with gaps."""
    ticks = range(seconds)
    return pl.DataFrame({
        "device_key": [device_key] * seconds,
        "time": [start + timedelta(seconds=tick, microseconds=tick * 7 % 999) for tick in ticks],
        "speed_kmh": [None if tick % 7 == 0 else float(tick % 120) for tick in ticks],
        "engine_rpm": [800.25 + tick for tick in ticks],
        "fuel_type_code": [1 if tick % 50 == 0 else None for tick in ticks],
        "odometer_km": [123_456.7 + tick / 36 for tick in ticks],
        "extra": ['{"cabin": ' + str(tick) + ', "text": "a\\nb"}' if tick % 100 == 3 else None for tick in ticks],
    }, schema_overrides=dict(STORED_READINGS))


@dataclass(frozen=True)
class Stock:
    """A fleet with readings in May and June 2024, and an empty cold storage."""

    garage: Garage
    folder: Folder
    devices: dict[str, int]

    @classmethod
    def filled(cls, garage: Garage, folder: Folder, names: Iterable[str] = ("d1", "d2", "d3")) -> "Stock":
        """Each device drove on four days, once across the turn of the month."""
        stock = cls(garage, folder, {name: garage.device(name) for name in names})
        for key in stock.devices.values():
            for start in (MAY, MAY + timedelta(days=9), JUNE - timedelta(seconds=300), JUNE + timedelta(days=20)):
                stock.write(rows_of(key, start))
        return stock

    def owner(self) -> psycopg.Connection:
        """A connection as the keeper has it."""
        return self.garage.database.connect("owner")

    def write(self, rows: pl.DataFrame) -> None:
        """Store rows as ingest does."""
        with self.owner() as connection, connection.transaction():
            READING.prepare(connection)
            READING.write(connection, rows)

    def export(self, window: Window = BOTH) -> Exported:
        """Bring cold storage up to date."""
        with self.owner() as connection:
            return exporting.export(connection, self.folder, window)

    def live(self, device_id: str | None = None) -> pl.DataFrame:
        """All rows in the database, by the device's name."""
        with self.owner() as connection:
            frames = [stored(connection, READING, key, LONG_AGO, LONG_AFTER, with_extra=True)
                      .with_columns(device_id=pl.lit(name)) for name, key in self.devices.items()
                      if device_id in (None, name)]
        return together(map(completed, frames)).sort("device_id", "time")

    def cold(self) -> pl.DataFrame:
        """All rows of all parts."""
        groups = [rows for part in self.folder.manifest().parts for rows in self.folder.open(part).row_groups()]
        return pl.concat([COLD_READINGS.to_frame(), *groups]).sort("device_id", "time")

    def empty_database(self) -> None:
        """Lose every reading."""
        self.garage.change("TRUNCATE reading")
