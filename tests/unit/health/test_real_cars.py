"""Goals of the model notes on recordings of real cars."""

from datetime import timedelta

import numpy as np
import polars as pl

from health.history import histories
from health.statistics import summarise
from schemas.findings import FindingCode
from schemas.report import Unknown
from tests.unit.health.reports import assessed
from tests.unit.health.shared_data import AFTERWARDS, chicago, diesel, electric, needs_trips, petrol

pytestmark = needs_trips


def difference_pct(ours: pl.Series, theirs: pl.Series) -> np.ndarray:
    """Relative difference of each pair [%]."""
    difference: np.ndarray = np.abs(ours.to_numpy() / theirs.to_numpy() - 1) * 100
    return difference


def test_distances_of_five_cars_are_their_publishers() -> None:
    readings, trips = chicago()
    ours = summarise(readings, {}).group_by("vehicle").agg(km=pl.col("speed_km").sum())
    theirs = trips.group_by(vehicle="veh").agg(published_km=pl.col("distance_km").sum())
    both = ours.join(theirs, on="vehicle")
    miss = difference_pct(both["km"], both["published_km"])
    assert len(miss) == 5
    assert np.median(miss) <= 0.01
    assert np.quantile(miss, 0.9) <= 0.05


def test_trips_begin_and_end_where_their_publisher_says() -> None:
    readings, published = chicago()
    ours = summarise(readings, {})
    near = timedelta(seconds=60)
    hits = []
    for trip in published.iter_rows(named=True):
        mine = ours.filter(pl.col("vehicle") == trip["veh"])
        start, end = mine["start"].dt.replace_time_zone(None), mine["end"].dt.replace_time_zone(None)
        hits.append((((start - trip["start_ts"]).abs() <= near) & ((end - trip["end_ts"]).abs() <= near)).any())
    assert np.mean(hits) >= 0.97


def test_idle_seconds_of_unbroken_trips() -> None:
    readings, published = chicago()
    ours = summarise(readings, {}).with_columns(start=pl.col("start").dt.replace_time_zone(None))
    whole = published.filter(pl.col("max_gap_between_samples_s") <= 1).sort("start_ts")
    pairs = whole.join_asof(ours.sort("start"), left_on="start_ts", right_on="start", by_left="veh",
                            by_right="vehicle", strategy="nearest", check_sortedness=False)
    miss = np.abs(pairs["idle_s"].to_numpy() - pairs["zero_seconds"].to_numpy())
    assert np.median(miss) <= 2
    assert np.quantile(miss, 0.9) <= 8


def test_a_diesel_without_fuel_rate_is_recognised_and_gets_no_litres_from_air() -> None:
    for report in assessed(diesel()).values():
        assert report.fuel_type == "diesel"
        assert report.fuel_by_source.maf is None
        assert report.fuel_by_source.speed_density is None
        assert report.unknown["fuel_by_source.maf"] is Unknown.DIESEL_WITHOUT_FUEL_RATE
        assert FindingCode.FUEL_DIESEL_UNMEASURED in [finding.code for finding in report.findings]
        assert report.fuel_l is not None
        assert report.fuel_l.source == "physics"


def test_a_petrol_car_is_never_taken_for_a_diesel() -> None:
    kinds = {name: report.fuel_type for name, report in assessed(petrol()).items()}
    assert set(kinds.values()) <= {"petrol", None}
    assert list(kinds.values()).count("petrol") > 15


def test_speed_density_and_calculated_load_agree_on_a_naturally_aspirated_car() -> None:
    rows = summarise(petrol(), {}).filter("moved")
    assert np.median(difference_pct(rows["calculated_load_air_g"], rows["speed_density_air_g"])) <= 2


def test_an_electric_car_burns_nothing_we_know_of() -> None:
    for report in assessed(electric().drop("label")).values():
        assert report.fuel_type == "ev"
        assert report.fuel_l is None
        assert report.unknown["fuel_l"] is Unknown.NOT_PETROL


def test_the_gps_path_survives_held_fixes() -> None:
    rows = summarise(electric().drop("label"), {})
    miss = difference_pct(rows["gps_km"], rows["speed_km"])
    # On these three trips the straight lines between all distinct fixes are already 6 % longer than the wheel says.
    assert np.median(miss) <= 6.5
    assert max(miss) <= 12


def test_every_recording_is_assessed_to_the_end() -> None:
    for readings in (diesel(), petrol(), electric().drop("label"), chicago()[0]):
        rows = summarise(readings, {})
        assert len(list(histories(rows, AFTERWARDS))) == rows["vehicle"].n_unique()
