"""Whatever a change of cold storage is killed at: nothing is lost, nothing there twice, nothing erased comes back."""

import shutil
from pathlib import Path

import psycopg
import pytest
from polars.testing import assert_frame_equal

from archive.cold import erasing, exporting, verifying
from archive.cold.erasing import Span
from archive.cold.folder import Folder
from archive.cold.months import Window
from tests.archive.cold.killing import killed_at_every_step
from tests.archive.cold.stock import JUNE, MAY, Stock


def export_everything(folder: Path, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        exporting.export(connection, Folder(folder), Window(MAY, JUNE))


def erase_one_device(folder: Path, url: str) -> None:
    erasing.erase(Folder(folder), [Span("d2")])


@pytest.mark.long
def test_an_export_killed_at_any_step_is_completed_by_the_next(stock: Stock, tmp_path: Path) -> None:
    """The manifest can always be read, names only whole files, and in the end each row is there once."""
    stock.garage.change("DELETE FROM device WHERE device_id <> 'd2'")
    stock.garage.change("DELETE FROM reading WHERE device_key <> %s OR time >= %s", stock.devices["d2"], JUNE)
    tried = 0
    for path in killed_at_every_step(lambda step: tmp_path / f"export-{step}", export_everything,
                                     stock.garage.database.as_role("owner")):
        left = Stock(stock.garage, Folder(path), stock.devices)
        if (path / "manifest.json").exists():
            assert all(left.folder.fault(part) is None for part in left.folder.manifest().parts)
        left.export()
        assert_frame_equal(left.cold(), stock.live(), check_exact=True)
        assert list(verifying.faults(left.folder)) == []
        tried += 1
    assert tried >= 6


@pytest.mark.long
def test_an_erasure_killed_at_any_step_is_completed_by_the_next(stock: Stock, tmp_path: Path) -> None:
    """Before the commit of a part its rows are all there, afterwards they are in no file, swept ones included."""
    stock.export()
    kept = stock.cold().filter(stock.cold()["device_id"] != "d2")

    def copy(step: int) -> Path:
        return Path(shutil.copytree(stock.folder.path, tmp_path / f"erase-{step}"))

    tried = 0
    for path in killed_at_every_step(copy, erase_one_device, stock.garage.database.url):
        left = Stock(stock.garage, Folder(path), stock.devices)
        assert_frame_equal(left.cold().filter(left.cold()["device_id"] != "d2"), kept, check_exact=True)
        erase_one_device(path, "")
        assert_frame_equal(left.cold(), kept, check_exact=True)
        assert list(verifying.faults(left.folder)) == []
        tried += 1
    assert tried >= 6
