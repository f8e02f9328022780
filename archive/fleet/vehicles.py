"""Vehicles, the devices fitted to them and the people who own them."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.types.json import Jsonb

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.database.sealing import Vault
from schemas.errors import NotFound
from schemas.vehicle import VehicleFacts

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class NewVehicle:
    """What is entered when a car gets its file; `vin` and `plate` are stored sealed."""

    store_id: int
    vin: str
    plate: str
    make: str
    model: str
    facts: VehicleFacts


def normalised_vin(vin: str) -> str:
    """Upper case without blanks; imports that break the check digit are accepted, so nothing else is judged here."""
    return "".join(vin.upper().split())


def add(connection: psycopg.Connection, vault: Vault, new: NewVehicle) -> int:
    """Open the file of a car and return its id; raises Conflict when the VIN has one already."""
    key = vault.new_data_key(connection)
    vin = normalised_vin(new.vin)
    values = {"store": new.store_id, "key": key.key_id, "vin": key.seal(vin, "vehicle.vin"),
              "token": vault.token("vehicle.vin", vin), "plate": key.seal(new.plate, "vehicle.plate"),
              "make": new.make, "model": new.model, "facts": Jsonb(new.facts.model_dump(mode="json"))}
    with our_errors():
        row = connection.execute(_QUERIES["add"], values).fetchone()
    assert row is not None  # noqa: S101 - INSERT ... RETURNING gives a row or raises
    return int(row[0])


def by_vin(connection: psycopg.Connection, vault: Vault, vin: str) -> int | None:
    """Id of the car with this VIN."""
    row = connection.execute(_QUERIES["by_vin"], [vault.token("vehicle.vin", normalised_vin(vin))]).fetchone()
    return int(row[0]) if row else None


def store_of(connection: psycopg.Connection, vehicle_id: int) -> int:
    """The home store of a car; raises NotFound when there is none or it is not yours to see."""
    row = connection.execute(_QUERIES["store_of"], [vehicle_id]).fetchone()
    if row is None:
        raise NotFound("no such vehicle")
    return int(row[0])


def fit(connection: psycopg.Connection, device_key: int, vehicle_id: int, since: datetime,
        until: datetime | None = None) -> None:
    """Say which car a device sits in from when to when; everything measured in that time becomes the car's.

    Raises Conflict when device or car is taken in that time.
    """
    with our_errors():
        connection.execute(_QUERIES["fit"], {"device": device_key, "vehicle": vehicle_id, "since": since,
                                             "until": until})


def transaction_time(connection: psycopg.Connection) -> datetime:
    """What the transaction takes for now: what is fitted from then on is fitted within the transaction already."""
    row = connection.execute(_QUERIES["transaction_time"]).fetchone()
    assert row is not None  # noqa: S101 - there is always a time
    now: datetime = row[0]
    return now


def unfit(connection: psycopg.Connection, device_key: int, until: datetime) -> None:
    """Say that a device sits in no car from then on; one that sits in none changes nothing."""
    connection.execute(_QUERIES["unfit"], {"device": device_key, "until": until})


def own(connection: psycopg.Connection, customer_id: int, vehicle_id: int, since: datetime) -> None:
    """Say who owns a car from when on; raises Conflict while another owner holds it."""
    with our_errors():
        connection.execute(_QUERIES["own"], {"customer": customer_id, "vehicle": vehicle_id, "since": since})
