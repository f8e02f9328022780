"""`python -m archive` as an operator uses it: migrate, let a role log in."""

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from archive.database import migrating
from tests.stage.database import Database, empty
from tests.stage.processes import archive


def test_a_bare_database_is_migrated_and_a_role_let_in(server_url: str) -> None:
    with empty(server_url) as bare:
        first = archive("migrate", DATABASE_URL=bare.url)
        assert first.stdout.splitlines() == [f"applied {name}" for name in migrating.names()]
        assert archive("migrate", DATABASE_URL=bare.url).stdout == "nothing to apply\n"
        assert archive("login", "backup", DATABASE_URL=bare.url, ROLE_PASSWORD="known-to-backup").returncode == 0
        as_backup = make_conninfo(bare.url, user="pitcall_backup", password="known-to-backup")
        with psycopg.connect(as_backup) as connection:
            assert connection.execute("SELECT count(*) FROM device").fetchone() == (0,)


def test_an_unknown_role_or_a_missing_password_is_said_in_one_line(database: Database) -> None:
    unknown = archive("login", "root", DATABASE_URL=database.url, ROLE_PASSWORD="x")
    missing = archive("login", "api", DATABASE_URL=database.url)
    assert (unknown.returncode, missing.returncode) == (1, 1)
    assert unknown.stderr.count("\n") == missing.stderr.count("\n") == 1
    assert "owner, ingest, health, api, backup" in unknown.stderr
    assert "PITCALL_ROLE_PASSWORD" in missing.stderr


@pytest.mark.parametrize(("url", "why"), [
    ("no address, with a secret", "postgresql://ROLE@HOST/DATABASE"), ("postgresql://x:secret@127.0.0.1:1/y", "port 1"),
    ("wrong password", "password authentication failed")])
def test_what_is_wrong_with_the_address_is_said_without_its_password(database: Database, url: str, why: str) -> None:
    if url == "wrong password":
        url = make_conninfo(database.as_role("owner"), password="a secret")
    refused = archive("device", "list", DATABASE_URL=url)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert why in refused.stderr
    assert "secret" not in refused.stderr
