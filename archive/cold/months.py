"""Months in UTC, the unit of cold storage: pure arithmetic."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Window:
    """From `first` on, before `until`."""

    first: datetime
    until: datetime

    def pieces(self, longest: timedelta) -> "Iterator[Window]":
        """The window cut into parts no longer than this, in order."""
        at = self.first
        while at < self.until:
            yield Window(at, min(at + longest, self.until))
            at += longest


@dataclass(frozen=True)
class Month(Window):
    """A month, or the part of it that a window covers."""

    name: str
    is_whole: bool


def months(window: Window) -> Iterator[Month]:
    """The months of a window in order, the first and last cut to it."""
    begin = month_of(window.first)
    while begin < window.until:
        end = month_of(begin + timedelta(days=31))
        first, until = max(begin, window.first), min(end, window.until)
        yield Month(first, until, f"{begin:%Y-%m}", (first, until) == (begin, end))
        begin = end


def month_of(instant: datetime) -> datetime:
    """Midnight UTC on the first of the month of a UTC instant."""
    return instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
