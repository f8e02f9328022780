"""Tyres: what the workshop moved between the axles or mounted; wear goes with the rubber."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.fleet import marks

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class TyreChange:
    """A rotation, or another set mounted; `set_name` tells the car's sets apart."""

    vehicle_id: int
    kind: Literal["rotated", "mounted"]
    changed_at: datetime
    set_name: str = ""
    winter: bool = False
    staff_id: int | None = None


def change(connection: psycopg.Connection, changed: TyreChange) -> bool:
    """Record a change and have the car's outlook computed again; False when it stands there already."""
    with our_errors():
        new = connection.execute(_QUERIES["change"], vars(changed)).rowcount > 0
    marks.touch_outlook(connection, changed.vehicle_id)
    return new
