"""Whatever arrives ends as a dead letter with a reason or as a documented tolerance, and its neighbours are stored."""

import json
import time
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import psutil
import pytest

from archive.database.sealing import Vault
from archive.fleet import provisioning
from schemas.topics import up
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, telemetry
from tests.stage.processes import ingesting

SHARD = "s02"
DAY_MS = 86_400_000


def now_ms() -> int:
    return int(time.time() * 1000)


def body(**changes: object) -> bytes:
    """A good message with some fields changed."""
    good = {"v": 1, "boot": 3, "seq": 99, "t": now_ms() - 30_000, "dt": [0, 1000], "s": {"speed": [1, 2]}}
    return json.dumps(good | changes).encode()


class Poison(NamedTuple):
    """A payload, where it goes when not to the device's own topic, and the reason it is buried with."""

    payload: bytes
    reason: str
    topic: str | None = None


CORPUS = {
    "bad JSON": Poison(b'{"v": 1, "boot": ', "malformed"),
    "empty": Poison(b"", "malformed"),
    "not an object": Poison(b"[1, 2, 3]", "malformed"),
    "NaN": Poison(body().replace(b"[1, 2]", b"[NaN, 2]"), "malformed"),
    "infinity": Poison(body().replace(b"[1, 2]", b"[1e999, 2]"), "malformed"),
    "text among numbers": Poison(body(s={"speed": ["fast", 2]}), "malformed"),
    "64 bit overflow": Poison(body(seq=2**64), "malformed"),
    "beyond a real": Poison(body(s={"speed": [1e39, 2]}), "overflow"),
    "beyond a smallint": Poison(body(s={"fuel_type": [40_000, 1]}), "overflow"),
    "huge difference": Poison(body(s={"speed": [10**300, 2]}, d={"speed": 1}), "overflow"),
    "fractional difference": Poison(body(s={"speed": [1.5, 2]}, d={"speed": 1}), "overflow"),
    "wrong UTF-8": Poison(b'{"v": 1, "boot": 3, "seq": 4, "t": 1, "dt": [0], "s": {"\xff": [1]}}', "encoding"),
    "bomb": Poison(zlib.compress(b'{"v": 1' + b" " * 50_000_000), "compression"),
    "broken zlib": Poison(b"\x78\x9c\x00\x01\x02", "compression"),
    "cut zlib": Poison(zlib.compress(body())[:-4], "compression"),
    "deep nesting": Poison(b'{"v":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "malformed"),
    "arrays of different length": Poison(body(s={"speed": [1, 2, 3]}), "length"),
    "later version": Poison(body(v=2), "version"),
    "clock of 1970": Poison(body(t=5_000), "clock"),
    "clock of 2036": Poison(body(t=now_ms() + 3650 * DAY_MS), "clock"),
    "ninety-one days old": Poison(body(t=now_ms() - 91 * DAY_MS), "clock"),
    "time beyond any calendar": Poison(body(dt=[0, 2**45]), "clock"),
    "name with NUL": Poison(body(s={"a\x00b": [1, 2]}), "database"),
    "event of unknown type": Poison(b'{"v": 1, "boot": 3, "seq": 5, "t": 1, "type": "party"}', "malformed",
                                    up(SHARD, "tough-1", "event")),
    "wrong topic": Poison(body(), "topic", up(SHARD, "tough-1", "nonsense")),
    "wrong shard": Poison(body(seq=1), "wrong_shard", up("s04", "tough-1", "telemetry")),
}

TOLERATED = {
    "unknown signal": body(s={"speed": [1, 2], "mystery": [5, None]}, seq=201, t=now_ms() - 20_000),
    "field of a later version": body(colour="red", seq=202, t=now_ms() - 15_000),
    "unknown difference": body(d={"mystery": 0.5}, seq=203, t=now_ms() - 10_000),
    "no signals at all": body(s={}, seq=204),
}


@pytest.fixture
def devices(database: Database, broker: Broker, master_key: str) -> Iterator[tuple[PlainDevice, PlainDevice, int]]:
    """A provisioned device, one the archive has never heard of, and the process id of ingest."""
    with database.connect("owner") as connection:
        provisioning.add_device(connection, "tough-1", [SHARD], "secret-of-tough-1")
    broker.let_in([("tough-1", "secret-of-tough-1"), ("stranger", "secret-of-stranger")])
    with (
        ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                  SHARDS=f"{SHARD},s04") as process,
        PlainDevice(broker, "tough-1", "secret-of-tough-1", SHARD) as tough,
        PlainDevice(broker, "stranger", "secret-of-stranger", SHARD) as stranger,
    ):
        yield tough, stranger, process.pid


def test_poison_is_buried_with_its_reason_and_good_neighbours_are_stored(
        devices: tuple[PlainDevice, PlainDevice, int], database: Database, master_key: str) -> None:
    tough, stranger, pid = devices
    started = psutil.Process(pid).create_time()
    start_ms = now_ms() - 3_600_000
    for number, poison in enumerate(CORPUS.values()):
        tough.send(poison.payload, topic=poison.topic)
        tough.send(telemetry(number, start_ms + number * 10_000, {"speed": [50, 51]}))
    stranger.send(telemetry(1, now_ms(), {"speed": [1]}))
    for payload in TOLERATED.values():
        tough.send(payload)
    tough.wait_for_receipts({(1, number) for number in range(len(CORPUS))} | {(3, seq) for seq in range(201, 205)})

    vault = Vault(master_key)
    with database.connect() as connection:
        letters = connection.execute("SELECT payload_sealed, sha256, reason FROM dead_letter").fetchall()
    buried = {vault.open_letter(bytes(sealed), bytes(digest)): reason for sealed, digest, reason in letters}
    expected = {poison.payload: poison.reason for poison in CORPUS.values()}
    assert {name: buried.get(poison.payload) for name, poison in CORPUS.items()} == {
        name: poison.reason for name, poison in CORPUS.items()}
    assert sorted(buried.values()) == sorted([*expected.values(), "unknown_device"])
    end_of_good = _instant(start_ms + len(CORPUS) * 10_000)
    good = database.value("SELECT count(*) FROM reading WHERE time < %s::timestamptz", end_of_good)
    assert good == 2 * len(CORPUS)
    assert database.value("SELECT extra->>'mystery' FROM reading WHERE extra IS NOT NULL") == "5.0"
    assert psutil.Process(pid).create_time() == started


def test_a_message_of_300_kb_is_refused_by_the_broker_and_the_stream_goes_on(
        devices: tuple[PlainDevice, PlainDevice, int], broker: Broker, database: Database) -> None:
    tough, _, _ = devices
    with PlainDevice(broker, "stranger", "secret-of-stranger", SHARD) as loud:
        loud.throw(b"x" * 300_000)
        loud.wait_for_disconnect()
    tough.send(telemetry(1, now_ms() - 60_000, {"speed": [50]}))
    tough.wait_for_receipts({(1, 1)})
    assert database.value("SELECT count(*) FROM reading") == 1


def test_a_retained_delivery_is_not_a_sample(database: Database, broker: Broker, master_key: str) -> None:
    with database.connect("owner") as connection:
        provisioning.add_device(connection, "kept-1", ["s03"], "secret-of-kept-1")
    broker.let_in([("kept-1", "secret-of-kept-1")])
    with PlainDevice(broker, "kept-1", "secret-of-kept-1", "s03") as kept:
        # The broker keeps it for whoever subscribes later; only then is it delivered with the retain flag set.
        kept.send(telemetry(1, now_ms() - 60_000, {"speed": [50]}), retain=True)
        with ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                       SHARDS="s03"):
            kept.send(telemetry(2, now_ms() - 50_000, {"speed": [51]}))
            kept.wait_for_receipts({(1, 2)})
        kept.send(b"", retain=True)
    assert database.value("SELECT max(speed_kmh) FROM reading") == 51
    assert database.value("SELECT count(*) FROM reading") == 1


def _instant(epoch_ms: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch_ms / 1000))
