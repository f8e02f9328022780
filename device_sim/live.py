"""Playing histories against the wall clock: every message at its moment, at real speed or faster."""

import heapq
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from device_sim.dongle.messages import Message
from device_sim.mqtt.device import Device
from device_sim.world.history import CarHistory

_BREATH_S = 0.2
"""Between messages devices still listen for receipts and commands."""
_LAST_RECEIPTS_S = 10.0


def starting_at(history: CarHistory, epoch_ms: int) -> CarHistory:
    """The same history, moved so that it begins at an instant. Its truth keeps the old times of trips."""
    if not history.epoch_ms.size:
        return history
    return replace(history, epoch_ms=history.epoch_ms + (epoch_ms - int(history.epoch_ms[0])))


def play(devices: Mapping[str, Device], streams: Iterable[Iterable[Message]], pace: float,
         clock_s: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep) -> int:
    """Sends each message when its moment has come, `pace` times as fast as it happened; returns how many."""
    sent, began_s, first_ms = 0, clock_s(), 0
    for message in heapq.merge(*streams, key=lambda message: message.due_ms):
        first_ms = first_ms or message.due_ms
        moment_s = began_s + (message.due_ms - first_ms) / 1000 / pace
        while (left_s := moment_s - clock_s()) > 0:
            _pump(devices)
            sleep(min(left_s, _BREATH_S))
        devices[message.topic.split("/")[3]].send(message)
        _pump(devices)
        sent += 1
    _settle(devices, clock_s, sleep)
    return sent


def _settle(devices: Mapping[str, Device], clock_s: Callable[[], float], sleep: Callable[[float], object]) -> None:
    """Waits a little for the last receipts."""
    until_s = clock_s() + _LAST_RECEIPTS_S
    while any(len(device.ring) for device in devices.values()) and clock_s() < until_s:
        _pump(devices)
        sleep(_BREATH_S)


def _pump(devices: Mapping[str, Device]) -> None:
    for device in devices.values():
        device.pump()
