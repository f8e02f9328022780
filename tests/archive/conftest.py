"""Fixtures of the archive's tests."""

import psycopg
import pytest
from psycopg import sql

from tests.archive.garage import Garage
from tests.stage.database import TEMPLATE, Database


@pytest.fixture(scope="session")
def server_url(server_url: str) -> str:
    """The server, its template closed: TimescaleDB's scheduler looks into every open database and blocks cloning."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(TEMPLATE)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [TEMPLATE])
    return server_url


@pytest.fixture
def garage(database: Database) -> Garage:
    """An empty garage in a database of the test's own."""
    return Garage.open(database)
