"""One job: what follows from the changes on one car, from its marks to its proposed booking."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from archive.cold.reading import ColdReadings
from archive.fleet import reports, trips
from archive.fleet.code_scans import code_scans
from archive.fleet.marks import Claim
from archive.workshop import facts, proposing
from archive.workshop.facts import Car
from health import MODEL_VERSION
from health.assess import report
from health.shell.days import days_of
from health.shell.trip_renewal import all_statistics, renew_trips
from schemas.report import VehicleReport


@dataclass(frozen=True)
class Done:
    """What a job did, for the log and the metrics."""

    vehicle_id: int
    marks: int
    trips_changed: int
    proposed: list[str]


def do(connection: psycopg.Connection, claim: Claim, as_of: datetime, cold: ColdReadings | None = None) -> Done:
    """Bring everything derived of a claimed car up to date, in the transaction of the claim."""
    car = facts.car(connection, claim.vehicle_id, as_of)
    changed = renew_trips(connection, car, claim, cold)
    proposed = keep(connection, car, fold(connection, car, as_of), as_of)
    return Done(car.vehicle_id, claim.marks, changed, proposed)


def fold(connection: psycopg.Connection, car: Car, as_of: datetime) -> VehicleReport:
    """The report from the statistics of all stored trips; a car that never drove has an empty one."""
    name = str(car.vehicle_id)
    statistics = all_statistics(connection, car.vehicle_id)
    scans = code_scans(connection, car.vehicle_id, as_of)
    found = report(statistics, {name: car.facts}, as_of, car.timezone, scans=scans)
    return found.get(name) or VehicleReport(vehicle=name)


def keep(connection: psycopg.Connection, car: Car, found: VehicleReport, as_of: datetime) -> list[str]:
    """Store a report and all that follows from it, and return the due items it proposed.

    Bookings come last: people wait for their locks.
    """
    trips.put_figures(connection, car.vehicle_id, found.trips)
    reports.put_days(connection, car.vehicle_id, days_of(found.trips, car.timezone))
    reports.put(connection, car.vehicle_id, found, as_of, MODEL_VERSION, car.ownership_id)
    reports.put_weeks(connection, car.vehicle_id, found.weeks)
    return proposing.renew(connection, car, found.due, as_of.astimezone(car.timezone).date())
