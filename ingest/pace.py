"""How fast a device may send: a token bucket each, drawn from once per delivery."""

from schemas.topics import parse
from schemas.wire import MESSAGE_BURST, MESSAGES_PER_S

_STEP_S = 1 / MESSAGES_PER_S
_AHEAD_S = (MESSAGE_BURST - 0.5) * _STEP_S
"""How far a device may be ahead of the steady rate: its burst. The half keeps rounding out of the count."""

SWEEP_AT = 10_000
"""Devices at which those that are not ahead are forgotten."""


class Pace:
    """Until when each device of a shard has used up the steady rate: the bucket as one number (GCRA, ITU-T I.371)."""

    def __init__(self) -> None:
        self._used_until: dict[str, float] = {}
        self._sweep_at = SWEEP_AT

    def allows(self, topic: str, now_s: float) -> bool:
        """Count a delivery on this topic; False when its device is beyond its burst. `now_s` never steps back."""
        sender = parse(topic)
        if sender is None:
            return True  # buried anyway, and capped there
        used_until = max(self._used_until.get(sender.device_id, now_s), now_s)
        if used_until - now_s > _AHEAD_S:
            return False
        self._used_until[sender.device_id] = used_until + _STEP_S
        if len(self._used_until) > self._sweep_at:
            self._sweep(now_s)
        return True

    def _sweep(self, now_s: float) -> None:
        self._used_until = {name: until for name, until in self._used_until.items() if until > now_s}
        self._sweep_at = max(SWEEP_AT, 2 * len(self._used_until))
