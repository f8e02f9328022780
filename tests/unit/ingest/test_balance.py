"""Every message of a batch ends under exactly one name, and the page of a scrape adds up."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from archive.fleet.arrival import Stored
from archive.fleet.devices import Device
from archive.fleet.hypertables import NO_KEYS, Written
from ingest.balance import Balance, Settled
from ingest.messages import Message
from ingest.meters import Meters
from ingest.registry import Registry
from ingest.sorting import SortedOut, sort_out
from schemas.topics import up

ARRIVED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
NOW_MS = int(ARRIVED.timestamp() * 1000)
ALL_NEW = Stored(Written(NO_KEYS), Written(NO_KEYS))


class EveryDevice(Registry):
    """Knows everybody as device 1 on s00, but for the stranger."""

    def __getitem__(self, device_id: str) -> Device | None:
        return None if device_id == "stranger" else Device(1, device_id, "foreign" if device_id == "f" else "s00")


def delivered(topic: str, payload: bytes, *, retain: bool = False) -> Message:
    return Message(topic, payload, 1, 1, retain, "s00", 1, ARRIVED.timestamp())


def telemetry(seq: int, **signals: list[float | None]) -> bytes:
    steps = [1000 * n for n in range(len(next(iter(signals.values()), [0])))]
    return json.dumps({"v": 1, "boot": 1, "seq": seq, "t": NOW_MS - 60_000 + seq, "dt": steps, "s": signals}).encode()


def event(kind: str) -> bytes:
    return json.dumps({"v": 1, "boot": 1, "seq": 9, "t": NOW_MS - 500, "type": kind, "data": {}}).encode()


DEVICE = up("s00", "d", "telemetry")
MESSAGES = {
    "rows": delivered(DEVICE, telemetry(1, speed=[1, 2])),
    "positions alone": delivered(DEVICE, telemetry(2, lat=[36.6], lon=[117.1])),
    "rows and positions": delivered(DEVICE, telemetry(3, speed=[1], lat=[36.6], lon=[117.1])),
    "nothing measured": delivered(DEVICE, telemetry(4, speed=[None, None])),
    "no signals": delivered(DEVICE, telemetry(5)),
    "event": delivered(up("s00", "d", "event"), event("sos")),
    "unknown event": delivered(up("s00", "d", "event"), event("party")),
    "status": delivered(up("s00", "d", "status"), b'{"v": 1, "state": "online", "fw": "1", "boot": 1}', retain=True),
    "reply": delivered(up("s00", "d", "reply"), b'{"v": 1, "id": "x", "ok": true}'),
    "poison": delivered(DEVICE, b"poison"),
    "no topic of ours": delivered("pitcall/v1/s00/d/up/nonsense", b"{}"),
    "stranger": delivered(up("s00", "stranger", "telemetry"), telemetry(6, speed=[1])),
    "too fast": delivered(DEVICE, telemetry(7, speed=[1]))._replace(too_fast=True),
    "replayed by the broker": delivered(DEVICE, telemetry(8, speed=[1]), retain=True),
    "wrong clock": delivered(DEVICE, telemetry(0, speed=[1]).replace(b'"t": 17', b'"t": 9')),
    "foreign": delivered("wican/f/can/rx", b'{"SPEED": 50, "mystery": 1}'),
    "foreign state": delivered("wican/f/status", b'{"status": "online"}'),
    "foreign and empty": delivered("wican/f/can/rx", b"{}"),
}
FATES = {
    "stored": {"rows", "rows and positions", "event", "status", "reply", "foreign", "foreign state"},
    "refused": {"positions alone"},
    "ignored": {"nothing measured", "no signals", "replayed by the broker", "foreign and empty"},
    "letters": {"unknown event", "poison", "no topic of ours", "stranger", "too fast", "wrong clock"},
    "duplicates": set[str](),
}


def settled(names: list[str]) -> tuple[SortedOut, Settled]:
    out = sort_out([MESSAGES[name] for name in names], EveryDevice())
    return out, Settled.of(out, ALL_NEW)


def test_each_kind_of_message_has_its_fate() -> None:
    names = list(MESSAGES)
    _, fate = settled(names)
    assert {name: {names[number] for number in numbers} for name, numbers in vars(fate).items()} == FATES


@given(st.lists(st.sampled_from(sorted(MESSAGES)), max_size=30))
def test_no_message_is_lost_track_of_or_counted_twice(names: list[str]) -> None:
    registry = CollectorRegistry()
    balance = Balance(["s00"], registry)
    for _ in names:
        balance.take("s00")
    assert balance.now().in_flight == len(names)
    out, fate = settled(names)
    balance.settle(out, ALL_NEW)
    assert sorted(number for numbers in vars(fate).values() for number in numbers) == list(range(len(names)))
    assert (balance.now().difference, balance.now().in_flight) == (0, 0)


def test_rows_that_were_there_make_a_duplicate_only_if_nothing_is_new() -> None:
    out = sort_out([MESSAGES["rows"], MESSAGES["rows and positions"]], EveryDevice())
    times = [ARRIVED - timedelta(seconds=60) + timedelta(milliseconds=ms) for ms in (1, 1001)]
    there = pl.DataFrame({"device_key": [1, 1], "time": times}, schema=NO_KEYS.schema)
    fate = Settled.of(out, Stored(Written(there, by_merging=True), Written(NO_KEYS)))
    assert (fate.stored, fate.duplicates) == ({1}, {0})
    half = Settled.of(out, Stored(Written(there[:1], by_merging=True), Written(NO_KEYS)))
    assert (half.stored, half.duplicates) == ({0, 1}, set())


def test_what_is_lost_track_of_shows() -> None:
    balance = Balance(["s00"], CollectorRegistry())
    balance.take("s00")
    out, _ = settled(["rows"])
    balance.settle(replace(out, readings=out.readings.clear(), telemetry=[]), ALL_NEW)
    assert balance.now().difference == 1


def test_qos_0_without_room_is_dropped() -> None:
    registry = CollectorRegistry()
    balance = Balance(["s00"], registry)
    balance.take("s00")
    balance.drop()
    assert registry.get_sample_value("ingest_dropped_total") == 1
    assert (balance.now().difference, balance.now().in_flight) == (0, 0)


def test_the_lag_is_that_of_the_newest_sample_of_each_message() -> None:
    registry = CollectorRegistry()
    meters = Meters(registry)
    out, _ = settled(["rows", "poison", "event"])
    meters._lag.observe(out.readings, ARRIVED.timestamp() + 0.5)
    found = {bound: registry.get_sample_value("ingest_lag_seconds_bucket", {"le": bound})
             for bound in ("30.0", "60.0", "+Inf")}
    assert found == {"30.0": 0, "60.0": 1, "+Inf": 1}
    total_s = registry.get_sample_value("ingest_lag_seconds_sum")
    assert total_s is not None
    assert abs(total_s - 59.499) < 0.01


def test_only_a_connection_that_replaces_one_is_a_reconnect() -> None:
    registry = CollectorRegistry()
    meters = Meters(registry)
    for link in ("ask", "write", "write"):
        meters.connected(link)
    assert registry.get_sample_value("db_reconnects_total") == 1
