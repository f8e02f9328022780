"""A town in a database of the test's own, and one for all the tests that change nothing."""

from collections.abc import Iterator

import pytest

from archive.database.sealing import Vault
from tests.archive.people.town import Town, build
from tests.stage.database import Database, cloned


@pytest.fixture(scope="session")
def vault(master_key: str) -> Vault:
    return Vault(master_key)


@pytest.fixture
def town(database: Database, vault: Vault) -> Town:
    return build(database, vault)


@pytest.fixture(scope="session")
def shared_town(server_url: str, vault: Vault) -> Iterator[Town]:
    """Cloning a database takes longer than most tests."""
    with cloned(server_url) as database:
        yield build(database, vault)
