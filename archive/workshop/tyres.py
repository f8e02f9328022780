"""Tyres: what the workshop moved between the axles, mounted or put on new; wear goes with the rubber."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.fleet import marks
from schemas.errors import Conflict
from schemas.vehicle import Axle

_QUERIES = beside(__file__)


@dataclass(frozen=True)
class TyreChange:
    """A rotation, another set mounted, or new tyres on one axle or both, before which the pairs may have moved.

    `set_name` tells the car's sets apart, `new_mm` is the depth of new tyres.
    """

    vehicle_id: int
    kind: Literal["rotated", "mounted", "new"]
    changed_at: datetime
    set_name: str = ""
    winter: bool = False
    axle: Axle | None = None
    moved: bool = False
    new_mm: float | None = None
    odometer_km: float | None = None
    staff_id: int | None = None


def change(connection: psycopg.Connection, changed: TyreChange) -> bool:
    """Record a change and have the car's outlook computed again; False when it stands there already.

    Raises Conflict where another one stands at that instant.
    """
    with our_errors():
        new = connection.execute(_QUERIES["change"], vars(changed)).rowcount > 0
    if not new and connection.execute(_QUERIES["stands"], vars(changed)).fetchone() is None:
        raise Conflict("another change of tyres stands at that instant")
    marks.touch_outlook(connection, changed.vehicle_id)
    return new
