"""Odometers: from when on the dashboard shows something else than the car has done, who found out, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from archive.database.connecting import our_errors
from archive.database.queries import beside
from archive.fleet import marks

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


def correct(connection: psycopg.Connection, correction: Correction) -> None:
    """Record a correction and have the car's outlook computed again.

    Raises Conflict where one stands at that instant: corrections are never changed, a later one supersedes.
    """
    with our_errors():
        connection.execute(_QUERIES["correct"], vars(correction))
    marks.touch_outlook(connection, correction.vehicle_id)
