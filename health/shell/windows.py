"""Windows of time: pure arithmetic on closed intervals of instants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, order=True)
class Window:
    """From `first` to `last`, both included."""

    first: datetime
    last: datetime

    def widened(self, margin: timedelta) -> "Window":
        """The window with a margin on both sides."""
        return Window(self.first - margin, self.last + margin)

    def with_(self, first: datetime | None, last: datetime | None) -> "Window":
        """The smallest window that also holds these instants; None adds nothing."""
        return Window(min(self.first, first or self.first), max(self.last, last or self.last))

    def clipped(self, first: datetime | None, last: datetime | None) -> "Window | None":
        """The part from `first` to `last`; None where nothing is left."""
        part = Window(max(self.first, first or self.first), min(self.last, last or self.last))
        return part if part.first <= part.last else None

    def pieces(self, longest: timedelta) -> "Iterator[Window]":
        """The window cut into parts no longer than this, in order; neighbours share their common instant."""
        at = self.first
        while self.last - at > longest:
            yield Window(at, at + longest)
            at += longest
        yield Window(at, self.last)


def merged(windows: Iterable[Window]) -> list[Window]:
    """Windows in order, those that meet made one."""
    apart: list[Window] = []
    for window in sorted(windows):
        if apart and window.first <= apart[-1].last:
            apart[-1] = apart[-1].with_(None, window.last)
        else:
            apart.append(window)
    return apart
