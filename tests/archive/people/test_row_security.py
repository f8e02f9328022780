"""The database itself keeps people apart: a pooled connection never carries one person's view on to the next."""

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from archive.database.connecting import act_for_customer, open_pool
from archive.people.actors import act_for
from tests.archive.people.town import Household, Town

GUARDED = ("customer", "customer_store", "ownership", "consent", "vehicle", "trip", "report", "due_item", "booking",
           "booking_history", "service_done", "measurement", "day", "device", "command", "dead_letter",
           "replay_request", "device_certificate")


@pytest.mark.parametrize("table", GUARDED)
def test_a_connection_that_acts_for_nobody_sees_nothing(shared_town: Town, table: str) -> None:
    with shared_town.database.connect("api") as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own names
    assert row == (0,)


def test_two_customers_on_one_connection_two_hundred_times(shared_town: Town) -> None:
    with open_pool(shared_town.database.as_role("api"), name="test", size=1) as pool:
        for turn in range(200):
            who = (shared_town.zhang, shared_town.li)[turn % 2]
            assert seen(pool, who) == ({who.vehicle_id}, {who.booking_id}, {who.customer_id})
            with pool.connection() as connection:
                assert connection.execute("SELECT count(*) FROM vehicle").fetchone() == (0,)


def seen(pool: ConnectionPool, who: Household) -> tuple[set[int], ...]:
    """Which vehicles, bookings and customers one customer sees."""
    with pool.connection() as connection:
        act_for_customer(connection, who.customer_id)
        return tuple({number for (number,) in connection.execute(statement)} for statement in (
            "SELECT vehicle_id FROM vehicle", "SELECT booking_id FROM booking", "SELECT customer_id FROM customer"))


def test_nobody_consents_for_another(shared_town: Town) -> None:
    new = ("INSERT INTO consent (customer_id, purpose, during, text_version, channel) "
           "VALUES (%s, 'marketing', tstzrange(now(), NULL), '1', 'app')")
    with shared_town.database.connect("api") as connection, connection.transaction():
        act_for(connection, shared_town.advisor)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(new, [shared_town.zhang.customer_id])


@pytest.mark.parametrize("statement", [
    "SELECT * FROM audit", "UPDATE audit SET allowed = true", "DELETE FROM audit", "SELECT password_hash FROM device",
    "SELECT * FROM reading", "SELECT * FROM position", "UPDATE booking SET customer_id = 1", "DELETE FROM booking",
    "UPDATE staff SET password_hash = ''", "INSERT INTO staff_role VALUES (1, 1, 'administrator')"])
def test_the_role_of_the_api_cannot(shared_town: Town, statement: str) -> None:
    with shared_town.database.connect("api") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_stolen_table_names_nobody(shared_town: Town) -> None:
    stolen = b"".join(str(value).encode() if not isinstance(value, bytes) else value
                      for table in ("customer", "search_token", "vehicle", "data_key", "login_code", "audit")
                      for row in shared_town.rows(f"SELECT * FROM {table}") for value in row)  # noqa: S608 - our own names
    for secret in ("张强", "李芳", "张", "13800138000", "8000", "13900139000", "LSVAA4182E2000001", "鲁A12345"):
        assert secret.encode() not in stolen
