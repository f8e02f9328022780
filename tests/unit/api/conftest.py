"""The application over a town of the test's own, and over one for all the tests that change nothing."""

from collections.abc import Iterator

import pytest

from archive.database.sealing import Vault
from tests.archive.people.town import Town, build
from tests.stage.database import Database, cloned
from tests.unit.api.doors import Door, opened


@pytest.fixture
def town(database: Database, master_key: str) -> Town:
    return build(database, Vault(master_key))


@pytest.fixture
def door(town: Town, master_key: str) -> Iterator[Door]:
    with opened(town, master_key) as open_door:
        yield open_door


@pytest.fixture(scope="session")
def shared_door(server_url: str, master_key: str) -> Iterator[Door]:
    """Cloning a database takes longer than most tests."""
    with cloned(server_url) as database, opened(build(database, Vault(master_key)), master_key) as open_door:
        yield open_door
