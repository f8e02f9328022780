"""Rows come back from cold storage as they were, however often and whatever is there already."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from archive.cold import exporting, restoring, verifying
from archive.cold.months import Window
from archive.cold.parts import PartDamaged
from archive.cold.reading import ColdReadings
from archive.cold.restoring import Restored
from schemas.errors import NotFound
from tests.archive.cold.stock import BOTH, MAY, Stock


def restore(stock: Stock, window: Window = BOTH, device_id: str | None = None) -> Restored:
    with stock.owner() as connection:
        return restoring.restore(connection, stock.folder, window, device_id)


def test_all_rows_come_back_and_health_looks_at_them_again(stock: Stock) -> None:
    """Into an empty table; a second time changes nothing."""
    stock.export()
    expected = stock.live()
    stock.empty_database()
    stock.garage.change("DELETE FROM touched")
    assert restore(stock) == Restored(read=7200, new=7200)
    assert_frame_equal(stock.live(), expected, check_exact=True)
    assert stock.garage.rows("SELECT DISTINCT device_key FROM touched ORDER BY 1") == [
        (key,) for key in sorted(stock.devices.values())]
    assert restore(stock) == Restored(read=7200, new=0)
    assert_frame_equal(stock.live(), expected, check_exact=True)


def test_restored_rows_merge_with_what_came_meanwhile(stock: Stock) -> None:
    """A value only the database has stays, and so does one only cold storage has."""
    stock.export()
    stock.empty_database()
    stock.write(pl.DataFrame({"device_key": [stock.devices["d1"]], "time": [MAY], "coolant_c": [88.0]},
                             schema_overrides={"device_key": pl.Int32, "coolant_c": pl.Float32}))
    assert restore(stock).new == 7199
    row = stock.live("d1").filter(pl.col("time") == MAY).select("engine_rpm", "coolant_c").row(0)
    assert row == (800.25, 88.0)


def test_a_device_and_a_window_can_be_restored_alone(stock: Stock) -> None:
    """Nothing else comes along."""
    stock.export()
    expected = stock.live("d2").filter(pl.col("time") < MAY + timedelta(days=1))
    stock.empty_database()
    assert restore(stock, Window(MAY, MAY + timedelta(days=1)), "d2").new == 600
    assert_frame_equal(stock.live(), expected, check_exact=True)


def test_devices_are_known_by_name_in_another_database(stock: Stock) -> None:
    """Keys may differ there; a name that is missing is refused before its rows are stored."""
    stock.export()
    stock.empty_database()
    stock.garage.change("UPDATE device SET device_id = 'moved' WHERE device_id = 'd3'")
    with pytest.raises(NotFound, match="not provisioned here: d3"):
        restore(stock, device_id="d3")
    assert restore(stock, device_id="d1").new == 2400


def damage(path: Path) -> None:
    """Flip one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_damaged_part_is_reported_and_nobody_takes_it_for_good(stock: Stock) -> None:
    """Neither restore, nor export, nor health, nor whoever asks whether rows may be dropped."""
    stock.export()
    part = stock.folder.manifest().parts[0]
    device = stock.folder.open(part)
    name = next(device.row_groups())["device_id"][0]
    damage(stock.folder.path / part.path)
    assert list(verifying.faults(stock.folder)) == [f"{part.path} has another checksum"]
    for refuse in (lambda: restore(stock, device_id=name), stock.export,
                   lambda: ColdReadings(stock.folder).rows(name, BOTH.first, BOTH.until)):
        with pytest.raises(PartDamaged):
            refuse()


def test_a_lost_manifest_is_not_begun_anew(stock: Stock) -> None:
    """The parts would be swept as left-overs."""
    stock.export()
    (stock.folder.path / "manifest.json").unlink()
    with pytest.raises(PartDamaged, match="the manifest is gone"):
        stock.export()


def test_files_of_others_in_the_folder_are_left_alone(stock: Stock) -> None:
    """Only what is named as a part is swept."""
    stock.folder.path.mkdir()
    strange = [stock.folder.path / "letter.txt", stock.folder.path / "reading.csv"]
    for path in strange:
        path.write_text("dear reader")
    stock.export()
    assert all(path.read_text() == "dear reader" for path in strange)


def test_a_missing_part_is_reported(stock: Stock) -> None:
    """And reading it is an error, not an empty answer."""
    stock.export()
    part = stock.folder.manifest().parts[0]
    name = next(stock.folder.open(part).row_groups())["device_id"][0]
    (stock.folder.path / part.path).unlink()
    assert list(verifying.faults(stock.folder)) == [f"{part.path} is missing"]
    with pytest.raises(PartDamaged):
        ColdReadings(stock.folder).rows(name, BOTH.first, BOTH.until)
    with stock.owner() as connection, pytest.raises(PartDamaged):
        exporting.is_complete(connection, stock.folder, BOTH)
