"""The contract of the command line, run as people run it."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from health.__main__ import app
from schemas.report import VehicleReport
from tests.unit.health.drives import commute


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def document(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


KEYS = {"vehicle", "observed_s", "unobserved_s", "distance_km", "distance_by_source", "odometer", "trips", "road_mix",
        "fuel_type", "fuel_l", "fuel_l_per_100km", "fuel_by_source", "learned", "tyres", "brakes", "oil", "battery",
        "events", "events_list", "driving_score", "codes", "due", "findings", "unknown"}
"""What others rely on; there may be more."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "commute.csv"
    commute(2, seconds=300).write_csv(path)
    return path


def test_all_keys_are_there(recorded: Path) -> None:
    report = document("assess", recorded)
    assert set(report) == {"model_version", "vehicles"}
    [vehicle] = report["vehicles"]
    assert KEYS <= set(vehicle) == set(VehicleReport.model_fields)
    assert set(vehicle["distance_km"]) == {"value", "low", "high", "source", "unit"}
    assert set(vehicle["trips"][0]) >= {"start", "end", "distance_km", "idle_s", "fuel_l", "road_mix"}
    assert vehicle["trips"][0]["start"].endswith("Z")


def test_parquet_and_csv_say_the_same(recorded: Path, tmp_path: Path) -> None:
    table = pl.read_csv(recorded)
    table.write_parquet(tmp_path / "commute.parquet")
    assert document("assess", tmp_path / "commute.parquet") == document("assess", recorded)


@pytest.mark.parametrize("unit", [1, 1000])
def test_times_may_be_numbers(recorded: Path, tmp_path: Path, unit: int) -> None:
    seconds = pl.col("time").str.to_datetime(time_zone="UTC").dt.epoch("s")
    pl.read_csv(recorded).with_columns(time=seconds * unit).write_csv(tmp_path / "numbers.csv")
    assert document("assess", tmp_path / "numbers.csv") == document("assess", recorded)


def test_columns_may_have_other_names(recorded: Path, tmp_path: Path) -> None:
    pl.read_csv(recorded).rename({"time": "ts", "vehicle": "car", "speed_kmh": "v"}).write_csv(tmp_path / "other.csv")
    renamed = document("assess", tmp_path / "other.csv", "--rename", "ts=time", "--rename", "v=speed_kmh",
                       "--vehicle-column", "car")
    assert renamed == document("assess", recorded)


def test_the_vehicle_file_is_used(recorded: Path, tmp_path: Path) -> None:
    facts = tmp_path / "car.json"
    facts.write_text(json.dumps({"car": {"speed_scale": 1.02, "tyres": {"fitted_at": "2026-03-01", "new_mm": 7.5}}}))
    [vehicle] = document("assess", recorded, "--vehicle", facts)["vehicles"]
    assert vehicle["learned"]["speed_scale"] == {
        "value": 1.02, "low": 1.02, "high": 1.02, "source": "given", "unit": "1"}
    assert vehicle["tyres"]["front"]["tread_mm"]["value"] == pytest.approx(7.5, abs=0.1)


def test_people_get_a_readable_report(recorded: Path) -> None:
    result = run("assess", recorded)
    assert "distance" in result.stdout
    assert "2026-03-02 08:30" in result.stdout


def test_pictures_are_drawn(recorded: Path, tmp_path: Path) -> None:
    result = run("assess", recorded, "--plot", tmp_path / "plots")
    assert result.exit_code == 0, result.stderr
    drawn = {path.name: path.stat().st_size for path in (tmp_path / "plots").iterdir()}
    assert set(drawn) == {f"car-{subject}.png" for subject in ("tread", "roads", "fuel", "driving")}
    assert min(drawn.values()) > 5000


@pytest.mark.parametrize(("content", "complaint"), [
    ("a,b\n1,2\n", "no column 'time'"), ("time,speed_kmh\nyesterday,3\n", "holds no time")])
def test_malformed_input_is_one_line_and_exit_code_2(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content)
    result = run("assess", path, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert complaint in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("content", ["", "time,speed_kmh\n", "time,speed_kmh\n2026-01-01T00:00:00Z,P0420\n"])
def test_little_input_is_no_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "little.csv"
    path.write_text(content)
    [vehicle] = document("assess", path)["vehicles"]
    assert vehicle["distance_km"] is None
    assert vehicle["unknown"]["distance_km"]


def test_forecast_prints_dates_of_every_series(tmp_path: Path) -> None:
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(180)]
    km = np.random.default_rng(2).exponential(40, 180)
    daily = pl.DataFrame({"series": ["a"] * 180, "date": days, "km": km, "need_km": [3000.0] * 180})
    daily.write_csv(tmp_path / "daily.csv")
    [series] = document("forecast", tmp_path / "daily.csv")["series"]
    assert series["low"] < series["median"] < series["high"]
    expected = days[-1] + timedelta(days=3000 / km.mean())
    assert abs((date.fromisoformat(series["median"]) - expected).days) < 25


def test_calibrate_prints_the_coefficient_of_every_car(tmp_path: Path) -> None:
    table = pl.DataFrame({"vehicle": ["a"] * 3, "wear_index": [0.0, 0.1, 0.2], "tread_mm": [8.0, 6.2, 4.4]})
    table.write_csv(tmp_path / "gauge.csv")
    [vehicle] = document("calibrate", tmp_path / "gauge.csv")["vehicles"]
    assert vehicle["k"]["value"] == pytest.approx(18, rel=0.1)


def test_trouble_codes_may_stand_in_the_recording(recorded: Path, tmp_path: Path) -> None:
    table = pl.read_csv(recorded)
    told = pl.when(pl.int_range(pl.len()) == 100).then(pl.lit("P0420, 0301"))
    asked = pl.when(pl.int_range(pl.len()) == 50).then(pl.lit("none"))
    table.with_columns(codes=told, pending_codes=asked).write_csv(tmp_path / "codes.csv")
    [vehicle] = document("assess", tmp_path / "codes.csv")["vehicles"]
    assert {code["code"]: code["status"] for code in vehicle["codes"]} == {"P0420": "confirmed", "P0301": "confirmed"}
    table.with_columns(codes=asked).write_csv(tmp_path / "none.csv")
    assert document("assess", tmp_path / "none.csv")["vehicles"][0]["codes"] == []


def test_what_is_unknown_is_printed_with_its_reason(recorded: Path) -> None:
    """Figures, and items of the catalogue without a date; shares in per cent, the score as it is."""
    text = run("assess", recorded).stdout
    assert re.search(r"^front pads +unknown \(no_fact\)$", text, re.MULTILINE)
    assert re.search(r"^no date \(no_fact\): PM-FIRST, PM-MINOR, .*TYR-NEW front, TYR-NEW rear", text, re.MULTILINE)
    assert re.search(r"^highway distance +\d+%  \(", text, re.MULTILINE)
