"""How a dongle samples and sends, and which sins it commits; every sin is off unless switched on."""

from dataclasses import dataclass, field
from typing import Literal

Encoding = Literal["plain", "differences"]


@dataclass(frozen=True)
class Sins:
    """What real dongles do wrong. Chances are per value, sample or message."""

    jitter_ms: int = 0                 # sigma of the polling instant, in steps of 10 ms
    value_loss: float = 0.0            # a PID not answered in time
    sample_loss: float = 0.0
    duplicate: float = 0.0             # a message sent twice
    offline_chance: float = 0.0        # per hour of the calendar, that a radio silence begins
    offline_hours: float = 6.0         # mean length of a silence
    clock_offset_ms: int = 0           # wrong all the time
    unsynced_s: int = 0                # after each start of the dongle, the clock says 1970 for so long
    reboots: int = 0                   # new boot number, at random moments
    stuck: frozenset[str] = frozenset()  # aliases that freeze half-way through the history
    missing: frozenset[str] = frozenset()  # aliases never answered


@dataclass(frozen=True)
class Dongle:
    """One device's firmware and its sins."""

    encoding: Encoding = "differences"
    compress: bool = True
    samples_per_message: int = 60
    samples_per_late_message: int = 300   # what was recorded while offline goes up in big batches
    interval_s: int = 1
    events: bool = True
    firmware: str = "sim-1.0"
    seed: int = 0
    sins: Sins = field(default_factory=Sins)


FIELD_SINS = Sins(jitter_ms=20, value_loss=0.002, sample_loss=0.003, duplicate=0.01, offline_chance=0.01, reboots=2)
"""About what fleets report: most days fine, now and then hours without network."""

TSBS_SINS = Sins(value_loss=0.1, sample_loss=0.01, offline_chance=0.05, offline_hours=1.0, duplicate=0.05)
"""Disturbance rates of the TSBS IoT use case (timescale/tsbs, `pkg/data/usecases/iot`), as near as they translate."""
