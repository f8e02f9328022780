"""Odometers: from when on the dashboard shows something else than the car has done, who found out, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.fleet import marks
from schemas.errors import Conflict

_QUERIES = beside(__file__)

Reason = Literal["cluster_replaced", "cluster_repaired", "tampered"]


@dataclass(frozen=True)
class Correction:
    """From `corrected_at` on the dashboard shows `shown_km` where the car has done `true_km`."""

    vehicle_id: int
    corrected_at: datetime
    shown_km: float
    true_km: float
    reason: Reason
    staff_id: int


def correct(connection: psycopg.Connection, correction: Correction) -> bool:
    """Record a correction and have the car's outlook computed again; False when it stands there already.

    Raises Conflict where another one stands at that instant: corrections are never changed, a later one supersedes.
    """
    with our_errors():
        new = connection.execute(_QUERIES["correct"], vars(correction)).rowcount > 0
    if not new and connection.execute(_QUERIES["stands"], vars(correction)).fetchone() is None:
        raise Conflict("another correction stands at that instant")
    marks.touch_outlook(connection, correction.vehicle_id)
    return new
