"""All pictures of an assessment: four for every vehicle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from health.assess import report
from health.density import Density
from health.moments import instant_us
from health.shell.pictures import driving, fuel, roads, tread
from health.tyre_work import works
from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts

MOMENTS = 40
"""Points of a line over time: more cannot be told apart on paper."""

History = list[tuple[datetime, VehicleReport]]


@dataclass(frozen=True)
class Recorded:
    """What the pictures are drawn from.

    `statistics` as `health.statistics.summarise` returns them, `densities` by vehicle.
    """

    reports: dict[str, VehicleReport]
    statistics: pl.DataFrame
    densities: dict[str, Density]
    facts: dict[str, VehicleFacts]
    as_of: datetime
    zone: ZoneInfo


def draw(recorded: Recorded, folder: Path) -> Iterator[Path]:
    """Draw every vehicle that drove into `folder`, a PNG per subject; yields each path when it is written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, final in recorded.reports.items():
        if final.trips:
            yield from _pictures(name, final, recorded, folder)


def _pictures(name: str, final: VehicleReport, recorded: Recorded, folder: Path) -> Iterator[Path]:
    stem = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
    facts = recorded.facts.get(name) or recorded.facts.get("*") or VehicleFacts()
    yield tread.draw(_history(name, final, recorded), facts, recorded.as_of, folder / f"{stem}-tread.png")
    yield roads.draw(final, recorded.zone, folder / f"{stem}-roads.png")
    yield fuel.draw(final, folder / f"{stem}-fuel.png")
    yield driving.draw(recorded.densities.get(name), name, folder / f"{stem}-driving.png")


def _history(name: str, final: VehicleReport, recorded: Recorded) -> History:
    """The report as it would have read at moments between the first trip and now."""
    first = final.trips[0].start
    step = (recorded.as_of - first) / MOMENTS
    moments = [first + step * number for number in range(MOMENTS)] if step > timedelta() else []
    own = recorded.statistics.filter(pl.col("vehicle") == name)
    facts = {key: value for key, value in recorded.facts.items() if key in (name, "*")}
    past = [(at, report(own, {key: _known(file, at) for key, file in facts.items()}, at, recorded.zone)[name])
            for at in moments[1:]]
    return [*past, (recorded.as_of, final)]


def _known(facts: VehicleFacts, at: datetime) -> VehicleFacts:
    """The vehicle file without work on tyres yet to come, nor readings that may be of those tyres."""
    day, tyres = at.date(), facts.tyres
    if tyres and tyres.fitted_at and tyres.fitted_at > day:
        tyres = tyres.model_copy(update={"fitted_at": None, "fitted_km": None})
    known = facts.model_copy(update={
        "tyres": tyres, "services": [service for service in facts.services if service.at <= day],
        "tyre_changes": [change for change in facts.tyre_changes if instant_us(change.at) <= instant_us(at)]})
    if works(known) == works(facts):
        return facts
    return known.model_copy(update={"gauge": [read for read in facts.gauge if instant_us(read.time) <= instant_us(at)]})
