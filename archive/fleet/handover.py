"""Handover: what of a stored report goes with the car, and what stays with the person who drove it.

With the car go odometer, tread, pads, oil, battery, codes and what is due; with the person stay trips, roads, fuel,
patterns and the driving score (`design.md` 3).
"""

from collections.abc import Iterator
from typing import Any

from schemas.findings import FindingCode
from schemas.quantity import Unknown
from schemas.report import FleetFigure, VehicleReport

PERSONAL_FIELDS = ("road_mix", "fuel_l", "fuel_l_per_100km", "fuel_by_source", "events", "events_list", "driving_score",
                   "trips", "pattern", "weeks", "refuels", "fuel_drift", "electricity")
"""Fields of a report that tell how somebody drove."""

PERSONAL_FINDINGS = frozenset({
    FindingCode.USE_MOTORWAY, FindingCode.USE_CONGESTION, FindingCode.FUEL_USE_UP, FindingCode.FUEL_USE_DOWN,
    FindingCode.FUEL_USE_EXPLAINED, FindingCode.FUEL_FLEET})

REASONED_FINDINGS = frozenset({FindingCode.SERVICE_DUE, FindingCode.TYRE_TREAD_FORECAST,
                               FindingCode.BRAKE_PADS_FORECAST})
"""Findings whose words give a pace of use as the reason: health writes them anew for the next owner."""

_NOBODY = VehicleReport(vehicle="").model_dump(mode="json")


def with_the_car(body: dict[str, Any]) -> dict[str, Any]:
    """A stored report without what stays with the person; each null it leaves has its reason."""
    bare = {name: _NOBODY[name] for name in PERSONAL_FIELDS}
    fuel = {"fuel_l_per_100km": FleetFigure().model_dump()}
    fleet = body.get("fleet", _NOBODY["fleet"]) | fuel
    nulls = _nulls(bare | {"fleet": fuel})
    due = [item | {"reason_zh": "", "reason_en": ""} for item in body.get("due", [])]
    return body | bare | {"fleet": fleet, "due": due, "findings": goes_along(body.get("findings", [])),
                          "unknown": body.get("unknown", {}) | dict.fromkeys(nulls, Unknown.FORMER_OWNER.value)}


def goes_along(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings about the car, without those about how somebody drove it."""
    return [finding for finding in findings if finding["code"] not in PERSONAL_FINDINGS | REASONED_FINDINGS]


def _nulls(part: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in part.items():
        if value is None:
            yield prefix + name
        elif isinstance(value, dict):
            yield from _nulls(value, f"{prefix}{name}.")
