"""Instants and days."""

from datetime import UTC, date, datetime, time, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_us(moment: datetime | date) -> int:
    """Microseconds since 1970; a day counts from its first instant in UTC, as does a time without zone."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), UTC)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(us: int) -> datetime:
    """The instant so many microseconds after the begin of 1970."""
    return EPOCH + timedelta(microseconds=int(us))


def add_months(day: date, months: float) -> date:
    """Return the same day of a later month, or its last day; half months count 15 days."""
    whole = int(months)
    year, month = divmod(day.year * 12 + day.month - 1 + whole, 12)
    if year > date.max.year - 1:
        return date.max
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last)) + timedelta(days=round((months - whole) * 30))


def day_of(moment: datetime | date) -> date:
    """The day of an instant in UTC, or the day itself."""
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
