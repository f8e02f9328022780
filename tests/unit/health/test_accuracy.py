"""Goals of the model notes: every row of `make accuracy` that takes seconds, and the machinery of the table."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from dev.accuracy.__main__ import app
from dev.accuracy.fixes import held_fixes
from dev.accuracy.jams import area_under_roc
from dev.accuracy.on_cars import absolute_load
from dev.accuracy.on_cycles import clean_distance
from dev.accuracy.page import page
from dev.accuracy.recordings import Data
from dev.accuracy.rows import Figure, Row
from dev.accuracy.simulated import due_dates, gauge_readings
from dev.accuracy.table import QUICK, Measure, counted, measured, physics
from tests.unit.health.drives import commute
from tests.unit.health.shared_data import DATA, needs_cycles

REACHED = {6: 6.5, 12: 10.0, 14: 2.0}
"""Goals not met on the given recordings, and what their figures stay below [%]: see docs/accuracy.md."""

NOTHING_TO_MEASURE = (clean_distance, held_fixes, physics)


@pytest.mark.parametrize("measure", QUICK, ids=lambda measure: measure.__name__)
def test_goals_of_the_model_notes(measure: Measure) -> None:
    row = measure(DATA)
    if row.missing:
        pytest.skip(f"goal {row.number} needs {row.missing}")
    if row.number in REACHED:
        assert max(figure.value for figure in row.figures if figure.limited) <= REACHED[row.number]
    else:
        assert row.verdict == "pass", row


def test_due_dates_hit_and_their_intervals_hold() -> None:
    """Four kinds of drivers together; medians of single kinds over so few swing by two points."""
    figures = due_dates(DATA, count=60).figures
    ours, covered = ([figure.value for figure in figures[part::3]] for part in range(2))
    assert np.mean(ours) <= 18
    assert 76 <= np.mean(covered) <= 93


def test_a_row_fails_by_one_figure_and_by_what_is_unknown() -> None:
    fine, bad, unknown = Figure("a", 1.0, most=1.0), Figure("b", 0.9, least=1.0), Figure("c", float("nan"), most=1.0)
    shown = Figure("d", 99.0)
    assert [Row(1, "q", figures).verdict for figures in ((fine, shown), (fine, bad), (unknown,))] == [
        "pass", "fail", "fail"]
    assert counted([Row(1, "q", (fine,)), Row(2, "q", (bad,)), Row(3, "q", missing="x")]) == (
        "1 of 3 goals met, 1 not (2), 1 not measurable with this data")


def test_the_area_under_the_curve_is_the_chance_to_rank_right() -> None:
    assert area_under_roc(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 1
    assert area_under_roc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert area_under_roc(np.array([0.0, 2.0]), np.array([1.0])) == 0.5


def test_without_data_every_row_says_what_it_needs(tmp_path: Path) -> None:
    on_data = [measure for measure in QUICK if measure is not gauge_readings]
    rows = measured(Data(tmp_path), on_data)
    assert [row.number for row in rows] == [number for number in range(1, 23) if number != 18]
    assert all(row.missing for row in rows)


@needs_cycles
def test_recordings_are_known_by_their_columns(tmp_path: Path) -> None:
    for number, path in enumerate(sorted(DATA.folder.rglob("*.parquet"))):
        (tmp_path / f"{number}.parquet").symlink_to(path)
    assert len(Data(tmp_path).recordings) == len(DATA.recordings)
    assert Data(tmp_path).published is not None


def test_other_recordings_make_other_goals_measurable(tmp_path: Path) -> None:
    drives = commute(3, seconds=900)
    said = pl.col("maf_g_s") * 120 / (1.184 * 1.6 * pl.col("engine_rpm")) * 100
    loaded = drives.with_columns(absolute_load_pct=pl.when(pl.col("engine_rpm") > 0).then(said))
    loaded.select("vehicle", "time", "speed_kmh", "engine_rpm", "maf_g_s", "absolute_load_pct").write_csv(
        tmp_path / "somebody.csv")
    assert absolute_load(Data(tmp_path)).verdict == "pass"
    assert held_fixes(Data(tmp_path)).verdict == "not measurable"


def test_the_json_document_has_one_entry_a_goal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dev.accuracy.__main__.ALL", NOTHING_TO_MEASURE)
    result = CliRunner().invoke(app, [str(tmp_path), "--json"])
    assert result.exit_code == 0
    assert [row["goal"] for row in json.loads(result.stdout)["rows"]] == [1, 6, 16]


def test_the_page_shows_both_documents() -> None:
    rows = [Row(1, "distance", (Figure("worst", 0.5, most=0.25),)).as_json(), Row(2, "fuel", missing="cars").as_json()]
    held = {"what": "tread covers", "value": 81.2, "unit": "%", "goal": "75 to 90", "met": True}
    story = {"cars": 3, "days": 90, "seed": 7, "figures": [held], "due dates": [], "proposals": []}
    shown = page({"rows": rows}, story)
    assert "| 1 | distance | worst | ≤ 0.25 | 0.5 % | fail |" in shown
    assert "| 2 | fuel | needs cars | | | not measurable |" in shown
    assert "| tread covers | 75 to 90 | 81.2 % | pass |" in shown
    assert "lets 3 simulated cars live for 90 days (seed 7" in shown
