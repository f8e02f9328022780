"""A car's history is what its devices measured while they sat in it."""

from datetime import timedelta

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from archive.fleet import history
from schemas.frames import READINGS
from tests.archive.garage import FAR_BACK, MONDAY, Garage, drive

LATER = MONDAY + timedelta(days=1)


def read(garage: Garage, car: int, first: int = 0, last: int = 3600) -> pl.DataFrame:
    """History from so many seconds after Monday began to so many."""
    with garage.database.connect("health") as connection:
        return history.readings(connection, car, MONDAY + timedelta(seconds=first), MONDAY + timedelta(seconds=last))


def test_readings_come_back_as_they_were_stored(garage: Garage) -> None:
    """To the microsecond, in order, with every column of the frame; what was never measured is null."""
    car, device = garage.fitted_car("d1")
    stored = drive(MONDAY + timedelta(microseconds=123_457), 2, 50.5)
    garage.deliver(device, stored.reverse())
    found = read(garage, car)
    assert found.schema == READINGS
    assert_frame_equal(found.select(stored.columns), stored, check_exact=False, check_dtypes=False, rel_tol=1e-6)
    assert found["time"].to_list() == stored["time"].to_list()
    assert found["vehicle"].unique().to_list() == [str(car)]
    assert found["fuel_rate_l_h"].null_count() == found.height


def test_every_type_of_column_comes_back(garage: Garage) -> None:
    """Odometers in full, codes as numbers, the rest with the 24 bits `real` keeps."""
    car, device = garage.fitted_car("d1")
    garage.change("INSERT INTO reading (device_key, time, maf_g_s, odometer_km, fuel_type_code) "
                  "VALUES (%s, %s, 0.1, 123456.7, 4), (%s, %s, NULL, NULL, NULL)", device, MONDAY, device, LATER)
    found = read(garage, car, last=90_000).select("maf_g_s", "odometer_km", "fuel_type_code")
    assert found.rows() == [(float(np.float32(0.1)), 123456.7, 4.0), (None, None, None)]


def test_the_window_includes_both_ends(garage: Garage) -> None:
    """From the first second to the last."""
    car, device = garage.fitted_car("d1")
    garage.deliver(device, drive(MONDAY, 5, 50))
    found = read(garage, car, 10, 20)
    assert found.height == 11


def test_positions_join_readings_by_time(garage: Garage) -> None:
    """A position without reading has a row of its own, and the other way round."""
    car, device = garage.fitted_car("d1")
    at = [MONDAY + timedelta(seconds=second) for second in range(3)]
    garage.change("INSERT INTO reading (device_key, time, speed_kmh) VALUES (%s, %s, 1), (%s, %s, 2)",
                  device, at[0], device, at[1])
    garage.change("INSERT INTO position (device_key, time, latitude) VALUES (%s, %s, 36.5), (%s, %s, 36.6)",
                  device, at[1], device, at[2])
    found = read(garage, car).select("time", "speed_kmh", "latitude")
    assert found.rows() == [(at[0], 1.0, None), (at[1], 2.0, 36.5), (at[2], None, 36.6)]


def test_the_history_of_a_car_ends_where_its_device_moved_on(garage: Garage) -> None:
    """The instant of the move belongs to the next car; a second device continues the first car's history."""
    first_device, second_device = garage.device("d1"), garage.device("d2")
    first_car, second_car = garage.car(), garage.car()
    moved = MONDAY + timedelta(seconds=60)
    garage.fit(first_device, first_car, FAR_BACK, moved)
    garage.fit(first_device, second_car, moved)
    garage.fit(second_device, first_car, moved)
    garage.deliver(first_device, drive(MONDAY, 2, 50))
    garage.deliver(second_device, drive(MONDAY, 3, 99))
    assert read(garage, second_car).height == 60
    found = read(garage, first_car)
    assert found.height == 60 + 120
    assert found["time"].is_sorted()
    assert found.filter(pl.col("time") >= moved)["speed_kmh"].max() == 99


def test_a_car_without_device_or_readings_has_an_empty_history(garage: Garage) -> None:
    """An empty frame has all columns too."""
    bare, fitted = garage.car(), garage.fitted_car("d1")[0]
    assert read(garage, bare).schema == READINGS
    assert read(garage, fitted).is_empty()


def test_the_extent_reaches_from_first_to_last(garage: Garage) -> None:
    """Over readings and positions of the fitting's time, and over stored trips."""
    car, device = garage.fitted_car("d1")
    with garage.database.connect("health") as connection:
        assert history.extent(connection, car) == history.Extent(None, None)
        garage.deliver(device, drive(MONDAY, 1, 50))
        garage.change("INSERT INTO position (device_key, time) VALUES (%s, %s)", device, LATER)
        garage.change("INSERT INTO reading (device_key, time) VALUES (%s, %s)", device, FAR_BACK - timedelta(days=1))
        assert history.extent(connection, car) == history.Extent(MONDAY, LATER)
