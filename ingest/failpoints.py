"""Where ingest can be told to die: PITCALL_FAILPOINT=POINT:COUNT kills it when it passes there for the COUNT-th time.

Only the fault rig sets it; unset, passing costs a comparison. The moments between two steps of a batch are too short to
be hit from outside.
"""

import os
import re
import signal
import time
from dataclasses import dataclass
from typing import Literal, Self, get_args

from schemas.errors import ConfigurationError

Point = Literal["before_commit", "after_commit", "after_ack"]
POINTS: tuple[Point, ...] = get_args(Point)

LINGER_S = 0.3
"""The network threads send what they were given before the end, as they would have without it."""


@dataclass
class Failpoint:
    """A point and how often it may still be passed; nowhere by default."""

    point: Point | None = None
    left: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read POINT:COUNT; empty is nowhere. Raises ConfigurationError for anything else."""
        if not text:
            return cls()
        name, _, count = text.partition(":")
        point = next((known for known in POINTS if known == name), None)
        if point is None or not re.fullmatch(r"[1-9]\d{0,6}", count):
            raise ConfigurationError(f"PITCALL_FAILPOINT {text!r}: one of {', '.join(POINTS)}, a colon and a count")
        return cls(point, int(count))

    def passed(self, point: Point) -> None:
        """Called at each point by the writing thread: does nothing, or ends the process as a crash would."""
        if point != self.point:
            return
        self.left -= 1
        if self.left == 0:
            time.sleep(LINGER_S)
            os.kill(os.getpid(), signal.SIGKILL)
