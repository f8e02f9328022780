"""Messages say what the sensors said, in few bytes; sins do what they are named after, and nothing else."""

import json
import time
import zlib
from collections.abc import Iterable

import numpy as np
import pytest

from device_sim import FIELD_SINS, CarHistory, CarSpec, Dongle, Event, Message, Sins, messages, simulate
from device_sim.dongle.readings import PID_STEP
from device_sim.dongle.settings import Encoding
from schemas.signals import BY_COLUMN
from schemas.wire import Event as WireEvent
from schemas.wire import EventType
from tests.unit.device_sim.conftest import END
from tests.unit.device_sim.reading_back import Decoded, decode

MQTT_FRAMING_BYTES = 1 + 2 + 2 + 2 + 1
"""Fixed header, remaining length, topic length, packet id, property length; the topic comes on top."""


def sent(history: CarHistory, dongle: Dongle = Dongle(), *events: Event) -> list[Message]:  # noqa: B008
    return list(messages(history, dongle, "dev-0001", "s00", events))


def telemetry(all_sent: Iterable[Message]) -> list[Message]:
    return [message for message in all_sent if message.samples]


def decoded(all_sent: Iterable[Message]) -> list[Decoded]:
    return [decode(message.payload) for message in telemetry(all_sent)]


def series(all_sent: Iterable[Message], alias: str) -> dict[int, float | None]:
    """Value by time, as a store that ignores duplicates would have it."""
    return {at: value for one in decoded(all_sent) if alias in one.values
            for at, value in zip(one.epoch_ms, one.values[alias], strict=True)}


def sinning(history: CarHistory, **sins: object) -> list[Message]:
    return sent(history, Dongle(sins=Sins(**sins)))  # type: ignore[arg-type]


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("encoding", ["plain", "differences"])
def test_every_value_comes_back(town: CarHistory, encoding: Encoding, compress: bool) -> None:
    arrived = decoded(sent(town, Dongle(encoding=encoding, compress=compress)))
    assert [at for one in arrived for at in one.epoch_ms] == town.epoch_ms.tolist()
    for column, values in town.columns.items():
        signal = BY_COLUMN[column]
        back = np.array([value for one in arrived for value in one.values[signal.alias]], float)
        off = np.abs(back - np.clip(values, signal.low, signal.high))
        assert off.max() <= (signal.scale + PID_STEP.get(signal.alias, 0)) * 0.501


def test_both_encodings_say_the_same(town: CarHistory) -> None:
    sins = Sins(value_loss=0.1, jitter_ms=20, sample_loss=0.05)
    plain, small = (sent(town, Dongle(encoding=encoding, sins=sins)) for encoding in ("plain", "differences"))
    for alias in ("speed", "lat", "batt"):
        one, other = series(plain, alias), series(small, alias)
        assert list(one) == list(other)
        np.testing.assert_allclose(np.array(list(one.values()), float), np.array(list(other.values()), float),
                                   atol=1e-9)


def test_the_same_seed_gives_the_same_bytes(town: CarHistory) -> None:
    dongle = Dongle(seed=5, sins=FIELD_SINS)
    assert sent(town, dongle) == sent(town, dongle)
    assert sent(town, dongle) != sent(town, Dongle(seed=6, sins=FIELD_SINS))


def test_pids_are_as_coarse_as_in_the_car(town: CarHistory) -> None:
    arrived = sent(town)
    speeds = np.array(list(series(arrived, "speed").values()))
    loads = np.array(list(series(arrived, "load").values()))
    assert np.array_equal(speeds, np.round(speeds))
    assert np.abs(loads * 2.55 - np.round(loads * 2.55)).max() < 0.14  # whole bytes, sent in tenths of a percent


def test_a_maker_may_cut_decimals_off() -> None:
    van = simulate(CarSpec("van", "van_diesel", "city"), 2, END, 1)
    shown = np.array(list(series(sent(van), "speed").values()))
    assert np.array_equal(shown, np.floor(van.columns["speed_kmh"]))


def test_seq_counts_every_message_of_a_start_once(town: CarHistory) -> None:
    arrived = sinning(town, reboots=3, offline_chance=0.1, offline_hours=2.0)
    boots = {message.boot for message in arrived}
    assert len(boots) == 4
    for boot in boots:
        counted = sorted(message.seq for message in arrived if message.boot == boot)
        assert counted == list(range(1, len(counted) + 1))
    assert all((one.boot, one.seq) == (sent_as.boot, sent_as.seq)
               for one, sent_as in zip(decoded(arrived), telemetry(arrived), strict=True))


def test_ignition_is_told_with_every_trip(town: CarHistory) -> None:
    told = [WireEvent.model_validate_json(message.payload).type for message in sent(town) if not message.samples]
    assert told[0] is EventType.PLUGGED
    assert told[1:] == [EventType.IGNITION_ON, EventType.IGNITION_OFF] * town.trip_first.size


def test_events_keep_their_time_whatever_the_samples_suffer(town: CarHistory) -> None:
    events = [message for message in sent(town, Dongle(sins=FIELD_SINS)) if not message.samples]
    assert [json.loads(message.payload)["t"] for message in events] == [message.first_ms for message in events]


def test_codes_and_other_events_are_the_callers(town: CarHistory) -> None:
    at_ms = int(town.epoch_ms[500])
    arrived = sent(town, Dongle(events=False), Event(at_ms, EventType.CODES, {"codes": ["P0420"]}))
    (event,) = [json.loads(message.payload) for message in arrived if not message.samples]
    assert (event["t"], event["type"], event["data"]) == (at_ms, "codes", {"codes": ["P0420"]})


# --- sins --------------------------------------------------------------------------------------------------------


def test_lost_values_are_null_and_lost_samples_are_gone(town: CarHistory) -> None:
    values = list(series(sinning(town, value_loss=0.1), "speed").values())
    assert values.count(None) / len(values) == pytest.approx(0.1, abs=0.01)
    left = len(series(sinning(town, sample_loss=0.2), "speed")) / town.epoch_ms.size
    assert left == pytest.approx(0.8, abs=0.01)


def test_jitter_moves_times_a_little_but_keeps_their_order(town: CarHistory) -> None:
    times = np.array(list(series(sinning(town, jitter_ms=20), "speed")))
    assert 10 < np.std(times - town.epoch_ms) < 30
    assert np.diff(times).min() > 0


def test_a_duplicate_is_the_same_message_again(town: CarHistory) -> None:
    arrived = sinning(town, duplicate=0.3)
    assert len(arrived) / len(set(arrived)) == pytest.approx(1.3, abs=0.1)
    assert series(arrived, "speed") == series(sent(town), "speed")


def test_silence_makes_late_and_big_messages_without_losing_anything(town: CarHistory) -> None:
    arrived = telemetry(sinning(town, offline_chance=0.2, offline_hours=3.0))
    late = [message for message in arrived if message.due_ms > message.last_ms]
    assert late
    assert max(message.samples for message in late) == 300
    assert max(message.samples for message in arrived if message not in late) == 60
    assert [message.due_ms for message in arrived] == sorted(message.due_ms for message in arrived)
    assert sorted(series(arrived, "speed")) == town.epoch_ms.tolist()


def test_a_wrong_clock_is_wrong_everywhere(town: CarHistory) -> None:
    hour_ms = 3_600_000
    times = np.array(list(series(sinning(town, clock_offset_ms=hour_ms), "speed")))
    assert np.array_equal(times - hour_ms, town.epoch_ms)


def test_before_the_network_gave_the_time_it_is_1970(town: CarHistory) -> None:
    times = np.array(list(series(sinning(town, unsynced_s=30), "speed")))
    assert times[:30].tolist() == [1000 * second for second in range(30)]
    assert np.array_equal(times[30:], town.epoch_ms[30:])


def test_a_stuck_sensor_freezes_and_a_missing_one_is_silent(town: CarHistory) -> None:
    values = list(series(sinning(town, stuck=frozenset({"coolant"})), "coolant").values())
    assert len(set(values[len(values) // 2 :])) == 1
    assert len(set(values[: len(values) // 2])) > 10
    assert not series(sinning(town, missing=frozenset({"lat"})), "lat")


# --- frugality ---------------------------------------------------------------------------------------------------


def bytes_per_sample(arrived: list[Message]) -> float:
    wire = sum(len(message.payload) + len(message.topic) + MQTT_FRAMING_BYTES for message in arrived)
    return wire / sum(message.samples for message in arrived)


@pytest.mark.parametrize(("samples", "most"), [(60, 14.5), (300, 10.5)])
def test_a_month_fits_the_five_yuan_plan(commuter: CarHistory, traveller: CarHistory, samples: int,
                                         most: float) -> None:
    for history in (commuter, traveller):
        assert len(history.columns) == 14
        assert bytes_per_sample(sent(history, Dongle(samples_per_message=samples))) <= most


def test_a_message_is_compressed_as_its_first_byte_says(town: CarHistory) -> None:
    for message in telemetry(sent(town))[:50]:
        assert message.payload[0] == 0x78
        assert zlib.decompress(message.payload).startswith(b'{"v":1')


def test_a_fleets_weeks_are_encoded_in_seconds(traveller: CarHistory) -> None:
    began_s = time.process_time()
    arrived = sent(traveller)
    per_s = sum(message.samples for message in arrived) / (time.process_time() - began_s)
    assert per_s > 60_000  # 270,000 on a quiet core
