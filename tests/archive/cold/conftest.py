"""A garage with old readings and a folder for cold storage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.cold.folder import Folder
from tests.archive.cold.stock import Stock
from tests.archive.garage import Garage


@pytest.fixture
def stock(garage: Garage, tmp_path: Path) -> Iterator[Stock]:
    """Three devices, two months of readings, cold storage not yet begun."""
    yield Stock.filled(garage, Folder(tmp_path / "cold"))
    garage.change("UPDATE retention SET dropped_before = NULL")
