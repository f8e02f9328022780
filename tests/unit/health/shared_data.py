"""The data beside the checkout: standard drive cycles and recordings of real cars, read from where they are."""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.unit.health.drives import MORNING, recording

FOLDER = Path(os.environ.get("PITCALL_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
needs_cycles = pytest.mark.skipif(not (FOLDER / "drive_cycles").is_dir(), reason=f"no drive cycles in {FOLDER}")
needs_trips = pytest.mark.skipif(not (FOLDER / "trips").is_dir(), reason=f"no recorded trips in {FOLDER}")

CYCLES = ("udds", "ftp75_no_soak", "hwfet", "us06", "sc03", "nycc", "im240", "us06_hwy", "wltc_class3b",
          "wltc_class3a", "nedc", "japan_10_15")
OFFICIAL_KM = {"udds": 11.99, "ftp75_no_soak": 17.77, "hwfet": 16.51, "us06": 12.89, "sc03": 5.76, "nycc": 1.90,
               "im240": 3.152, "wltc_class3b": 23.266, "wltc_class3a": 23.194, "nedc": 10.93}


def cycle(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Seconds and speeds [m/s] of a standard cycle."""
    table = pl.read_csv(FOLDER / "drive_cycles" / f"{name}.csv")
    return table["time_s"].to_numpy().astype(float), table["speed_mps"].to_numpy()


def cycle_km(name: str) -> float:
    """Trapezoid integral of the cycle [km]."""
    seconds, speed = cycle(name)
    return float(np.trapezoid(speed, seconds)) / 1000


def cycles() -> pl.DataFrame:
    """All cycles, each driven by a car of its name."""
    return pl.concat([cycle_recording(name) for name in CYCLES])


def cycle_recording(name: str) -> pl.DataFrame:
    seconds, speed = cycle(name)
    return recording(seconds, name, speed_kmh=speed * 3.6)


def chicago() -> tuple[pl.DataFrame, pl.DataFrame]:
    """GPS speeds of five cars, and the publisher's own table of their trips."""
    readings = pl.read_parquet(FOLDER / "trips" / "cmap_5veh_1hz.parquet")
    trips = pl.read_parquet(FOLDER / "trips" / "cmap_5veh_trips.parquet")
    utc = pl.col("timestamp").dt.replace_time_zone("UTC")
    return readings.select(vehicle="veh", time=utc, speed_kmh=pl.col("speed_kmh").cast(pl.Float64)), trips


def diesel() -> pl.DataFrame:
    """Twelve trips of a turbo-diesel, each as a car of its own."""
    trips = pl.read_parquet(FOLDER / "trips" / "kit_seat_leon_1hz.parquet")
    return trips.select(
        vehicle="trip", time=_after(pl.col("t_s").cast(pl.Float64)), speed_kmh="speed_kmh", engine_rpm="rpm",
        map_kpa="map_kpa", maf_g_s="maf_gps", intake_air_c="iat_c", throttle_pct="throttle_pct", coolant_c="coolant_c")


def petrol() -> pl.DataFrame:
    """Recordings of a small petrol car, each as a car of its own; rows that share a second are spread over it."""
    trips = pl.read_parquet(FOLDER / "trips" / "carobd_etios.parquet")
    place = pl.int_range(pl.len()).over("trip", "run_time_s") / pl.len().over("trip", "run_time_s")
    return trips.select(
        vehicle="trip", time=_after(pl.col("run_time_s").cast(pl.Float64) + place), speed_kmh="speed_kmh",
        engine_rpm="rpm", map_kpa="map_kpa", intake_air_c="iat_c", throttle_pct="throttle_pct",
        engine_load_pct="load_pct", baro_kpa="baro_kpa", battery_v="voltage_v", lambda_ratio="cmd_equiv_ratio",
        coolant_c=pl.col("coolant_c").cast(pl.Float64))


def electric() -> pl.DataFrame:
    """Three trips of an electric car whose receiver holds a fix for 14 s."""
    trips = pl.read_parquet(FOLDER / "trips" / "twizy_ev_1hz.parquet").drop_nulls("timestamp")
    return trips.select(
        vehicle="trip", time=pl.col("timestamp").dt.replace_time_zone("UTC"), speed_kmh="speed_kmh", latitude="lat",
        longitude="lon", traction_soc_pct="soc_pct", label="traffic_label")


def _after(seconds: pl.Expr) -> pl.Expr:
    return pl.lit(MORNING).cast(pl.Datetime("us", "UTC")) + pl.duration(microseconds=(seconds * 1e6).round())


AFTERWARDS = datetime(2030, 1, 1, tzinfo=UTC)
"""Later than every recording."""
