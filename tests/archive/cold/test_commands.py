"""Cold storage as its operator works with it."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from archive.cli import cold, keeping
from schemas.errors import ConfigurationError, InvalidInput, PitcallError
from tests.archive.cold.stock import MAY, Stock
from tests.archive.cold.test_restore import damage

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`archive cold …` on the stock; returns exit code and output, raises what ends it with one line."""
    monkeypatch.setenv("PITCALL_DATABASE_URL", stock.garage.database.as_role("owner"))
    monkeypatch.setenv("PITCALL_COLD", str(stock.folder.path))

    def command(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cold.app, arguments)
        if isinstance(result.exception, PitcallError):
            raise result.exception
        return result.exit_code, result.output

    return command


def test_export_verify_list_restore(stock: Stock, run: Run) -> None:
    """What is due goes, is listed, is found whole, and comes back by one command."""
    assert run("export") == (0, "7,200 rows looked at, 7,200 written into 6 parts\n")
    assert run("verify") == (0, "6 parts, all as the manifest says\n")
    _, listed = run("list")
    assert "6 parts in 32 buckets a month, 7,200 rows" in listed
    stock.empty_database()
    code, said = run("restore")
    assert (code, stock.live().height) == (0, 7200)
    assert "7,200 of them new" in said
    assert "goes again with the next retention run" in said


def test_late_rows_are_exported_by_naming_their_days(stock: Stock, run: Run) -> None:
    """The keeper would wait until their chunk is about to go."""
    run("export")
    stock.garage.change("INSERT INTO reading (device_key, time, speed_kmh) VALUES (%s, %s, 50)",
                        stock.devices["d1"], MAY.replace(day=20))
    assert run("export")[1] == "0 rows looked at, 0 written into 0 parts\n"
    _, said = run("export", "--from", "2024-05-20", "--until", "2024-05-21")
    assert said == "1 rows looked at, 1 written into 1 parts\n"
    for days in (["--from", "2024-05-20"], ["--from", "2024-05-21", "--until", "2024-05-21"]):
        with pytest.raises(InvalidInput):
            run("export", *days)


def test_damage_is_an_error(stock: Stock, run: Run) -> None:
    """Exit code 1 for whoever watches."""
    run("export")
    damage(stock.folder.path / stock.folder.manifest().parts[0].path)
    code, said = run("verify")
    assert code == 1
    assert "has another checksum" in said


def test_erasing_a_person_is_on_record(stock: Stock, run: Run) -> None:
    """Which files were rewritten is printed; who was erased stands in the audit."""
    car, owner = stock.garage.car(), stock.garage.customer()
    stock.garage.fit(stock.devices["d1"], car, MAY)
    stock.garage.own(owner, car, MAY)
    run("export")
    code, said = run("erase", "--customer", str(owner))
    assert (code, said.count("rows erased")) == (0, 2)
    assert "d1" not in stock.cold()["device_id"]
    assert stock.garage.rows("SELECT action, object_kind, object_id FROM audit WHERE object_id = %s", owner) == [
        ("erase_cold", "customer", owner)]
    with pytest.raises(InvalidInput):
        run("erase")


def test_a_folder_that_is_not_the_cold_storage_is_refused(stock: Stock, run: Run) -> None:
    """Once rows were dropped, an empty folder is a disk that is not mounted."""
    stock.garage.change("UPDATE retention SET dropped_before = %s WHERE hypertable = 'reading'", MAY)
    with pytest.raises(ConfigurationError, match="there is no cold storage in"):
        run("export")


@pytest.mark.usefixtures("run")
def test_rules_are_listed_and_changed(stock: Stock) -> None:
    """Both rules in words; a change is on record."""
    runner = CliRunner()
    said = runner.invoke(keeping.retention_app, ["set", "position", "--keep", "14 days"]).output
    assert "position   keep 14 days, export after never, compress after never, dropped before: never" in said
    assert stock.garage.rows("SELECT object_kind FROM audit WHERE action = 'change_retention'") == [("position",)]
    runner.invoke(keeping.retention_app, ["set", "position", "--keep", "30 days"])
