"""A garage whose rules of retention are the default ones again afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.cold.folder import Folder
from tests.archive.cold.stock import Stock
from tests.archive.garage import Garage


@pytest.fixture
def stock(garage: Garage, tmp_path: Path) -> Iterator[Stock]:
    """Three devices with readings of two years ago, cold storage not yet begun."""
    yield Stock.filled(garage, Folder(tmp_path / "cold"))
    reset(garage)


@pytest.fixture
def kept_garage(garage: Garage) -> Iterator[Garage]:
    """An empty garage."""
    yield garage
    reset(garage)


def reset(garage: Garage) -> None:
    """Forget what keepers did, and chunks of earlier tests."""
    garage.change("SELECT drop_chunks(name, older_than => now() + INTERVAL '1 year') "
                  "FROM unnest('{reading,position}'::regclass[]) AS name")
    garage.change("UPDATE retention SET dropped_before = NULL, "
                  "keep = CASE hypertable WHEN 'reading' THEN INTERVAL '24 months' ELSE INTERVAL '30 days' END")
    garage.change("DELETE FROM keeper_job")
