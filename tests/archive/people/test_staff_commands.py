"""`python -m archive store` and `staff`: from an empty database to people who may log in, and out again."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from archive.__main__ import app
from archive.people import passwords, sessions, staff
from archive.people.actors import Actor
from schemas.errors import PitcallError
from schemas.workshop import Role
from tests.stage.database import Database

COUNTS = "SELECT (SELECT count(*) FROM store), (SELECT count(*) FROM staff), (SELECT count(*) FROM audit)"


@pytest.fixture
def shop(database: Database) -> Database:
    """One store, one administrator."""
    said(database, "store", "add", "JN1", "--zh", "济南店", "--en", "Jinan")
    return database


def run(database: Database, *command: str) -> Result:
    """`python -m archive …` within this process."""
    return CliRunner().invoke(app, command, env={"PITCALL_DATABASE_URL": database.as_role("owner")})


def said(database: Database, *command: str) -> list[dict[str, Any]]:
    """The JSON lines of a command that must succeed."""
    done = run(database, *command)
    assert done.exit_code == 0, done.exception
    return [json.loads(line) for line in done.stdout.splitlines()]


def hired(shop: Database, login: str = "limin", *roles: str) -> str:
    """The first password of somebody new."""
    chosen = [part for role in roles or ("administrator",) for part in ("--role", role)]
    (told,) = said(shop, "staff", "add", login, "--name", "李敏", "--store", "JN1", *chosen)
    return str(told["password"])


def opens(shop: Database, password: str) -> bool:
    """Whether limin logs in with it."""
    with shop.connect("api") as connection:
        known = staff.find_login(connection, "limin")
    return passwords.matches(password, known.password_hash if known else None)


def test_the_first_administrator_of_the_first_store(shop: Database) -> None:
    password = hired(shop, "limin", "administrator", "service_manager")
    assert opens(shop, password)
    assert not opens(shop, "guessed")
    (member,) = said(shop, "staff", "list")
    assert (member["login"], member["name"], member["active"]) == ("limin", "李敏", True)
    assert member["roles"] == ["JN1 administrator", "JN1 service_manager"]
    assert said(shop, "store", "list") == [{"store": "JN1", "store_id": 1}]
    assert password not in str(shop.rows("SELECT * FROM staff"))
    assert shop.rows("SELECT actor_kind, action FROM audit ORDER BY audit_id") == [
        ("operator", "add_store"), ("operator", "add_staff")]


def test_roles_come_and_go(shop: Database) -> None:
    hired(shop)
    said(shop, "staff", "role", "limin", "service_advisor", "--store", "JN1")
    said(shop, "staff", "role", "LiMin", "administrator", "--store", "JN1", "--end")
    with shop.connect("api") as connection:
        assert [post.role for post in staff.posts(connection, 1)] == [Role.SERVICE_ADVISOR]


def test_a_new_password_ends_the_sessions_of_the_old_one(shop: Database) -> None:
    old, limin = hired(shop), Actor("staff", 1)
    with shop.connect("api") as connection:
        session = sessions.begin(connection, limin)
        assert sessions.standing(connection, limin, session.family).alive
        (told,) = said(shop, "staff", "password", "limin")
        assert not sessions.standing(connection, limin, session.family).alive
        assert sessions.renew(connection, session.refresh_token) is None
    assert (opens(shop, old), opens(shop, told["password"])) == (False, True)


def test_who_is_dismissed_is_out(shop: Database) -> None:
    password = hired(shop)
    said(shop, "staff", "dismiss", "limin")
    assert not opens(shop, password)
    assert said(shop, "staff", "list")[0]["active"] is False


@pytest.mark.parametrize(("command", "why"), [
    (["store", "add", "JN1", "--zh", "x", "--en", "x"], "there is a store JN1 already"),
    (["store", "add", "JN2", "--zh", "x", "--en", "x", "--timezone", "Mars"], "no 'Mars'"),
    (["staff", "add", "LIMIN", "--name", "x", "--store", "JN1", "--role", "administrator"], "is taken"),
    (["staff", "add", "x", "--name", "x", "--store", "QD", "--role", "administrator"], "no store 'QD'; there are: JN1"),
    (["staff", "role", "nobody", "administrator", "--store", "JN1"], "nobody with the login"),
    (["staff", "password", "nobody"], "nobody with the login"), (["staff", "dismiss", "nobody"], "nobody with")])
def test_what_cannot_be_is_said_and_changes_nothing(shop: Database, command: list[str], why: str) -> None:
    hired(shop)
    before = shop.rows(COUNTS)
    refused = run(shop, *command)
    assert isinstance(refused.exception, PitcallError)
    assert why in str(refused.exception)
    assert shop.rows(COUNTS) == before
