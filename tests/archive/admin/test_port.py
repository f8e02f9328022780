"""The admin port as a prober and a scraper see it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx
import pytest

from archive.admin import port
from archive.admin.metrics import new_registry
from archive.admin.port import Health
from archive.admin.readiness import database_ready
from schemas.errors import ConfigurationError
from tests.stage.database import Database, empty
from tests.stage.processes import free_port

HERE = "127.0.0.1"


@contextmanager
def served(health: Health) -> Iterator[httpx.Client]:
    """A client of an admin port with this health."""
    number = free_port()
    server = port.serve(HERE, number, new_registry("test"), health)
    with httpx.Client(base_url=f"http://{HERE}:{number}") as client:
        yield client
    server.shutdown()
    server.server_close()


def test_a_living_process_that_cannot_work_says_what_is_missing() -> None:
    with served(Health({"database": lambda: False, "broker": lambda: True})) as client:
        assert client.get("/healthz").status_code == HTTPStatus.OK
        ready = client.get("/readyz")
    assert ready.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert ready.json() == {"status": "not ready", "failing": ["database"]}


def test_a_dead_thread_is_a_dead_process() -> None:
    thread = threading.Thread(target=lambda: None)
    with served(Health({}, alive=thread.is_alive)) as client:
        assert client.get("/healthz").status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert client.get("/readyz").json() == {"status": "ready"}


def test_metrics_name_the_build(served_metrics: str) -> None:
    assert 'build_info{program="test",version="' in served_metrics
    assert "process_resident_memory_bytes " in served_metrics


@pytest.fixture
def served_metrics() -> str:
    with served(Health({})) as client:
        return client.get("/metrics").text


def test_other_pages_do_not_exist() -> None:
    with served(Health({})) as client:
        assert client.get("/").status_code == HTTPStatus.NOT_FOUND


def test_a_taken_port_is_named() -> None:
    number = free_port()
    first = port.serve(HERE, number, new_registry("test"), Health({}))
    with pytest.raises(ConfigurationError, match=f"PITCALL_ADMIN_PORT {number}"):
        port.serve(HERE, number, new_registry("test"), Health({}))
    first.shutdown()
    first.server_close()


@pytest.mark.parametrize("role", ["ingest", "health", "api"])
def test_the_database_is_ready_for_every_role(database: Database, role: str) -> None:
    assert database_ready(database.as_role(role))()


def test_a_database_without_our_migrations_is_not_ready(server_url: str) -> None:
    with empty(server_url) as nothing:
        assert not database_ready(nothing.url)()


def test_a_database_that_is_away_is_not_ready() -> None:
    assert not database_ready(f"postgresql://nobody@{HERE}:{free_port()}/postgres")()
