"""How fast a device may send: a token bucket each, drawn from once per delivery."""

from ingest.policy import MESSAGE_BURST, MESSAGES_PER_S
from schemas.topics import parse

SWEEP_AT = 10_000
"""Buckets at which the full ones are forgotten; a full bucket is as good as none."""


class Pace:
    """What each device of a shard has left, by the times of receipt."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}
        self._sweep_at = SWEEP_AT

    def allows(self, topic: str, now: float) -> bool:
        """Draw a token for a delivery on this topic; False when its device has none left."""
        sender = parse(topic)
        if sender is None:
            return True  # buried anyway, and capped there
        left = self._filled(sender.device_id, now)
        self._left[sender.device_id] = (max(0.0, left - 1), now)
        if len(self._left) > self._sweep_at:
            self._sweep(now)
        return left >= 1

    def _filled(self, name: str, now: float) -> float:
        left, since = self._left.get(name, (MESSAGE_BURST, now))
        return min(MESSAGE_BURST, left + max(0.0, now - since) * MESSAGES_PER_S)

    def _sweep(self, now: float) -> None:
        self._left = {name: kept for name, kept in self._left.items() if self._filled(name, now) < MESSAGE_BURST}
        self._sweep_at = max(SWEEP_AT, 2 * len(self._left))
