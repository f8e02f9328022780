"""What the devices of the rig tell, so that every stored row can be held against what was sent.

Message `seq` of a device carries two samples; sample number k is measured STEP_MS after the one before, and its speed
tells k again. Every fiftieth message is an event instead.
"""

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import psycopg

from archive.fleet.devices import Device
from device_sim.dongle.messages import Message
from schemas.topics import up

FIRST = 1
"""Sequence numbers begin here."""

SAMPLES = 2
STEP_MS = 5
"""Between samples: a device may send 100 messages a second and does not outrun the calendar."""

SPEEDS = 200
EVENT_EVERY = 50

_STORED = """SELECT array_agg((extract(epoch FROM time) * 1000 - %(base)s)::integer), array_agg(speed_kmh::real)
FROM reading WHERE device_key = %(device)s"""
_NEWEST = """SELECT (extract(epoch FROM max(time)) * 1000 - %(base)s)::integer FROM reading
WHERE device_key = %(device)s"""
_EVENTS = "SELECT array_agg(seq) FROM device_event WHERE device_key = %(device)s AND type = 'shock'"

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """Messages stored completely and as sent; messages not; samples and events stored twice or never sent."""

    stored: int = 0
    lost: int = 0
    twice: int = 0
    strange: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.stored + other.stored, self.lost + other.lost, self.twice + other.twice,
                     self.strange + other.strange)


def told(who: Device, seq: int, base_ms: int) -> Message:
    """Message number `seq` of a device whose first sample is at `base_ms`."""
    first = (seq - FIRST) * SAMPLES
    at_ms = base_ms + first * STEP_MS
    if seq % EVENT_EVERY == 0:
        body: dict[str, object] = {"v": 1, "boot": 1, "seq": seq, "t": at_ms, "type": "shock", "data": {}}
        return Message(up(who.shard, who.device_id, "event"), _packed(body), at_ms, at_ms, 1, seq, 0, at_ms)
    speeds = [(first + n) % SPEEDS for n in range(SAMPLES)]
    body = {"v": 1, "boot": 1, "seq": seq, "t": at_ms, "dt": [n * STEP_MS for n in range(SAMPLES)],
            "s": {"speed": speeds}}
    return Message(up(who.shard, who.device_id, "telemetry"), _packed(body), at_ms,
                   at_ms + (SAMPLES - 1) * STEP_MS, 1, seq, SAMPLES, at_ms)


def tally(connection: psycopg.Connection, who: Device, base_ms: int, sent: int) -> Tally:
    """Hold what is stored of one device against the `sent` messages it told."""
    numbers, speeds = _samples(connection, who, base_ms)
    events = _events(connection, who)
    seqs = np.arange(FIRST, FIRST + sent)
    as_events = seqs[seqs % EVENT_EVERY == 0]
    as_samples = seqs[seqs % EVENT_EVERY != 0]
    wanted = ((as_samples[:, None] - FIRST) * SAMPLES + np.arange(SAMPLES)).reshape(-1)
    right = np.unique(numbers[(numbers % SPEEDS == speeds) & np.isin(numbers, wanted)])
    whole = np.unique(right // SAMPLES, return_counts=True)[1] == SAMPLES
    stored = int(whole.sum()) + int(np.isin(as_events, events).sum())
    strange = int((~np.isin(numbers, wanted)).sum() + (~np.isin(events, as_events)).sum())
    return Tally(stored, sent - stored, _repeated(numbers) + _repeated(events), strange)


def newest(connection: psycopg.Connection, who: Device, base_ms: int) -> int:
    """Number of the newest message of a device that a query finds; FIRST when there is none yet."""
    row = connection.execute(_NEWEST, {"base": base_ms, "device": who.device_key}).fetchone()
    return FIRST + int(row[0]) // STEP_MS // SAMPLES if row and row[0] is not None else FIRST


def _samples(connection: psycopg.Connection, who: Device, base_ms: int) -> tuple[Ints, Ints]:
    """Numbers and speeds of the stored samples; a time between two steps gives the number -1."""
    row = connection.execute(_STORED, {"base": base_ms, "device": who.device_key}).fetchone()
    offsets, speeds = (np.array(column or [], np.int64) for column in row or ((), ()))
    return np.where(offsets % STEP_MS == 0, offsets // STEP_MS, -1), speeds


def _events(connection: psycopg.Connection, who: Device) -> Ints:
    row = connection.execute(_EVENTS, {"device": who.device_key}).fetchone()
    return np.array((row and row[0]) or [], np.int64)


def _repeated(numbers: Ints) -> int:
    return numbers.size - np.unique(numbers).size


def _packed(body: dict[str, object]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
