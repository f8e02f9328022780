"""Leaving a broker: when nothing is left there for a shard that moved away."""

import time
from collections.abc import Callable

from ingest.balance import Counts

QUIET_S = 3.0
"""Silence after which the broker's queue for us is empty [s]. One that is not is sent at once while the receive window
has room, and it has when nothing is in flight; a round trip takes a tenth of this."""


class Quiet:
    """Tells how long nothing has come and nothing has been under way, although deliveries could flow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._received = -1
        self._since = clock()

    def lasts(self, flowing: bool, counts: Counts) -> bool:
        """Whether it has been quiet for QUIET_S; to be asked again and again."""
        received = counts.received.total()
        if not flowing or counts.in_flight or received != self._received:
            self._received, self._since = received, self._clock()
        return self._clock() - self._since >= QUIET_S
