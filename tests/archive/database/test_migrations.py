"""The sum of the migrations is the schema, on paper and in the server."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from archive.database import migrating
from dev.schema_dump import schema_text
from dev.services import Running
from schemas.signals import POSITION_SIGNALS, READING_SIGNALS, SIGNALS, Signal
from tests.stage.database import Database, empty

SCHEMA = Path(migrating.__file__).with_name("schema.sql")


def test_the_migrations_add_up_to_the_schema_file(services: Running, database: Database) -> None:
    assert schema_text(services, database.url) == SCHEMA.read_text(encoding="utf-8"), "run `make docs` and look"


def test_the_schema_file_builds_the_same_database(services: Running, server_url: str) -> None:
    with empty(server_url) as bare:
        with bare.connect() as connection:
            connection.execute((migrating.FOLDER / f"{migrating.ROLES}.sql").read_bytes())
            connection.execute(SCHEMA.read_bytes())
        assert schema_text(services, bare.url) == SCHEMA.read_text(encoding="utf-8")


def test_a_second_run_applies_nothing(database: Database) -> None:
    with database.connect() as connection:
        assert migrating.applied(connection) == migrating.names()
        assert migrating.migrate(connection) == []


def test_a_failing_migration_leaves_no_trace(server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in migrating.names()[:1]:
        (tmp_path / f"{name}.sql").write_bytes((migrating.FOLDER / f"{name}.sql").read_bytes())
    (tmp_path / "9999_broken.sql").write_text("CREATE TABLE half (); SELECT nonsense")
    monkeypatch.setattr(migrating, "FOLDER", tmp_path)
    with empty(server_url) as bare, bare.connect() as connection:
        with pytest.raises(psycopg.errors.UndefinedColumn):
            migrating.migrate(connection)
        assert migrating.applied(connection) == ["0000_roles"]
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)


@pytest.mark.parametrize(("table", "signals"), [("reading", READING_SIGNALS), ("position", POSITION_SIGNALS),
                                                ("live", SIGNALS)])
def test_every_signal_has_its_column(database: Database, table: str, signals: tuple[Signal, ...]) -> None:
    with database.connect() as connection:
        described = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(table))).description
    assert described is not None
    types = {column.name: column.type_display for column in described}
    short = {"real": "float4", "double precision": "float8", "smallint": "int2"}
    assert {signal.column: short[signal.sql] for signal in signals}.items() <= types.items()


def test_the_working_roles_own_nothing_and_bypass_nothing(database: Database) -> None:
    with database.connect() as connection:
        rows = connection.execute("""
            SELECT rolname, rolbypassrls OR rolsuper,
                   EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
            FROM pg_roles WHERE rolname IN ('pitcall_ingest', 'pitcall_health', 'pitcall_api')""").fetchall()
    assert sorted(rows) == [("pitcall_api", False, False), ("pitcall_health", False, False),
                            ("pitcall_ingest", False, False)]


def test_the_api_role_sees_no_row_without_saying_for_whom(database: Database) -> None:
    with database.connect("api") as connection:
        for table in ("customer", "vehicle", "trip", "day", "report", "due_item", "booking", "ownership", "consent"):
            rows = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            assert rows == (0,)
