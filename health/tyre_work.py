"""What was done to a car's tyres, in order: from changes on record, services and the vehicle file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from health.history import DAY
from health.moments import day_of, instant_us
from health.trips import SECOND
from schemas.vehicle import OTHER_AXLE, TYR_NEW, TYR_ROT, Axle, ServiceDone, TyreChange, VehicleFacts

AXLES: tuple[Axle, ...] = ("front", "rear")

STAY_US, WEST_US = 7 * DAY, 12 * 3600 * SECOND
"""Work on tyres is completed within a week of being noted, K, on a day that somewhere ends 12 hours after UTC's."""


@dataclass(frozen=True)
class Work:
    """Work of one visit: a set mounted, then its pairs swapped, then new ones put in; each of them may be missing."""

    at_us: int       # driving from here on is with what the visit left on the car
    gauged_us: int   # gauge readings until here are of what was on it before: the check comes before the work
    day: date
    mounts: str | None = None
    swaps: bool = False
    renews: tuple[Axle, ...] = ()
    winter: bool = False
    odometer_km: float | None = None
    new_mm: float | None = None

    @property
    def order(self) -> tuple[int, bool, bool, str, tuple[Axle, ...]]:
        """In time; within a visit as it is done."""
        return self.at_us, bool(self.renews), self.swaps, self.mounts or "", self.renews


def works(facts: VehicleFacts) -> list[Work]:
    """All work in time order; what was noted twice, as a change of tyres and as a service of that day, is one work."""
    noted = [(change.at, _of_change(change)) for change in facts.tyre_changes]
    changes = sorted(noted, key=lambda one: one[1].order)
    done = [service for service in facts.services if service.item in (TYR_ROT, TYR_NEW)]
    found = [work for _, work in changes] + list(_of_services(done, changes)) + list(_of_file(facts, changes))
    return sorted(found, key=lambda work: work.order)


def _of_change(change: TyreChange) -> Work:
    """A change of which only the day is known counts from its end."""
    at_us = instant_us(change.at) if isinstance(change.at, datetime) else instant_us(change.at) + DAY
    return Work(at_us, at_us, day_of(change.at), change.set_name if change.kind == "mounted" else None,
                change.moved or change.kind == "rotated", _renewed(change.axle) if change.kind == "new" else (),
                change.winter, change.odometer_km, change.new_mm)


def _of_services(services: Sequence[ServiceDone], changes: Sequence[tuple[datetime | date, Work]]) -> Iterator[Work]:
    """Services nobody noted as a change. New tyres are on the axle they replaced, or moved with a rotation that day."""
    renewing, rotating = ({service.at for service in services if service.item == item} for item in (TYR_NEW, TYR_ROT))
    for service in services:
        beside = [work for at, work in changes if _of_visit(at, service.at)]
        new = service.item == TYR_NEW
        axle = OTHER_AXLE[service.axle] if service.axle and service.at in rotating else service.axle
        if not any(work.renews if new else work.swaps for work in beside):
            work = _dated(service.at, beside, from_morning=service.at in renewing)
            yield Work(*work, swaps=not new, renews=_renewed(axle) if new else (), odometer_km=service.odometer_km)


def _of_file(facts: VehicleFacts, changes: Sequence[tuple[datetime | date, Work]]) -> Iterator[Work]:
    """The vehicle file's tyres were new on both axles the day they were fitted."""
    tyres = facts.tyres
    if tyres is not None and tyres.fitted_at is not None:
        beside = [work for at, work in changes if _of_visit(at, tyres.fitted_at)]
        yield Work(*_dated(tyres.fitted_at, beside, from_morning=True), renews=AXLES, odometer_km=tyres.fitted_km)


def _dated(day: date, beside: Sequence[Work], *, from_morning: bool) -> tuple[int, int, date]:
    """Instants of a work of which the day is known: with a change noted that day, else with the day."""
    if beside:
        return beside[0].at_us, beside[0].gauged_us, day
    return instant_us(day) + (0 if from_morning else DAY), instant_us(day) + DAY, day


def _of_visit(at: datetime | date, day: date) -> bool:
    """Whether work completed on a day is that of a change noted then or shortly before."""
    latest_us = DAY + WEST_US if isinstance(at, datetime) else 1
    return -STAY_US <= instant_us(at) - instant_us(day) < latest_us


def _renewed(axle: Axle | None) -> tuple[Axle, ...]:
    return AXLES if axle is None else (axle,)
