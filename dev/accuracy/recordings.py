"""Data beside the checkout: drive cycles and recordings of real cars, told apart by their columns, not their names.

Nothing of it is copied anywhere; every function reads it from where it lies.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from health.policy import DEFAULT
from health.quality import Floats, clean
from health.samples import Samples, sample
from health.shell.recording import parsed_times
from health.trips import cut_into_trips

FOLDER = Path(os.environ.get("PITCALL_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
"""Where the data lies unless somebody says otherwise."""

MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""Where recordings begin that count seconds from their own start."""

AFTERWARDS = datetime(2030, 1, 1, tzinfo=UTC)
"""Later than every recording."""

SPELLINGS: dict[str, tuple[str, ...]] = {
    "speed_kmh": ("speed_kmh",), "engine_rpm": ("engine_rpm", "rpm"), "map_kpa": ("map_kpa",),
    "maf_g_s": ("maf_g_s", "maf_gps"), "intake_air_c": ("intake_air_c", "iat_c"), "throttle_pct": ("throttle_pct",),
    "engine_load_pct": ("engine_load_pct", "load_pct"), "absolute_load_pct": ("absolute_load_pct", "abs_load_pct"),
    "coolant_c": ("coolant_c",), "baro_kpa": ("baro_kpa",), "battery_v": ("battery_v", "voltage_v"),
    "lambda_ratio": ("lambda_ratio", "cmd_equiv_ratio"), "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon"), "traction_soc_pct": ("traction_soc_pct", "soc_pct"),
    "fuel_rate_l_h": ("fuel_rate_l_h",), "odometer_km": ("odometer_km",),
}
"""Our columns by what publishers call them."""

CARS = ("vehicle", "trip", "veh")
CLOCKS = ("time", "timestamp")
FUEL_BY_NAME = {"leon": "diesel", "etios": "petrol", "twizy": "ev"}
"""What a recorded car burns cannot be seen in its columns, or there would be nothing to find out: by part of the file
name, from the publisher's description."""


@dataclass(frozen=True)
class Cycle:
    """A standard drive cycle."""

    name: str
    seconds: Floats
    speed_m_s: Floats

    @property
    def km(self) -> float:
        """Trapezoid integral of the speed."""
        return float(np.trapezoid(self.speed_m_s, self.seconds)) / 1000

    def readings(self, kmh: Floats | None = None, seconds: Floats | None = None) -> pl.DataFrame:
        """The cycle as the readings of a car of its name; other speeds or seconds stand in for its own."""
        at = pl.Series(self.seconds if seconds is None else seconds, dtype=pl.Float64)
        speed = pl.Series(3.6 * self.speed_m_s if kmh is None else kmh, dtype=pl.Float64)
        frame = pl.DataFrame({"second": at, "speed_kmh": speed})
        return frame.select(vehicle=pl.lit(self.name), time=_after(pl.col("second")), speed_kmh="speed_kmh")


@dataclass(frozen=True)
class Recording:
    """Readings of one file, every trip of it as a car of its own unless the publisher names cars."""

    name: str
    readings: pl.DataFrame

    def has(self, *signals: str) -> bool:
        """Whether all of these were read."""
        return all(name in self.readings.columns and self.readings[name].null_count() < len(self.readings)
                   for name in signals)

    @property
    def samples(self) -> Samples:
        """The readings as estimators see them."""
        track = clean(self.readings.drop("label", strict=False))
        return sample(track, cut_into_trips(track, DEFAULT.trips), DEFAULT)

    @property
    def fuel(self) -> str | None:
        """What the car burns, where its publisher says so."""
        return next((fuel for word, fuel in FUEL_BY_NAME.items() if word in self.name.lower()), None)

    @property
    def fix_s(self) -> float:
        """Median time between distinct satellite fixes while driving [s]."""
        moving = self.readings.filter(pl.col("speed_kmh") > 10).sort("vehicle", "time")
        fixes = moving.filter(pl.struct("latitude", "longitude").rle_id().diff().over("vehicle").fill_null(0) > 0)
        step = fixes.select(step=pl.col("time").diff().over("vehicle").dt.total_milliseconds() / 1000)
        return float(np.nanmedian(step.to_series().fill_null(np.nan).to_numpy())) if len(fixes) > 1 else np.nan


class Data:
    """Everything in one folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder

    @cached_property
    def cycles(self) -> dict[str, Cycle]:
        """Drive cycles by name: tables of seconds and metres per second."""
        return {path.stem: Cycle(path.stem, table["time_s"].to_numpy().astype(float), table["speed_mps"].to_numpy())
                for path, table in self._tables if {"time_s", "speed_mps"} <= set(table.columns)}

    @cached_property
    def recordings(self) -> tuple[Recording, ...]:
        """Recordings of real cars: tables with a car or trip, a clock and signals."""
        found = (_recording(path.stem, table) for path, table in self._tables)
        return tuple(recording for recording in found if recording)

    @cached_property
    def published(self) -> pl.DataFrame | None:
        """Trips as their publishers count them: vehicle, start_ts, end_ts, distance_km, zero_seconds, longest gap."""
        wanted = {"veh", "start_ts", "end_ts", "distance_km", "zero_seconds", "max_gap_between_samples_s"}
        tables = [table.select(sorted(wanted)) for _, table in self._tables if wanted <= set(table.columns)]
        return pl.concat(tables).rename({"veh": "vehicle"}) if tables else None

    @cached_property
    def driven_as_published(self) -> pl.DataFrame | None:
        """Readings of the cars whose trips their publisher counted."""
        if self.published is None:
            return None
        counted = self.published["vehicle"].unique().to_list()
        parts = [r.readings.filter(pl.col("vehicle").is_in(counted)) for r in self.recordings]
        return pl.concat([part for part in parts if len(part)], how="diagonal") if any(map(len, parts)) else None

    def with_signals(self, *signals: str) -> list[Recording]:
        """Recordings in which all of these were read."""
        return [recording for recording in self.recordings if recording.has(*signals)]

    @cached_property
    def _tables(self) -> list[tuple[Path, pl.DataFrame]]:
        """Every table in the folder, in order of its path."""
        paths = sorted(path for path in self.folder.rglob("*") if path.suffix in (".csv", ".parquet"))
        return [(path, pl.read_parquet(path) if path.suffix == ".parquet" else
                 pl.read_csv(path, infer_schema_length=None)) for path in paths]


def _recording(name: str, table: pl.DataFrame) -> Recording | None:
    """A table as readings; None where it is something else."""
    car = next((column for column in CARS if column in table.columns), None)
    time = _time(table, car) if car else None
    signals = {ours: pl.col(theirs).cast(pl.Float64) for ours, spelt in SPELLINGS.items()
               for theirs in spelt if theirs in table.columns}
    if car is None or time is None or not signals:
        return None
    label = {"label": pl.col("traffic_label")} if "traffic_label" in table.columns else {}
    readings = table.select(vehicle=pl.col(car), time=time, **signals, **label)
    return Recording(name, readings.drop_nulls("time"))


def _time(table: pl.DataFrame, car: str) -> pl.Expr | None:
    """Instants, from whichever clock the table has; local times are taken as UTC."""
    for clock in CLOCKS:
        if clock in table.columns:
            return pl.lit(parsed_times(table[clock]))
    if "t_s" in table.columns:
        return _after(pl.col("t_s").cast(pl.Float64))
    if "run_time_s" not in table.columns:
        return None
    # The ECU counts whole seconds and is asked more often: rows that share a second are spread over it.
    shared = (car, "run_time_s")
    place = pl.int_range(pl.len()).over(shared) / pl.len().over(shared)
    return _after(pl.col("run_time_s").cast(pl.Float64) + place)


def _after(seconds: pl.Expr) -> pl.Expr:
    return pl.lit(MORNING).cast(pl.Datetime("us", "UTC")) + pl.duration(microseconds=(seconds * 1e6).round())
