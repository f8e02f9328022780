"""Printing reports for people: the short version of the JSON document."""

from collections.abc import Iterator
from operator import attrgetter
from zoneinfo import ZoneInfo

from schemas.quantity import Q, Unknown
from schemas.report import Assessment, Due, VehicleReport


def as_text(assessment: Assessment, zone: ZoneInfo) -> str:
    """Return a readable report of all vehicles."""
    parts = ["\n".join(_lines(report, zone)) for report in assessment.vehicles]
    return "\n\n".join([*parts, f"model {assessment.model_version}"])


FIGURES = (
    ("distance", "distance_km", 1),
    ("fuel", "fuel_l", 1),
    ("consumption", "fuel_l_per_100km", 1),
    ("highway distance", "road_mix.highway", 0),
    ("congested time", "road_mix.congested_time", 0),
    ("idling time", "pattern.idle_time", 0),
    ("cold engine time", "pattern.cold_time", 0),
    ("idling fuel", "pattern.idle_fuel", 0),
    ("change of consumption", "fuel_drift.change", 0),
    ("of it unexplained", "fuel_drift.unexplained", 0),
    ("traction energy", "electricity.energy_kwh", 1),
    ("front tyre wear", "tyres.front.mm_per_1000km", 2),
    ("rear tyre wear", "tyres.rear.mm_per_1000km", 2),
    ("front tread", "tyres.front.tread_mm", 1),
    ("rear tread", "tyres.rear.tread_mm", 1),
    ("brake energy", "brakes.energy_mj_per_km", 3),
    ("front pads", "brakes.pad_mm_front", 1),
    ("rear pads", "brakes.pad_mm_rear", 1),
    ("oil revolutions", "oil.weighted_revolutions_per_km", 0),
    ("oil life", "oil.life_pct", 0),
    ("battery at rest", "battery.rest_v", 2),
    ("battery cranking", "battery.crank_v", 2),
    ("battery charging", "battery.charging_v", 2),
    ("warm coolant", "cooling.steady_c", 0),
    ("trim at idle", "fuel_trims.idle_pct", 1),
    ("trim under way", "fuel_trims.part_load_pct", 1),
    ("driving score", "driving_score", 0),
)
"""Label, place in the report, digits; shares are printed in per cent."""


def _lines(report: VehicleReport, zone: ZoneInfo) -> Iterator[str]:
    yield report.vehicle
    yield "=" * max(len(report.vehicle), 8)
    for label, path, digits in FIGURES:
        yield f"{label:<24}{_figure(attrgetter(path)(report), digits, report.unknown.get(path))}"
    yield f"{'harsh events':<24}{_events(report)}"
    yield f"{'trouble codes':<24}{_codes(report)}"
    yield f"{'refuelled':<24}{_refuels(report)}"
    yield f"{'trips':<24}{len(report.trips)}"
    yield from _trips(report, zone)
    yield from (f"due   {due.date}  ({due.low} to {due.high})  {_need(due):<13} {due.reason_en}" for due in report.due)
    yield from _undated(report)
    yield from (f"{finding.severity:<7} {finding.en}" for finding in report.findings)


def _undated(report: VehicleReport) -> Iterator[str]:
    """Why the other items of the catalogue have no date."""
    for reason in sorted({why for path, why in report.unknown.items() if path.startswith("due.")}):
        items = [path.removeprefix("due.").replace(".", " ") for path, why in report.unknown.items()
                 if path.startswith("due.") and why is reason]
        yield f"no date ({reason}): {', '.join(items)}"


def _need(due: Due) -> str:
    return due.item if due.axle is None else f"{due.item} {due.axle}"


def _events(report: VehicleReport) -> str:
    events = report.events
    counts = (("braking", events.brake), ("accelerating", events.accel), ("cornering", events.corner))
    return ", ".join(f"{count} {name}" for name, count in counts if count is not None) or "unknown"


def _codes(report: VehicleReport) -> str:
    if report.codes is None:
        return "unknown"
    return ", ".join(f"{code.code} {code.status}" for code in report.codes) or "none"


def _refuels(report: VehicleReport) -> str:
    if report.refuels is None:
        return "unknown"
    litres = sum(refuel.litres.value for refuel in report.refuels if refuel.litres)
    return f"{len(report.refuels)} times" + (f", {litres:.0f} L" if litres else "")


def _figure(quantity: Q, digits: int, why: Unknown | None) -> str:
    if quantity is None:
        return f"unknown ({why})" if why else "unknown"
    low, value, high = (f"{figure:,.{digits}%}" if quantity.unit == "1" else f"{figure:,.{digits}f}"
                        for figure in (quantity.low, quantity.value, quantity.high))
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    return f"{value}{unit}  ({low} to {high}, {quantity.source})"


def _trips(report: VehicleReport, zone: ZoneInfo) -> Iterator[str]:
    for trip in report.trips:
        start, end = trip.start.astimezone(zone), trip.end.astimezone(zone)
        km = "    ? km" if trip.distance_km is None else f"{trip.distance_km.value:6.1f} km"
        litres = "" if trip.fuel_l is None else f"  {trip.fuel_l.value:5.2f} L"
        yield f"      {start:%Y-%m-%d %H:%M} to {end:%H:%M} {km}{litres}"
