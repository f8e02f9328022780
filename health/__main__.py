"""Command line of health: `assess` and `forecast` on files, `calibrate` on gauge readings."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import polars as pl
import typer

from health import MODEL_VERSION
from health.assess import report
from health.density import densities
from health.forecast import forecast as forecast_series
from health.policy import DEFAULT
from health.shell.pictures.album import Recorded, draw
from health.shell.printing import as_text
from health.shell.recompute import recompute
from health.shell.recorded_codes import as_scans
from health.shell.recording import (
    ONLY_VEHICLE,
    as_readings,
    parsed_times,
    read_calibration,
    read_daily,
    read_facts,
    read_recording,
)
from health.shell.work import work
from health.statistics import summarise
from health.wear_fit import fit_wear
from schemas.errors import InvalidInput, PitcallError
from schemas.report import Assessment, Calibration, Forecast, SeriesForecast, VehicleCalibration

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What the readings say about the car.")

app.command()(work)
app.command()(recompute)


@contextmanager
def _refusing_plainly() -> Iterator[None]:
    """Turn a refused input into one line on stderr and exit code 2."""
    try:
        yield
    except PitcallError as problem:
        typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(2) from problem


@app.command()
def assess(
    recording: Annotated[Path, typer.Argument(help="CSV or Parquet with our column names plus `time`; "
                                                       "`codes` and `pending_codes` may list trouble codes.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    vehicle: Annotated[Path | None, typer.Option(help="Vehicle file (JSON).")] = None,
    vehicle_column: Annotated[str | None, typer.Option(help="Column that tells cars apart.")] = None,
    rename: Annotated[list[str] | None, typer.Option(help="OLD=NEW column name; repeatable.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Nothing later is known; default: the last reading.")] = None,
    timezone: Annotated[str, typer.Option(envvar="PITCALL_TIMEZONE", help="Zone of the car's days.")] = "Asia/Shanghai",
    plot: Annotated[Path | None, typer.Option(help="Folder to draw into.")] = None,
) -> None:
    """Report on a recording."""
    with _refusing_plainly():
        table = read_recording(recording, rename or ())
        readings, scans = as_readings(table, vehicle_column), as_scans(table, vehicle_column)
        facts = read_facts(vehicle)
        zone = _zone(timezone)
        typer.echo(f"{len(readings):,} readings", err=True)
        named = readings["vehicle"].drop_nulls().unique().to_list() or [ONLY_VEHICLE]
        statistics, now = summarise(readings, facts), _as_of(as_of, readings)
        reports = report(statistics, facts, now, zone, vehicles=named, scans=scans)
        if plot:
            for drawn in draw(Recorded(reports, statistics, densities(readings), facts, now, zone), plot):
                typer.echo(f"drawn {drawn}", err=True)
    result = Assessment(model_version=MODEL_VERSION, vehicles=list(reports.values()))
    typer.echo(result.model_dump_json() if as_json else as_text(result, zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError) as unknown:
        raise InvalidInput(f"--timezone: there is no zone {name!r}") from unknown


def _as_of(text: str | None, readings: pl.DataFrame) -> datetime:
    """Instant given, else that of the last reading: a recording says the same whenever it is looked at."""
    last = readings["time"].max()
    if text is None:
        return last if isinstance(last, datetime) else datetime(1970, 1, 1, tzinfo=UTC)
    moment = parsed_times(pl.Series([text]))[0]
    if not isinstance(moment, datetime):
        raise InvalidInput(f"--as-of: {text!r} is no time")
    return moment


@app.command()
def forecast(
    daily: Annotated[Path, typer.Argument(help="CSV or Parquet: series, date, km, need_km.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Say when each series reaches its need."""
    with _refusing_plainly():
        series = read_daily(daily)
        typer.echo(f"{len(series):,} series", err=True)
        found = forecast_series(series, DEFAULT.forecast)
    result = Forecast(series=[SeriesForecast(series=name, median=days.median, low=days.low, high=days.high)
                              for name, days in found.items()])
    lines = [f"{s.series}: {s.median or 'beyond three years'} ({s.low} to {s.high})" for s in result.series]
    typer.echo(result.model_dump_json() if as_json else "\n".join(lines))


@app.command()
def calibrate(
    readings: Annotated[Path, typer.Argument(help="CSV or Parquet: vehicle, wear_index, tread_mm.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Learn each car's tyre wear coefficient from gauge readings."""
    with _refusing_plainly():
        fits = {name: fit_wear(index, mm, DEFAULT.tyres.new_mm, DEFAULT.tyres)
                for name, (index, mm) in read_calibration(readings).items()}
    result = Calibration(vehicles=[VehicleCalibration(vehicle=name, k=fit.k_quantity(), new_mm=fit.new_mm())
                                   for name, fit in fits.items()])
    lines = [f"{v.vehicle}: k {v.k.value:.2f} mm/1000 km, new {v.new_mm.value:.2f} mm"
             for v in result.vehicles if v.k and v.new_mm]
    typer.echo(result.model_dump_json() if as_json else "\n".join(lines))


if __name__ == "__main__":
    sys.exit(app())
