"""Where the interval of a catalogue item counts from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from health.catalogue import RESTARTS
from health.moments import add_months
from health.tyre_work import Work, works
from schemas.vehicle import TYR_ROT, MaintenanceRule, VehicleFacts


@dataclass(frozen=True)
class Start:
    """A day the interval counts from: the item was done, or nothing is noted of it since tyres or car were new, or a
    set of tyres was mounted."""

    at: date
    odometer_km: float | None
    by: Literal["done", "tyres_new", "tyres_mounted", "registered"] = "done"


def start_of(rule: MaintenanceRule, facts: VehicleFacts, today: date, odometer_km: float,
             overdue_share: float) -> Start | None:
    """Latest work that includes the item, else the first day on the road while the first interval still counts."""
    noted = [start for start in _noted(rule.item, facts) if start.at <= today]
    if noted:
        return max(noted, key=lambda start: (start.at, start.odometer_km or 0.0))
    return _registration(rule, facts, today, odometer_km, overdue_share)


def _noted(item: str, facts: VehicleFacts) -> Iterator[Start]:
    if item == TYR_ROT:
        yield from (Start(work.day, work.odometer_km, _begun_by(work)) for work in works(facts))
        return
    yield from (Start(service.at, service.odometer_km) for service in facts.services
                if service.item in RESTARTS.get(item, (item,)))
    if item == "PM-MINOR" and facts.oil and facts.oil.changed_at:
        yield Start(facts.oil.changed_at, facts.oil.changed_km)
    if item == "BAT-12V" and facts.battery and facts.battery.fitted_at:
        yield Start(facts.battery.fitted_at, None)


def _begun_by(work: Work) -> Literal["done", "tyres_new", "tyres_mounted"]:
    """Why pairs of tyres need no swapping for a while; whoever mounts a set chooses which pair goes where."""
    if work.swaps:
        return "done"
    return "tyres_new" if work.renews else "tyres_mounted"


def _registration(rule: MaintenanceRule, facts: VehicleFacts, today: date, odometer_km: float,
                  overdue_share: float) -> Start | None:
    """First day on the road; None where so much time or distance has passed that others must have served the car."""
    at = facts.registered_at
    if at is None:
        return None
    late = rule.months is not None and today > add_months(at, rule.months * overdue_share)
    far = rule.km is not None and odometer_km > rule.km * overdue_share
    return None if late or far else Start(at, 0.0, "registered")
