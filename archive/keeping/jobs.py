"""The timed jobs: what the keeper does, and how often. A further job is a further line in JOBS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from archive.admin.ending import Ending
from archive.cold import exporting
from archive.cold.folder import Folder
from archive.fleet import retention
from archive.keeping import compression, expiry
from archive.people import attempts, sessions


@dataclass(frozen=True)
class Shift:
    """What a job gets: a connection of its owner that commits each statement, the clock, and who asks it to end.

    `cold` is None where PITCALL_COLD is not set.
    """

    connection: psycopg.Connection
    now: datetime
    ending: Ending
    cold: Folder | None = None


Counts = Mapping[str, int]
"""What a job did, by name; goes to the log and is added up in `keeper_done_total{what}`."""


@dataclass(frozen=True)
class Job:
    """One timed job: when it is due again after it began, and what it does.

    Whatever it raises is logged and counted, and it is tried again after at most RETRY_AFTER. It must bear being killed
    and being repeated.
    """

    name: str
    every: timedelta
    run: Callable[[Shift], Counts]


RETRY_AFTER = timedelta(hours=1)
"""Longest wait after a failure. K."""


def _forget_sessions(shift: Shift) -> Counts:
    return {"sessions_forgotten": sessions.forget_old(shift.connection)}


def _forget_attempts(shift: Shift) -> Counts:
    return {"attempts_forgotten": attempts.forget_old(shift.connection)}


def _export(shift: Shift) -> Counts:
    if shift.cold is None:
        return {}
    rule = retention.rule(shift.connection, "reading", shift.now)
    assert rule.exported_before is not None  # noqa: S101 - the table demands one for readings
    done = exporting.export_new_months(shift.connection, shift.cold, rule.exported_before, shift.ending)
    return {"readings_exported": done.written, "parts_written": done.parts}


def _compress(shift: Shift) -> Counts:
    return compression.compress(shift.connection, shift.now, shift.ending)


def _expire_positions(shift: Shift) -> Counts:
    return expiry.drop_expired_positions(shift.connection, shift.now, shift.ending)


def _expire_readings(shift: Shift) -> Counts:
    return expiry.drop_expired_readings(shift.connection, shift.cold, shift.now, shift.ending)


JOBS: tuple[Job, ...] = (
    Job("sessions", timedelta(hours=1), _forget_sessions),
    Job("attempts", timedelta(minutes=15), _forget_attempts),
    Job("cold-export", timedelta(hours=6), _export),
    Job("compression", timedelta(hours=1), _compress),
    Job("expire-positions", timedelta(hours=1), _expire_positions),
    Job("expire-readings", timedelta(days=1), _expire_readings),
)
