"""Being told to end: SIGTERM and SIGINT only set a flag, so the job at hand is finished."""

import signal
import time
from typing import Protocol

_SLICE_S = 0.05


class Ending(Protocol):
    """What a loop asks; `threading.Event` is one too."""

    def is_set(self) -> bool:
        """Whether to end now."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds, or until told to end."""
        ...


class Signals:
    """Set by SIGTERM or SIGINT. An Event would not do: its lock may be held by the code the signal interrupts."""

    def __init__(self) -> None:
        self._told = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    def is_set(self) -> bool:
        """Whether a signal came."""
        return self._told

    def wait(self, timeout: float) -> bool:
        """Sleep in slices, since Python goes on sleeping after a signal."""
        until = time.monotonic() + timeout
        while not self._told and (left := until - time.monotonic()) > 0:
            time.sleep(min(_SLICE_S, left))
        return self._told

    def _end(self, *_: object) -> None:
        self._told = True
