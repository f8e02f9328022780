"""A fresh demo database: store, advisor, customers, cars, devices, and what the workshop did before."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from archive.database import logins, migrating
from archive.database.sealing import Vault
from archive.fleet import provisioning, vehicles
from archive.fleet.provisioning import Credentials
from archive.people import consent, customers, passwords, staff
from archive.workshop import measurements, services, stores
from archive.workshop.measurements import Measurement
from dev.demo.cast import STORE_CODE, Player
from dev.demo.keys import Keys
from schemas.vehicle import Axle
from schemas.workshop import Purpose, Role

DATABASE = "pitcall_demo"
ADVISOR = "limin"
BEFORE = timedelta(days=1)
"""Owners, devices and consents are there this long before the first sample."""


@dataclass(frozen=True)
class Seeded:
    """A car of the demo as the archive knows it."""

    player: Player
    vehicle_id: int
    customer_id: int
    credentials: Credentials


def fresh_database(server_url: str, keys: Keys, name: str = DATABASE) -> str:
    """Drop the last database of that name, create and migrate a new one, and return its superuser address."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = make_conninfo(server_url, dbname=name)
    with psycopg.connect(url, autocommit=True) as connection:
        migrating.migrate(connection)
        for role, password in keys.roles.items():
            logins.allow(connection, role, password)
    return url


def as_role(url: str, role: str, keys: Keys) -> str:
    """The same database for one of the working roles."""
    return make_conninfo(url, user=f"pitcall_{role}", password=keys.roles[role])


def seed(owner_url: str, keys: Keys, players: Sequence[Player], begin: datetime, shards: Sequence[str]) -> list[Seeded]:
    """Enter the whole cast as it stood at `begin`."""
    vault = Vault(keys.master)
    with psycopg.connect(owner_url) as connection:
        store_id = stores.add(connection, STORE_CODE, "示例汽车济南店", "Example Motors Jinan", "Asia/Shanghai")
        staff.add(connection, login=ADVISOR, password_hash=passwords.hash_of(keys.advisor), name="李敏",
                  roles=[(store_id, Role.SERVICE_ADVISOR)])
        return [_enter(connection, vault, store_id, player, begin, shards) for player in players]


def _enter(connection: psycopg.Connection, vault: Vault, store_id: int, player: Player, begin: datetime,
           shards: Sequence[str]) -> Seeded:
    since = begin - BEFORE
    customer_id = customers.add(connection, vault, name=player.name, phone=player.phone, sex=player.sex,
                                sendable=False, stores=[store_id])
    make, model = player.make_model
    vehicle_id = vehicles.add(connection, vault, vehicles.NewVehicle(
        store_id, player.vin, player.plate, make, model, player.facts(begin.date())))
    vehicles.own(connection, customer_id, vehicle_id, since)
    _agree(connection, customer_id, player, since)
    credentials = provisioning.add_device(connection, player.device_id, shards, secrets.token_urlsafe(24))
    vehicles.fit(connection, credentials.device_key, vehicle_id, since)
    _remember(connection, vehicle_id, player, begin)
    return Seeded(player, vehicle_id, customer_id, credentials)


def _agree(connection: psycopg.Connection, customer_id: int, player: Player, since: datetime) -> None:
    purposes = [Purpose.TELEMETRY, *([Purpose.LOCATION] if player.located else [])]
    for purpose in purposes:
        consent.grant(connection, customer_id, purpose, text_version="demo-1", channel="store", at=since)


def _remember(connection: psycopg.Connection, vehicle_id: int, player: Player, begin: datetime) -> None:
    """What the workshop did and measured before the story begins."""
    for service in player.services:
        services.complete(connection, vehicle_id, [service.item], (begin - timedelta(days=service.days_ago)).date(),
                          player.odometer_km - service.km_ago)
    if player.gauged:
        axles: tuple[Axle, Axle] = ("front", "rear")
        for axle, tread_mm in zip(axles, player.tread_mm, strict=True):
            measurements.add(connection, Measurement(vehicle_id, "tread", axle, round(tread_mm, 1), begin,
                                                     player.odometer_km))
