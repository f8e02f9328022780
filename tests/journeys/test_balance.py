"""The balance of a running ingest: exact in every scrape while a flood runs, and equal to the database at rest."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from archive.fleet import provisioning
from ingest.balance import OUTCOMES
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import free_port, running, wait_until_ready
from tests.stage.scraping import Page, scrape

SHARDS = ("s08", "s09")
ROUNDS = 500
"""Of one good message, the same again, poison, positions nobody consented to, an event and one without any value."""


@pytest.fixture
def ingest_port(database: Database, broker: Broker, master_key: str) -> Iterator[int]:
    """The admin port of an ingest process that serves both shards."""
    port = free_port()
    with running("ingest", ADMIN_PORT=str(port), DATABASE_URL=database.as_role("ingest"), MASTER_KEY=master_key,
                 BROKER_URL=broker.ingest_url, SHARDS=",".join(SHARDS)):
        wait_until_ready(port)
        yield port


@pytest.fixture
def devices(database: Database, broker: Broker) -> Iterator[list[PlainDevice]]:
    """A device on each shard."""
    with ExitStack() as stack, database.connect("owner") as connection:
        pairs = [(f"balance-{shard}", f"secret-of-{shard}") for shard in SHARDS]
        for shard, (name, password) in zip(SHARDS, pairs, strict=True):
            provisioning.add_device(connection, name, [shard], password)
        broker.let_in(pairs)
        yield [stack.enter_context(PlainDevice(broker, name, password, shard))
               for shard, (name, password) in zip(SHARDS, pairs, strict=True)]


def test_every_scrape_of_a_flood_balances(ingest_port: int, devices: list[PlainDevice], database: Database) -> None:
    floods = [threading.Thread(target=flood, args=[device]) for device in devices]
    for one in floods:
        one.start()
    pages = [scrape(ingest_port)]
    while pages[-1].total("ingest_messages_received") < 6 * ROUNDS * len(SHARDS) or pages[-1].value("ingest_unacked"):
        pages.append(scrape(ingest_port))
    for one in floods:
        one.join()
    assert [difference(page) for page in pages] == [0] * len(pages)
    assert sum(page.value("ingest_unacked") > 0 for page in pages) >= 3, "the flood was seen while it ran"
    assert_equal_to_the_database(pages[-1], database)


def flood(device: PlainDevice) -> None:
    """Publish all rounds as fast as the broker takes them."""
    start_ms = now_ms() - 3_600_000
    for number in range(ROUNDS):
        good = telemetry(2 * number, start_ms + 5000 * number, {"speed": [50, 51], "rpm": [1800, 1810]})
        place = telemetry(2 * number + 1, start_ms + 5000 * number + 1, {"lat": [36.6], "lon": [117.1]})
        silent = telemetry(2 * number + 1, start_ms + 5000 * number + 1, {"speed": [None]})
        for payload in (good, good, b"poison", place, silent):
            device.throw(payload)
        device.send(json.dumps({"v": 1, "boot": 1, "seq": 3 * number, "t": start_ms, "type": "shock",
                                "data": {}}).encode(), "event")


def difference(page: Page) -> float:
    """What docs/alerts.yml looks at: received less everything that became of it."""
    return (page.total("ingest_messages_received") - sum(page.value(f"ingest_{name}") for name in OUTCOMES)
            - page.total("ingest_dead_letter") - page.value("ingest_unacked"))


def assert_equal_to_the_database(page: Page, database: Database) -> None:
    many = ROUNDS * len(SHARDS)
    assert page.by_label("ingest_messages_received") == dict.fromkeys(SHARDS, 6.0 * ROUNDS)
    assert {name: page.value(f"ingest_{name}") for name in OUTCOMES} == {
        "stored": 2 * many, "duplicates": many, "refused": many, "ignored": many, "dropped": 0}
    kept = database.value("SELECT count(*) FROM dead_letter")
    counted = database.value("SELECT coalesce(sum(letters), 0) FROM dead_letter_flood")
    assert {reason: number for reason, number in page.by_label("ingest_dead_letter").items() if number} == {
        "malformed": many}
    assert (kept, counted) == (many - page.value("ingest_dead_letters_not_kept"),
                               page.value("ingest_dead_letters_not_kept"))
    assert database.value("SELECT count(*) FROM reading") == page.value("ingest_samples_stored") == 2 * many
    assert page.value("ingest_samples_decoded") == 4 * many
