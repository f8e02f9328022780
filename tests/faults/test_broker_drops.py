"""A broker whose queue for ingest overflows drops silently; only its own counter tells, and we export that."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from archive.fleet import provisioning
from dev.services import Running, start
from tests.stage.broker import Broker
from tests.stage.database import Database
from tests.stage.device import PlainDevice, now_ms, telemetry
from tests.stage.processes import free_port, running, wait_until_ready
from tests.stage.scraping import Page, scrape

SHARDS = "s00,s01"
NAME, PASSWORD = "drop-1", "secret-of-drop-1"
SENT, ROOM = 400, 50


@pytest.fixture
def narrow() -> Iterator[Running]:
    """A broker of its own that keeps few messages for whoever is away, and tells its figures every second."""
    services = start(f"test-narrow-{os.getpid()}", durable=False)
    assert services.broker_files is not None
    path = services.broker_files.parent / "mosquitto.conf"
    conf = re.sub(r"(?m)^max_queued_messages .*$", f"max_queued_messages {ROOM}", path.read_text())
    path.write_text(re.sub(r"(?m)^sys_interval .*$", "sys_interval 1", conf))
    services.stop_broker()
    services.start_broker()
    yield services
    services.remove()


@contextmanager
def ingesting(database: Database, broker: Broker, master_key: str) -> Iterator[int]:
    """The admin port of an ingest process."""
    port = free_port()
    with running("ingest", ADMIN_PORT=str(port), DATABASE_URL=database.as_role("ingest"), MASTER_KEY=master_key,
                 BROKER_URL=broker.ingest_url, SHARDS=SHARDS):
        wait_until_ready(port)
        yield port


def page_with(port: int, metric: str, at_least: float, patience_s: float = 10) -> Page:
    """The first scrape in which a metric of the broker has come so far."""
    deadline = time.monotonic() + patience_s
    while (page := scrape(port)).by_label(metric).get("main", -1) < at_least:
        assert time.monotonic() < deadline, metric
        time.sleep(0.1)
    return page


def settled(port: int, patience_s: float = 10) -> Page:
    """The first scrape with something stored and nothing under way."""
    deadline = time.monotonic() + patience_s
    while not (page := scrape(port)).value("ingest_stored") or page.value("ingest_unacked"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return page


def test_what_the_broker_dropped_shows_and_nothing_of_it_counts_as_stored(narrow: Running, database: Database,
                                                                          master_key: str) -> None:
    broker = Broker(narrow)
    with database.connect("owner") as connection:
        provisioning.add_device(connection, NAME, ["s00"], PASSWORD)
    broker.let_in([(NAME, PASSWORD)])
    with ingesting(database, broker, master_key) as port:
        assert page_with(port, "broker_dropped", 0).by_label("broker_dropped") == {"main": 0}
    start_ms = now_ms() - 3_600_000
    with PlainDevice(broker, NAME, PASSWORD, "s00") as device:
        for seq in range(SENT):
            device.send(telemetry(seq, start_ms + 1000 * seq, {"speed": [50]}))  # each acknowledged by the broker
    with ingesting(database, broker, master_key) as port:
        page_with(port, "broker_dropped", 1)
        page = settled(port)
        dropped = page.by_label("broker_dropped")["main"]
        assert (dropped, page.value("ingest_stored")) == (SENT - ROOM, ROOM)
        assert database.value("SELECT count(*) FROM reading") == page.value("ingest_stored")
        page_with(port, "broker_clients_connected", 2)

        narrow.stop_broker()
        narrow.start_broker()
        wait_until_ready(port)
        page_with(port, "broker_publish_received", page.by_label("broker_publish_received")["main"])
        assert scrape(port).by_label("broker_dropped") == {"main": dropped}, "the broker counts from nothing, we go on"
