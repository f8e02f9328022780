"""The vehicles a person may see: whose they are decides how much of them shows."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from archive.database.queries import beside
from archive.database.sealing import Vault
from archive.people.sealed import opened
from schemas.errors import NotAllowed, NotFound

_QUERIES = beside(__file__)
VIN, PLATE = "vehicle.vin", "vehicle.plate"
"""Places the values are sealed for."""


@dataclass(frozen=True)
class ParkedCar:
    """A vehicle as one person sees it; `in_full` for its owner and for those who serve its owner or its home store."""

    vehicle_id: int
    store_id: int
    make: str
    model: str
    state: str
    in_full: bool
    vin: str | None
    plate: str | None
    odometer_km: float | None
    odometer_at: datetime | None


def vehicles(connection: psycopg.Connection, vault: Vault, *, after: int = 0, limit: int = 50) -> list[ParkedCar]:
    """One page of vehicles the transaction may see, by number."""
    return _select(connection, vault, {"vehicle": None, "after": after, "limit": limit})


def vehicle(connection: psycopg.Connection, vault: Vault, vehicle_id: int) -> ParkedCar:
    """One vehicle; raises NotFound when there is none or it is not yours."""
    found = _select(connection, vault, {"vehicle": vehicle_id, "after": 0, "limit": 1})
    if not found:
        raise NotFound
    return found[0]


def require_in_full(connection: psycopg.Connection, vehicle_id: int) -> None:
    """Raises NotFound for a vehicle that is not yours, NotAllowed for one you may only know of."""
    row = connection.execute(_QUERIES["in_full"], {"vehicle": vehicle_id}).fetchone()
    if row is None:
        raise NotFound
    if not row[0]:
        raise NotAllowed


def _select(connection: psycopg.Connection, vault: Vault, given: dict[str, int | None]) -> list[ParkedCar]:
    with connection.cursor(row_factory=class_row(_Sealed)) as cursor:
        return [row.clear(vault) for row in cursor.execute(_QUERIES["vehicles"], given)]


@dataclass(frozen=True)
class _Sealed:
    vehicle_id: int
    store_id: int
    make: str
    model: str
    state: str
    in_full: bool
    data_key_id: int
    wrapped: bytes | None
    vin_sealed: bytes | None
    plate_sealed: bytes | None
    odometer_km: float | None
    odometer_km_at: datetime | None

    def clear(self, vault: Vault) -> ParkedCar:
        vin = opened(vault, self.data_key_id, self.wrapped, self.vin_sealed, VIN)
        plate = opened(vault, self.data_key_id, self.wrapped, self.plate_sealed, PLATE)
        if not self.in_full:
            vin, plate = masked_vin(vin), masked_plate(plate)
        return ParkedCar(self.vehicle_id, self.store_id, self.make, self.model, self.state, self.in_full, vin, plate,
                         self.odometer_km, self.odometer_km_at)


def masked_vin(vin: str | None) -> str | None:
    """The last six characters, the part a workshop knows a car by."""
    return f"{'*' * len(vin[:-6])}{vin[-6:]}" if vin else None


def masked_plate(plate: str | None) -> str | None:
    """Province, letter and the last two characters."""
    return f"{plate[:2]}{'*' * len(plate[2:-2])}{plate[-2:]}" if plate else None
