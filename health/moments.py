"""Instants and days."""

from datetime import UTC, date, datetime, time

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_us(moment: datetime | date) -> int:
    """Microseconds since 1970; a day counts from its first instant in UTC, as does a time without zone."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), UTC)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
