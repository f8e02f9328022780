"""Fixtures of the archive's tests."""

from collections.abc import Iterator

import pytest

from tests.archive.garage import Garage
from tests.stage.database import Database, cloned


@pytest.fixture(scope="module")
def database_of_module(server_url: str) -> Iterator[Database]:
    """One database for a file of tests: emptying it takes a tenth of the time of cloning."""
    with cloned(server_url) as fresh:
        yield fresh


@pytest.fixture
def garage(database_of_module: Database) -> Iterator[Garage]:
    """An empty garage."""
    opened = Garage.open(database_of_module)
    yield opened
    opened.clear()
