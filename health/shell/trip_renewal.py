"""Trips after their readings changed: only the touched ones are computed again, and they come out as from scratch."""

from datetime import UTC, datetime, timedelta

import polars as pl
import psycopg
from psycopg.types.range import Range

from archive.cold.reading import ColdReadings
from archive.fleet import history, reports, trips
from archive.fleet.marks import Claim
from archive.fleet.trips import Group
from archive.workshop.facts import Car
from health import MODEL_VERSION
from health.policy import DEFAULT
from health.shell.remembering import with_expired_positions
from health.shell.windows import Window, merged
from health.statistics import TRIP_STATISTICS, summarise
from schemas.vehicle import VehicleFacts

MARGIN = timedelta(seconds=DEFAULT.trips.window_margin_s)
LONGEST_READ = timedelta(days=31)
"""Longest piece of history in memory at once [d]: a whole life is computed month by month. K: about 0.1 GB at 1 Hz"""
_BEGIN = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


def renew_trips(connection: psycopg.Connection, car: Car, claim: Claim, cold: ColdReadings | None) -> int:
    """Compute the trips of a claim's intervals again, all of them after a new model; returns how many rows changed.

    Raises ConfigurationError when that needs readings that are in cold storage and none is given.
    """
    return sum(_renew(connection, car, piece, cold)
               for window in _windows(connection, claim, cold) for piece in window.pieces(LONGEST_READ))


def all_statistics(connection: psycopg.Connection, vehicle_id: int) -> pl.DataFrame:
    """Statistics of every stored group of a car, exactly as they were computed."""
    lines = trips.statistics(connection, vehicle_id)
    return pl.read_ndjson("\n".join(lines).encode(), schema=TRIP_STATISTICS) if lines else TRIP_STATISTICS.to_frame()


def _windows(connection: psycopg.Connection, claim: Claim, cold: ColdReadings | None) -> list[Window]:
    """What to look at, long windows as far as anything is stored there.

    A new model may find trips where the old one found none. In short windows nothing is found sooner than looked up.
    """
    if reports.model_version(connection, claim.vehicle_id) != MODEL_VERSION:
        touched = [Window(_BEGIN, _END)]
    else:
        touched = [_closed(interval) for interval in claim.touched]
    if all(window.last - window.first <= LONGEST_READ for window in touched):
        return merged(window.widened(MARGIN) for window in touched)
    stored = history.extent(connection, claim.vehicle_id, cold)
    inside = [window.clipped(stored.first, stored.last) for window in touched] if stored.first else []
    return merged(window.widened(MARGIN) for window in inside if window)


def _closed(interval: Range[datetime]) -> Window:
    return Window(interval.lower or _BEGIN, interval.upper or _END)


def _renew(connection: psycopg.Connection, car: Car, window: Window, cold: ColdReadings | None) -> int:
    """Replace the trips of a window, grown until no trip, stored or new, crosses its ends.

    A group depends on nothing further than the margin, so those inside come out as from the whole history, and those
    outside stay as they are.
    """
    facts = {str(car.vehicle_id): car.facts}
    grown = _with_stored(connection, car.vehicle_id, window)
    groups = _groups(connection, car.vehicle_id, grown, facts, cold)
    while (wider := _with_stored(connection, car.vehicle_id, _around(grown, groups))) != grown:
        grown = wider
        groups = _groups(connection, car.vehicle_id, grown, facts, cold)
    return trips.replace(connection, car.vehicle_id, grown.first, grown.last, _rows(groups), MODEL_VERSION)


def _with_stored(connection: psycopg.Connection, vehicle_id: int, window: Window) -> Window:
    while True:
        stored = trips.reach(connection, vehicle_id, window.first, window.last)
        wider = window.with_(stored.first, stored.last)
        if wider == window:
            return window
        window = wider


def _groups(connection: psycopg.Connection, vehicle_id: int, window: Window, facts: dict[str, VehicleFacts],
            cold: ColdReadings | None) -> pl.DataFrame:
    """Groups of readings that overlap a window."""
    seen = window.widened(MARGIN)
    groups = summarise(history.readings(connection, vehicle_id, seen.first, seen.last, cold), facts)
    inside = groups.filter(pl.col("start") <= window.last, pl.col("end") >= window.first)
    return with_expired_positions(connection, vehicle_id, window, inside)


def _around(window: Window, groups: pl.DataFrame) -> Window:
    first, last = groups.select(pl.col("start").min(), pl.col("end").max()).row(0)
    return window.with_(first, last)


def _rows(groups: pl.DataFrame) -> list[Group]:
    lines = groups.write_ndjson().splitlines()
    keys = groups.select("start", "end", "kept").iter_rows()
    return [Group(start, end, kept, line) for (start, end, kept), line in zip(keys, lines, strict=True)]
