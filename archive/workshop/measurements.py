"""Measurements: what the workshop found with a gauge in the 12-item check; health learns from them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from archive.database.queries import beside
from archive.fleet import marks

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class Measurement:
    """A depth or thickness [mm] of one axle."""

    vehicle_id: int
    kind: Literal["tread", "pad"]
    axle: Literal["front", "rear"]
    value_mm: float
    measured_at: datetime
    odometer_km: float | None = None
    staff_id: int | None = None


def add(connection: psycopg.Connection, measured: Measurement) -> bool:
    """Record a measurement and have the car's outlook computed again; False when that reading stands there already."""
    new = connection.execute(_QUERIES["add"], vars(measured)).rowcount > 0
    marks.touch_outlook(connection, measured.vehicle_id)
    return new
