"""What goes to cold storage is what the database holds, to the bit, once."""

from datetime import timedelta

import polars as pl
from polars.testing import assert_frame_equal

from archive.cold import exporting, verifying
from archive.cold.months import Window
from archive.cold.reading import ColdReadings
from tests.archive.cold.stock import BOTH, JULY, JUNE, MAY, Stock, rows_of


def test_every_row_comes_back_to_the_bit(stock: Stock) -> None:
    """Types, gaps, microseconds, codes, odometers in full and signals without a column."""
    done = stock.export()
    assert done.written == done.looked_at == 3 * 4 * 600
    assert_frame_equal(stock.cold(), stock.live(), check_exact=True)
    assert stock.cold()["extra"].drop_nulls().len() == 3 * 4 * 6


def test_parts_are_months_of_the_devices_of_one_bucket(stock: Stock) -> None:
    """And the manifest says of each what is in it."""
    stock.export()
    manifest = stock.folder.manifest()
    for part in manifest.parts:
        rows = pl.concat(stock.folder.open(part).row_groups())
        assert {manifest.bucket_of(name) for name in rows["device_id"]} == {part.bucket}
        assert rows["time"].dt.strftime("%Y-%m").unique().to_list() == [part.month]
        assert (len(rows), rows["time"].min(), rows["time"].max()) == (part.rows, part.first, part.last)
        assert rows.select("device_id", "time").equals(rows.select("device_id", "time").sort("device_id", "time"))
    assert list(verifying.faults(stock.folder)) == []


def test_exporting_again_writes_nothing(stock: Stock) -> None:
    """Not even a new generation."""
    stock.export()
    before = stock.folder.manifest()
    assert stock.export().written == 0
    assert stock.folder.manifest() == before


def test_late_rows_become_further_parts(stock: Stock) -> None:
    """Rows that came after the export, and those that gained a value, go by themselves."""
    stock.export()
    parts = set(stock.folder.manifest().parts)
    late = rows_of(stock.devices["d2"], MAY + timedelta(days=3), seconds=10)
    gained = pl.DataFrame({"device_key": [stock.devices["d2"]], "time": [MAY], "coolant_c": [88.0]},
                          schema_overrides=dict(late.schema) | {"coolant_c": pl.Float32})
    stock.write(late)
    stock.write(gained)
    assert stock.export().written == 11
    assert set(stock.folder.manifest().parts) > parts
    cold = ColdReadings(stock.folder).rows("d2", MAY, JULY).sort("time")
    assert_frame_equal(cold, stock.live("d2").drop("device_id", "extra"), check_exact=True)


def test_months_are_exported_once_they_are_old_enough(stock: Stock) -> None:
    """A month that has not ended before the limit waits as a whole."""
    with stock.owner() as connection:
        early = exporting.export_new_months(connection, stock.folder, JULY - timedelta(days=1))
        assert {part.month for part in stock.folder.manifest().parts} == {"2024-05"}
        later = exporting.export_new_months(connection, stock.folder, JULY)
        again = exporting.export_new_months(connection, stock.folder, JULY)
    assert stock.folder.manifest().complete == ("2024-05", "2024-06")
    assert early.written + later.written == 3 * 4 * 600
    assert again.looked_at == 0


def test_a_window_within_a_month_is_exported_alone(stock: Stock) -> None:
    """The month is not taken for complete by that."""
    stock.export(Window(MAY, MAY + timedelta(days=1)))
    assert stock.cold().height == 3 * 600
    assert stock.folder.manifest().complete == ()
    stock.export()
    assert_frame_equal(stock.cold(), stock.live(), check_exact=True)


def test_a_device_is_read_where_and_when_it_was(stock: Stock) -> None:
    """Only its own rows, from the first instant on, before the last."""
    stock.export()
    window = Window(JUNE - timedelta(seconds=10), JUNE + timedelta(seconds=20))
    found = ColdReadings(stock.folder).rows("d3", window.first, window.until).sort("time")
    expected = stock.live("d3").filter(pl.col("time") >= window.first, pl.col("time") < window.until)
    assert_frame_equal(found, expected.drop("device_id", "extra"), check_exact=True)
    assert ColdReadings(stock.folder).rows("d4", BOTH.first, BOTH.until).is_empty()


def test_rows_of_a_device_nobody_knows_keep_a_window_from_being_complete(stock: Stock) -> None:
    """They have no name to be stored under."""
    with stock.owner() as connection:
        assert exporting.is_complete(connection, stock.folder, BOTH)
        stock.write(rows_of(999_999, MAY + timedelta(days=1), seconds=1))
        assert not exporting.is_complete(connection, stock.folder, BOTH)
