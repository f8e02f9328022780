"""Clocks of devices: which times can be true, seen from the moment of receipt."""

from datetime import UTC, datetime, timedelta

from schemas.wire import FARTHEST_AHEAD_MS, OLDEST_MS

OLDEST = timedelta(milliseconds=OLDEST_MS)
FARTHEST_AHEAD = timedelta(milliseconds=FARTHEST_AHEAD_MS)


def plausible(time: datetime, arrived: datetime) -> bool:
    """Whether something received at `arrived` can have been measured at `time`."""
    return arrived - OLDEST <= time <= arrived + FARTHEST_AHEAD


def instant(epoch_ms: float) -> datetime | None:
    """The instant of an epoch time [ms]; None when no calendar has it."""
    try:
        return datetime.fromtimestamp(epoch_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
