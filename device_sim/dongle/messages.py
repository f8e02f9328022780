"""Everything a dongle sends over a history, in the order it gets through."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from device_sim.dongle.batches import Boots, Cuts, Silences, clock_error_ms, cut, draw_boots, draw_silences
from device_sim.dongle.encode import Batch, encode
from device_sim.dongle.readings import take
from device_sim.dongle.settings import Dongle, Sins
from device_sim.world.arrays import Ints
from device_sim.world.history import CarHistory
from schemas import topics
from schemas.wire import EventType


class Message(NamedTuple):
    """One publication. `due_ms` is when a real device would have sent it; times are true, whatever its clock says."""

    topic: str
    payload: bytes
    first_ms: int
    last_ms: int
    boot: int
    seq: int
    samples: int
    due_ms: int


class Event(NamedTuple):
    """Something a dongle reports at once."""

    at_ms: int
    kind: EventType
    data: dict[str, Any]


class _Queue(NamedTuple):
    """Telemetry first, then events, one row each."""

    at_ms: Ints
    due_ms: Ints
    turn: Ints
    shift_ms: Ints
    order: Ints                # rows as they get through
    seq: Ints                  # per row


def messages(history: CarHistory, dongle: Dongle, device_id: str, shard: str,
             events: tuple[Event, ...] = ()) -> Iterator[Message]:
    """All messages of a history, `events` added to those of ignition. Same arguments, same bytes."""
    rng = np.random.default_rng([dongle.seed, *device_id.encode()])
    readings = take(history, dongle, rng)
    if not readings.epoch_ms.size:
        return
    epoch_ms = readings.epoch_ms
    silences = draw_silences(epoch_ms, dongle.sins, rng)
    boots = draw_boots(epoch_ms.size, dongle.sins, rng)
    cuts = cut(epoch_ms, dongle, silences, boots)
    told = sorted([*(_ignition(history) if dongle.events else []), *events], key=lambda event: event.at_ms)
    queue = _queue(cuts, told, silences, boots, epoch_ms, dongle.sins)
    batches = [_batch(cuts, queue, boots, row) for row in queue.order.tolist() if row < cuts.first.size]
    bodies = encode(readings, batches, dongle.encoding, dongle.compress)
    for message in _in_order(queue, cuts, bodies, told, boots, epoch_ms, topics.up(shard, device_id, "{}")):
        yield message
        if rng.random() < dongle.sins.duplicate:
            yield message


def _ignition(history: CarHistory) -> Iterator[Event]:
    """Plugged in before the first trip; then the key of every trip."""
    yield Event(int(history.epoch_ms[0]), EventType.PLUGGED, {})
    for first, last in zip(history.trip_first.tolist(), history.trip_last.tolist(), strict=True):
        yield Event(int(history.epoch_ms[first]), EventType.IGNITION_ON, {})
        yield Event(int(history.epoch_ms[last]), EventType.IGNITION_OFF, {})


def _queue(cuts: Cuts, told: list[Event], silences: Silences, boots: Boots, epoch_ms: Ints, sins: Sins) -> _Queue:
    event_ms = np.array([event.at_ms for event in told], np.int64)
    event_turn = boots.turn(np.searchsorted(epoch_ms, event_ms))
    event_shift = clock_error_ms(event_ms, epoch_ms[boots.first[event_turn]], sins)
    at = np.concatenate([epoch_ms[cuts.last], event_ms])
    due = np.concatenate([cuts.due_ms, silences.sent_ms(event_ms)])
    turn = np.concatenate([cuts.turn, event_turn])
    order = np.lexsort((at, due))
    return _Queue(at, due, turn, np.concatenate([cuts.shift_ms, event_shift]), order, _count_per_turn(turn, order))


def _count_per_turn(turn: Ints, order: Ints) -> Ints:
    """Counts 1, 2, 3 … in the order of sending, anew after each start."""
    seq = np.empty_like(turn)
    for number in np.unique(turn):
        mine = order[turn[order] == number]
        seq[mine] = np.arange(1, mine.size + 1)
    return seq


def _batch(cuts: Cuts, queue: _Queue, boots: Boots, row: int) -> Batch:
    return Batch(int(cuts.first[row]), int(cuts.last[row]), int(boots.number[queue.turn[row]]), int(queue.seq[row]),
                 int(queue.shift_ms[row]))


def _in_order(queue: _Queue, cuts: Cuts, bodies: Iterator[bytes], told: list[Event], boots: Boots, epoch_ms: Ints,
              topic: str) -> Iterator[Message]:
    telemetry, event = topic.format("telemetry"), topic.format("event")
    for row in queue.order.tolist():
        boot, seq, due = int(boots.number[queue.turn[row]]), int(queue.seq[row]), int(queue.due_ms[row])
        if row < cuts.first.size:
            first, last = int(cuts.first[row]), int(cuts.last[row])
            yield Message(telemetry, next(bodies), int(epoch_ms[first]), int(epoch_ms[last]), boot, seq,
                          last - first + 1, due)
        else:
            one = told[row - cuts.first.size]
            yield Message(event, _event_body(one, boot, seq, int(queue.shift_ms[row])), one.at_ms, one.at_ms, boot,
                          seq, 0, due)


def _event_body(event: Event, boot: int, seq: int, shift_ms: int) -> bytes:
    return json.dumps({"v": 1, "boot": boot, "seq": seq, "t": event.at_ms + shift_ms, "type": event.kind,
                       "data": event.data}, separators=(",", ":")).encode()
