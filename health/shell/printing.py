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
    ("distance", "distance_km", "z,.1f"),
    ("fuel", "fuel_l", "z,.1f"),
    ("consumption", "fuel_l_per_100km", "z,.1f"),
    ("highway distance", "road_mix.highway", "z.0%"),
    ("congested time", "road_mix.congested_time", "z.0%"),
    ("idling time", "pattern.idle_time", "z.0%"),
    ("cold engine time", "pattern.cold_time", "z.0%"),
    ("idling fuel", "pattern.idle_fuel", "z.0%"),
    ("change of consumption", "fuel_drift.change", "z.0%"),
    ("of it unexplained", "fuel_drift.unexplained", "z.0%"),
    ("traction energy", "electricity.energy_kwh", "z,.1f"),
    ("front tyre wear", "tyres.front.mm_per_1000km", "z,.2f"),
    ("rear tyre wear", "tyres.rear.mm_per_1000km", "z,.2f"),
    ("front tread", "tyres.front.tread_mm", "z,.1f"),
    ("rear tread", "tyres.rear.tread_mm", "z,.1f"),
    ("brake energy", "brakes.energy_mj_per_km", "z,.3f"),
    ("front pads", "brakes.pad_mm_front", "z,.1f"),
    ("rear pads", "brakes.pad_mm_rear", "z,.1f"),
    ("oil revolutions", "oil.weighted_revolutions_per_km", "z,.0f"),
    ("oil life", "oil.life_pct", "z,.0f"),
    ("battery at rest", "battery.rest_v", "z,.2f"),
    ("battery cranking", "battery.crank_v", "z,.2f"),
    ("battery charging", "battery.charging_v", "z,.2f"),
    ("warm coolant", "cooling.steady_c", "z,.0f"),
    ("trim at idle", "fuel_trims.idle_pct", "z,.1f"),
    ("trim under way", "fuel_trims.part_load_pct", "z,.1f"),
    ("driving score", "driving_score", "z,.0f"),
)
"""Label, place in the report, format; shares in per cent."""


def _lines(report: VehicleReport, zone: ZoneInfo) -> Iterator[str]:
    yield report.vehicle
    yield "=" * max(len(report.vehicle), 8)
    for label, path, shape in FIGURES:
        yield f"{label:<24}{_figure(attrgetter(path)(report), shape, report.unknown.get(path))}"
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
        return _unknown(report.unknown.get("codes"))
    return ", ".join(f"{code.code} {code.status}" for code in report.codes) or "none"


def _refuels(report: VehicleReport) -> str:
    if report.refuels is None:
        return _unknown(report.unknown.get("refuels"))
    litres = sum(refuel.litres.value for refuel in report.refuels if refuel.litres)
    return f"{len(report.refuels)} times" + (f", {litres:.0f} L" if litres else "")


def _figure(quantity: Q, shape: str, why: Unknown | None) -> str:
    if quantity is None:
        return _unknown(why)
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    return f"{quantity.value:{shape}}{unit}  ({quantity.low:{shape}} to {quantity.high:{shape}}, {quantity.source})"


def _unknown(why: Unknown | None) -> str:
    return f"unknown ({why})" if why else "unknown"


def _trips(report: VehicleReport, zone: ZoneInfo) -> Iterator[str]:
    for trip in report.trips:
        start, end = trip.start.astimezone(zone), trip.end.astimezone(zone)
        km = "    ? km" if trip.distance_km is None else f"{trip.distance_km.value:6.1f} km"
        litres = "" if trip.fuel_l is None else f"  {trip.fuel_l.value:5.2f} L"
        yield f"      {start:%Y-%m-%d %H:%M} to {end:%H:%M} {km}{litres}"
