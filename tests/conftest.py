"""Fixtures every test may name: the services, a database of its own, the broker."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from archive.database.sealing import new_master_key
from dev.services import Running, start
from tests.stage.broker import Broker
from tests.stage.database import Database, cloned, make_template

# How long an example takes says nothing where files of tests run side by side.
settings.register_profile("pitcall", deadline=None)
settings.load_profile("pitcall")


@pytest.fixture(scope="session")
def services() -> Iterator[Running]:
    """Real TimescaleDB and Mosquitto, for this run alone."""
    running = start(f"test-{os.getpid()}", durable=False)
    yield running
    running.remove()


@pytest.fixture(scope="session")
def server_url(services: Running) -> str:
    """Address of the server with the migrated template."""
    make_template(services.database_url)
    return services.database_url


@pytest.fixture
def database(server_url: str) -> Iterator[Database]:
    """A migrated database of the test's own."""
    with cloned(server_url) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def broker(services: Running) -> Iterator[Broker]:
    """The broker, letting in every ingest user; it knows nothing of other files of tests, whichever came before."""
    fresh = Broker(services)
    yield fresh
    fresh.forget()


@pytest.fixture(scope="session")
def master_key() -> str:
    """A master key for sealed data."""
    return new_master_key()
