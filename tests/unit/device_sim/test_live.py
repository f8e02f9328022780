"""Playing against a clock that only moves when somebody sleeps."""

from device_sim import CarHistory, Dongle, messages
from device_sim.live import play, starting_at
from device_sim.mqtt.device import Device
from tests.unit.device_sim.test_device import Wire


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_messages_go_out_at_their_moment(town: CarHistory) -> None:
    clock, wire = Clock(), Wire()
    device = Device("dev-1", "s00", wire, clock_s=clock, resend_after_s=1e9, window=100_000).open()
    sent = list(messages(starting_at(town, 1_000_000), Dongle(), "dev-1", "s00"))[:40]
    assert play({"dev-1": device}, [sent], 4.0, clock, clock.sleep) == 40
    lasted_s = (sent[-1].due_ms - sent[0].due_ms) / 1000 / 4.0
    assert lasted_s <= clock.now_s <= lasted_s + 11  # waits a little for receipts that nobody sends
    assert len(wire.published) == 1 + 40


def test_a_history_can_be_moved_to_begin_now(town: CarHistory) -> None:
    moved = starting_at(town, 1_000_000)
    assert moved.epoch_ms[0] == 1_000_000
    assert moved.epoch_ms[-1] - moved.epoch_ms[0] == town.epoch_ms[-1] - town.epoch_ms[0]
