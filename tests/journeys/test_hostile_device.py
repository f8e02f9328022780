"""A device that attacks: the real broker and the real ingest keep it within its own name, and its neighbours whole.

Mosquitto grants subscriptions it will never serve and, to MQTT 3.1.1 clients, acknowledges what it drops; so what
counts is what arrives: rows in the database, messages at the victim.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from archive.fleet import provisioning
from schemas.errors import InvalidInput
from schemas.topics import FOREIGN_SHARD, down, up
from schemas.wire import MESSAGE_BURST, PAYLOAD_LIMIT
from tests.stage.broker import INGEST_PASSWORD, Broker
from tests.stage.database import Database, cloned
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import ingesting
from tests.stage.stranger import CLOSED, Stranger, answer
from tests.stage.waiting import wait_until

SHARD = "s11"
PASSWORD = "known to its device alone"
VICTIM, HOSTILE = "victim-1", "hostile-1"
REFUSED = "Not authorized"
FLOOD_PATIENCE_S = 90


@dataclass(frozen=True)
class Street:
    """A victim and a hostile device, both provisioned, and ingest serving them."""

    database: Database
    broker: Broker

    def hostile(self, client_id: str = HOSTILE) -> Stranger:
        return Stranger(self.broker.port, HOSTILE, PASSWORD, client_id=client_id)

    def victim(self) -> PlainDevice:
        return PlainDevice(self.broker, VICTIM, PASSWORD, SHARD)

    def letters(self, reason: str) -> object:
        return self.database.value("SELECT count(*) FROM dead_letter WHERE reason = %s", reason)


@pytest.fixture(scope="module")
def served(server_url: str, broker: Broker, master_key: str) -> Iterator[Street]:
    """One street for all of them: what an attack leaves is swept up before the next."""
    with cloned(server_url) as database:
        with database.connect("owner") as connection:
            for name in (VICTIM, HOSTILE):
                provisioning.add_device(connection, name, [SHARD], PASSWORD)
        broker.let_in((name, PASSWORD) for name in (VICTIM, HOSTILE, VICTIM.upper()))
        with ingesting(DATABASE_URL=database.as_role("ingest"), BROKER_URL=broker.ingest_url, MASTER_KEY=master_key,
                       SHARDS=f"{SHARD},{FOREIGN_SHARD}"):
            yield Street(database, broker)


@pytest.fixture
def street(served: Street) -> Street:
    with served.database.connect() as connection:
        connection.execute("TRUNCATE reading, dead_letter, dead_letter_flood")
    return served


def good(seq: int) -> bytes:
    return telemetry(seq, now_ms() - 60_000 - seq * 1_000, {"speed": [50]})


@pytest.mark.parametrize("name", [f"{HOSTILE}/up/telemetry", "+", "#", f"{VICTIM}/#", "", " ", f"{VICTIM} ", "a\0b",
                                  "ﬁ", "ingest-s11", "INGEST-S11"])
def test_names_that_would_widen_a_pattern_are_never_given(database: Database, name: str) -> None:
    with database.connect("owner") as connection, pytest.raises(InvalidInput):
        provisioning.add_device(connection, name, [SHARD], PASSWORD)
    assert database.value("SELECT count(*) FROM device") == 0


def test_the_broker_lets_no_name_write_for_another(street: Street) -> None:
    """Were such users there all the same: wildcards get nowhere, and a name in capitals is another name.

    A slash does widen a pattern in Mosquitto 2.0; what comes that way is no topic of ours.
    """
    widened = f"{VICTIM}/up/telemetry"
    street.broker.let_in((name, PASSWORD) for name in ("+", "#", widened))
    for user in ("+", "#", widened, VICTIM.upper()):
        with Stranger(street.broker.port, user, PASSWORD, client_id="x") as pretender:
            for topic in (up(SHARD, VICTIM, "telemetry"), up(SHARD, widened, "telemetry")):
                said = pretender.publish(topic, good(1)) if pretender.said == "Success" else pretender.said
                assert said in (REFUSED, CLOSED) or (user, topic) == (widened, up(SHARD, widened, "telemetry")), user
    with street.victim() as victim:
        victim.send(good(2))
        victim.wait_for_receipts({(1, 2)})
    assert street.database.readings_of(VICTIM) == 1


def test_nothing_is_written_under_a_foreign_name(street: Street) -> None:
    forbidden = [up(SHARD, VICTIM, kind) for kind in ("telemetry", "event", "status", "reply")]
    forbidden += [down(SHARD, VICTIM, "command"), down(SHARD, HOSTILE, "command"), down(SHARD, VICTIM, "receipt"),
                  f"wican/{VICTIM}/can/rx", f"ovms/{HOSTILE}/{VICTIM}/metric/v/p/speed", f"autopi/{VICTIM}",
                  f"thingsboard/{VICTIM}", f"obd2mqtt/{VICTIM}/x_speed", "$SYS/broker/version",
                  "$CONTROL/dynamic-security/v1", up(SHARD, HOSTILE.upper(), "telemetry"), "pitcall", "x"]
    with street.victim() as victim, street.hostile() as hostile:
        answers = {topic: hostile.publish(topic, good(number)) for number, topic in enumerate(forbidden)}
        assert set(answers.values()) == {REFUSED}
        assert hostile.publish(up(SHARD, HOSTILE, "telemetry"), good(99)) == "Success", "it is still connected"
        victim.send(good(1))
        victim.wait_for_receipts({(1, 1)})
    wait_until(lambda: street.database.readings_of(HOSTILE), 1)
    assert street.database.readings_of(VICTIM) == 1
    assert street.database.value("SELECT count(*) FROM dead_letter") == 0


def test_a_payload_that_names_another_is_stored_under_its_own_name(street: Street) -> None:
    body = {"v": 1, "boot": 1, "seq": 1, "t": now_ms() - 9_000, "dt": [0], "s": {"speed": [1]}, "device_id": VICTIM}
    with street.hostile() as hostile:
        hostile.publish(up(SHARD, HOSTILE, "telemetry"), json.dumps(body).encode())
        hostile.publish(up("s12", HOSTILE, "telemetry"), good(2))
        hostile.publish(f"thingsboard/{HOSTILE}", b'{"speed": 3}')
    wait_until(lambda: street.database.readings_of(HOSTILE), 1)
    wait_until(lambda: street.letters("wrong_shard"), 1)
    assert street.database.readings_of(VICTIM) == 0


def test_nobody_hears_what_is_meant_for_another(street: Street) -> None:
    with street.hostile() as hostile, street.victim() as victim:
        for pattern in (down(SHARD, VICTIM, "#"), "pitcall/v1/+/+/down/#", "pitcall/#", "#", "$SYS/#", "wican/#",
                        up(SHARD, VICTIM, "#")):
            hostile.subscribe(pattern)
        victim.send(good(1))
        victim.wait_for_receipts({(1, 1)})
        hostile.publish(up(SHARD, HOSTILE, "telemetry"), good(1))
        topic, _ = hostile.next_heard()
        assert topic == down(SHARD, HOSTILE, "receipt"), "its own is all it hears"
        time.sleep(0.5)
        assert {topic for topic, _ in hostile.heard()} <= {down(SHARD, HOSTILE, "receipt")}


def test_a_stolen_client_id_throws_nobody_out(street: Street) -> None:
    with street.victim() as victim:
        for client_id in (VICTIM, f"ingest-{SHARD}", ""):
            with street.hostile(client_id) as hostile:
                assert hostile.said == "Success"
        victim.send(good(1))
        victim.wait_for_receipts({(1, 1)})
        assert not victim.lost_connection
    assert street.database.readings_of(VICTIM) == 1


def test_wrong_passwords_open_nothing(street: Street) -> None:
    port = street.broker.port
    for user, password in ((VICTIM, "guessed"), (VICTIM, ""), ("nobody", PASSWORD), (f"ingest-{SHARD}", PASSWORD),
                           (None, None), (VICTIM, INGEST_PASSWORD)):
        assert answer(port, user, password) in (REFUSED, "Bad user name or password"), (user, password)


def test_what_is_too_large_ends_at_the_broker_or_as_a_letter(street: Street) -> None:
    with street.hostile() as hostile:
        assert hostile.publish(up(SHARD, HOSTILE, "telemetry"), b"x" * (PAYLOAD_LIMIT + 20_000)) == CLOSED
    with street.hostile() as hostile:
        assert hostile.publish(up(SHARD, HOSTILE, "telemetry"), b"x" * (PAYLOAD_LIMIT + 1)) == "Success"
    wait_until(lambda: street.letters("oversize"), 1)
    with street.victim() as victim:
        victim.send(good(1))
        victim.wait_for_receipts({(1, 1)})


def test_retained_poison_is_never_a_sample(database: Database, broker: Broker, master_key: str) -> None:
    """It is buried once when it comes, and ignored whenever the broker shows it again."""
    settings = {"DATABASE_URL": database.as_role("ingest"), "BROKER_URL": broker.ingest_url, "MASTER_KEY": master_key,
                "SHARDS": "s12"}
    street, topic = Street(database, broker), up("s12", "retainer", "telemetry")
    with database.connect("owner") as connection:
        provisioning.add_device(connection, "retainer", ["s12"], PASSWORD)
    broker.let_in([("retainer", PASSWORD)])
    with Stranger(broker.port, "retainer", PASSWORD, client_id="retainer") as hostile:
        with ingesting(**settings):
            for payload in (b"poison", good(1)):
                hostile.publish(topic, payload, retain=True)
            wait_until(lambda: street.database.readings_of("retainer"), 1)
        with database.connect() as connection:
            connection.execute("TRUNCATE reading")
        with ingesting(**settings):
            hostile.publish(topic, good(2))
            wait_until(lambda: street.database.readings_of("retainer"), 1)
        hostile.publish(topic, b"", retain=True)
    assert database.value("SELECT array_agg(reason) FROM dead_letter") == ["malformed"]


def test_a_flood_is_paced_and_its_neighbours_do_not_notice(street: Street) -> None:
    flood = MESSAGE_BURST + 1_500
    with PlainDevice(street.broker, HOSTILE, PASSWORD, SHARD) as hostile, street.victim() as victim:
        for number in range(flood):
            last = hostile.throw(b"x")
            if number % 4_000 == 0:
                victim.throw(good(number))
        last.wait_for_publish(FLOOD_PATIENCE_S)
        wait_until(lambda: _accounted(street), flood, FLOOD_PATIENCE_S)
        wait_until(lambda: street.database.readings_of(VICTIM), 6)
    assert street.database.value("SELECT count(*) > 0 FROM dead_letter JOIN device USING (device_key) "
                                 "WHERE reason = 'rate' AND device.device_id = %s", HOSTILE), "it can be told who"


def _accounted(street: Street) -> int:
    found = street.database.value("SELECT (SELECT count(*) FROM dead_letter) "
                                  "+ (SELECT coalesce(sum(letters), 0) FROM dead_letter_flood)")
    return int(str(found))
