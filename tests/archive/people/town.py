"""A small town for tests: two stores, their people, two owners with one car each, and somebody without a car."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from archive.database.sealing import Vault
from archive.fleet import vehicles
from archive.people import consent, customers, passwords, staff
from archive.people.actors import Actor
from schemas.findings import Finding, FindingCode, Severity
from schemas.quantity import Quantity, Unknown
from schemas.report import AxleTyres, FleetComparison, FleetFigure, TyreReport, VehicleReport
from schemas.report_use import Pattern, RoadMix, Trip
from schemas.vehicle import VehicleFacts
from schemas.workshop import Purpose, Role
from tests.stage.database import Database

PASSWORD = "quiet-seat-by-the-window"
PASSWORD_HASH = passwords.hash_of(PASSWORD)
ZHANG_PHONE, LI_PHONE = "+8613800138000", "+8613900139000"
NOW = datetime.now(UTC).replace(microsecond=0)
"""When the tests began; what must be fresh is measured from the moment the town is built."""
LONG_AGO = NOW - timedelta(days=400)


@dataclass(frozen=True)
class Household:
    """An owner with his car and everything that hangs on it."""

    customer_id: int
    vehicle_id: int
    device_key: int
    booking_id: int
    due_item_id: int

    @property
    def actor(self) -> Actor:
        return Actor("customer", self.customer_id)


@dataclass(frozen=True)
class Town:
    """Who lives here, by number."""

    database: Database
    vault: Vault
    north: int
    south: int
    zhang: Household
    li: Household
    advisor: Actor
    manager: Actor
    administrator: Actor
    southern_advisor: Actor

    def rows(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """Whatever a test wants to see, row security aside."""
        return self.database.rows(statement, *parameters)

    def change(self, statement: str, *parameters: object) -> None:
        """Whatever else happens in town."""
        self.database.change(statement, *parameters)


def build(database: Database, vault: Vault) -> Town:
    """Fill an empty database."""
    with database.connect() as connection:
        north, south = (_store(connection, *names) for names in (("N", "北店", "North"), ("S", "南店", "South")))
        people = [_colleague(connection, login, store, role) for login, store, role in (
            ("limin", north, Role.SERVICE_ADVISOR), ("wanglei", north, Role.SERVICE_MANAGER),
            ("root", north, Role.ADMINISTRATOR), ("zhouning", south, Role.SERVICE_ADVISOR))]
        zhang = household(connection, vault, "张强", ZHANG_PHONE, north, "LSVAA4182E2000001", "鲁A12345")
        li = household(connection, vault, "李芳", LI_PHONE, south, "LSVAA4182E2000002", "鲁B54321")
        return Town(database, vault, north, south, zhang, li, *people)


def household(connection: psycopg.Connection, vault: Vault, name: str, phone: str, store: int, vin: str,
              plate: str) -> Household:
    """An owner who consents to everything, his car with a device, a trip, a report and a proposed booking."""
    owner = customers.add(connection, vault, name=name, phone=phone, sex="male", sendable=False, stores=[store])
    for purpose in Purpose:
        consent.grant(connection, owner, purpose, text_version="1", channel="paper", at=LONG_AGO)
    car = vehicles.add(connection, vault, vehicles.NewVehicle(store, vin, plate, "Passat", "1.4T", VehicleFacts()))
    vehicles.own(connection, owner, car, LONG_AGO)
    device = fitted_device(connection, car, f"dongle-{car}")
    _drive(connection, car)
    return Household(owner, car, device, *_proposal(connection, owner, car, store))


def fitted_device(connection: psycopg.Connection, car: int, name: str) -> int:
    """A device in the car that last spoke half a minute ago."""
    device = _number(connection, "INSERT INTO device (device_id, shard, password_hash) VALUES (%s, 's00', 'x') "
                                 "RETURNING device_key", name)
    vehicles.fit(connection, device, car, LONG_AGO)
    seen = datetime.now(UTC) - timedelta(seconds=30)
    connection.execute(
        "INSERT INTO live (device_key, speed_kmh, speed_kmh_at, odometer_km, odometer_km_at, latitude, latitude_at, "
        "longitude, longitude_at) VALUES (%s, 52, %s, 23456.7, %s, 36.66831, %s, 117.02, %s)",
        [device, seen, seen - timedelta(hours=3), seen, seen])
    return device


def _drive(connection: psycopg.Connection, car: int) -> None:
    km = Quantity(value=12.5, low=12.3, high=12.7, source="odometer", unit="km")
    for day in range(5):
        start = NOW - timedelta(days=day + 1)
        trip = Trip(start=start, end=start + timedelta(minutes=20), distance_km=km)
        connection.execute("INSERT INTO trip VALUES (%s, %s, %s, true, %s, '{}', 'test')",
                           [car, trip.start, trip.end, Jsonb(trip.model_dump(mode="json"))])
    finding: dict[str, Any] = {"severity": Severity.ADVISE, "evidence": []}
    findings = [Finding(code=FindingCode.USE_MOTORWAY, zh="近1,400公里高速占82%", en="82 % on motorways", **finding),
                Finding(code=FindingCode.MEASURE_PADS, zh="刹车片没有实测", en="pads were never measured", **finding)]
    share = Quantity(value=0.82, low=0.78, high=0.86, source="speed", unit="1")
    report = VehicleReport(
        vehicle=str(car), distance_km=km, road_mix=RoadMix(highway=share), fuel_l=km, driving_score=share,
        tyres=TyreReport(front=AxleTyres(tread_mm=km)), pattern=Pattern(idle_time=share), refuels=[], findings=findings,
        fleet=FleetComparison(cars=12, fuel_l_per_100km=FleetFigure(ratio=share)),
        unknown={"brakes.pad_mm_front": Unknown.NO_FACT})
    connection.execute("INSERT INTO report (vehicle_id, as_of, model_version, body, ownership_id) "
                       "SELECT vehicle_id, %s, 'test', %s, ownership_id FROM ownership WHERE vehicle_id = %s",
                       [datetime.now(UTC), Jsonb(report.model_dump(mode="json")), car])


def _proposal(connection: psycopg.Connection, owner: int, car: int, store: int) -> tuple[int, int]:
    booking = _number(connection, "INSERT INTO booking (vehicle_id, customer_id, store_id, proposed_for) "
                                  "VALUES (%s, %s, %s, %s) RETURNING booking_id", car, owner, store, date(2026, 12, 5))
    due = _number(connection, "INSERT INTO due_item (vehicle_id, item, cycle, due_on, due_low, due_high, due_limit, "
                              "reason_zh, reason_en, booking_id) VALUES (%s, 'PM-MINOR', 0, '2026-12-10', "
                              "'2026-12-02', '2026-12-20', 'km', '里程走得快', 'many kilometres', %s) "
                              "RETURNING due_item_id", car, booking)
    return booking, due


def _store(connection: psycopg.Connection, code: str, zh: str, en: str) -> int:
    return _number(connection, "INSERT INTO store (code, name_zh, name_en) VALUES (%s, %s, %s) RETURNING store_id",
                   code, zh, en)


def _colleague(connection: psycopg.Connection, login: str, store: int, role: Role) -> Actor:
    return Actor("staff", staff.add(connection, login=login, password_hash=PASSWORD_HASH, name=login,
                                    roles=[(store, role)]))


def _number(connection: psycopg.Connection, statement: str, *parameters: object) -> int:
    row = connection.execute(statement, parameters).fetchone()
    assert row is not None
    return int(row[0])
