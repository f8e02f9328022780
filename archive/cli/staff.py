"""`python -m archive store` and `staff`: the stores of the group, who works there, and as what."""

import json
import secrets
from typing import Annotated
from zoneinfo import available_timezones

import psycopg
import typer

from archive.cli.database import database
from archive.people import audit, passwords, staff
from archive.workshop import stores
from schemas.errors import Conflict, InvalidInput, NotFound
from schemas.settings import Settings
from schemas.workshop import Role

app = typer.Typer(help="Staff: who may log in at the API, where and as what.", no_args_is_help=True)
stores_app = typer.Typer(help="Stores of the group: cars, devices and staff belong to one.", no_args_is_help=True)

PASSWORD_BYTES = 10
"""Random bytes of a first password: twenty hexadecimal digits, to be typed once."""

Store = Annotated[str, typer.Option(help="code of the store")]


@stores_app.command("add")
def add_store(code: str, zh: Annotated[str, typer.Option(help="its name in Chinese")],
              en: Annotated[str, typer.Option(help="its name in English")],
              timezone: Annotated[str | None, typer.Option(help="default: PITCALL_TIMEZONE")] = None) -> None:
    """Open a store."""
    settings = Settings.from_env()
    zone = timezone or settings.timezone
    if zone not in available_timezones():
        raise InvalidInput(f"--timezone: there is no {zone!r}; one such as Asia/Shanghai")
    with database(settings) as connection, connection.transaction():
        try:
            number = stores.add(connection, code, zh, en, zone)
        except Conflict:
            raise InvalidInput(f"code: there is a store {code} already") from None
        audit.record_operator(connection, "add_store", "store", number)
    list_stores()


@stores_app.command("list")
def list_stores() -> None:
    """Print one JSON line per store: its code and its number, which other lists name."""
    with database(Settings.from_env()) as connection:
        for code, number in sorted(stores.by_code(connection).items()):
            print(json.dumps({"store": code, "store_id": number}, ensure_ascii=False))


@app.command("add")
def add_member(login: str, name: Annotated[str, typer.Option(help="as customers read it")], store: Store,
               role: Annotated[list[Role], typer.Option(help="repeatable")]) -> None:
    """Let somebody in and print one JSON line with the password (shown once)."""
    password = secrets.token_hex(PASSWORD_BYTES)
    with database(Settings.from_env()) as connection, connection.transaction():
        at = stores.number_of(connection, store)
        try:
            number = staff.add(connection, login=login, password_hash=passwords.hash_of(password), name=name,
                               roles=[(at, one) for one in role])
        except Conflict:
            raise InvalidInput(f"login: {login} is taken, if only by somebody who was dismissed") from None
        audit.record_operator(connection, "add_staff", "staff", number)
    print(json.dumps({"login": login, "password": password}))


@app.command("list")
def list_team() -> None:
    """Print one JSON line per member of staff: login, name, roles, and whether he may log in."""
    with database(Settings.from_env()) as connection:
        for member in staff.team(connection):
            print(json.dumps(vars(member), ensure_ascii=False))


@app.command("role")
def change_role(login: str, role: Role, store: Store,
                end: Annotated[bool, typer.Option("--end", help="take it away")] = False) -> None:
    """Give somebody a role at a store, or take it away; it counts from the next request on."""
    with database(Settings.from_env()) as connection, connection.transaction():
        number, at = _member(connection, login), stores.number_of(connection, store)
        (staff.end_role if end else staff.give_role)(connection, number, at, role)
        audit.record_operator(connection, "end_role" if end else "give_role", "staff", number)


@app.command("password")
def new_password(login: str) -> None:
    """Give somebody a new password (shown once); whoever is logged in with the old one is out."""
    password = secrets.token_hex(PASSWORD_BYTES)
    with database(Settings.from_env()) as connection, connection.transaction():
        number = _member(connection, login)
        staff.set_password(connection, number, passwords.hash_of(password))
        audit.record_operator(connection, "change_password", "staff", number)
    print(json.dumps({"login": login, "password": password}))


@app.command()
def dismiss(login: str) -> None:
    """Shut somebody out for good, from the next request on; what he did stays on record."""
    with database(Settings.from_env()) as connection, connection.transaction():
        number = _member(connection, login)
        staff.dismiss(connection, number)
        audit.record_operator(connection, "dismiss_staff", "staff", number)


def _member(connection: psycopg.Connection, login: str) -> int:
    found = staff.find_login(connection, login)
    if found is None:
        raise NotFound(f"nobody with the login {login!r} works here")
    return found.staff_id
