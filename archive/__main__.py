"""`python -m archive`: migrations, database log-ins and devices."""

import json
import secrets
import sys
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer

from archive.database import logins, migrating
from archive.database.connecting import connect
from archive.database.sealing import Vault
from archive.fleet import provisioning, vehicles
from schemas.errors import ConfigurationError, NotFound, PitcallError
from schemas.settings import Settings

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
device_app = typer.Typer(help="Devices.", no_args_is_help=True)
app.add_typer(device_app, name="device")


@app.command()
def migrate() -> None:
    """Bring the database of PITCALL_DATABASE_URL up to date."""
    with _database() as connection:
        done = migrating.migrate(connection)
    print("\n".join(f"applied {name}" for name in done) or "nothing to apply")


@app.command()
def login(role: Annotated[str, typer.Argument(help="owner, ingest, health, api or backup")]) -> None:
    """Let a database role log in with the password of PITCALL_ROLE_PASSWORD."""
    password = Settings.from_env().role_password
    if password is None:
        raise ConfigurationError("set PITCALL_ROLE_PASSWORD")
    with _database() as connection:
        logins.allow(connection, role, password.get_secret_value())


@device_app.command("add")
def add_device(device_id: str,
               vehicle: Annotated[str | None, typer.Option(help="VIN of the car it is fitted to from now on")] = None,
               shard: Annotated[str | None, typer.Option(help="default: the emptiest of PITCALL_SHARDS")] = None,
               ) -> None:
    """Provision a device and print one JSON line: user, password (shown once), shard and topics."""
    settings = Settings.from_env()
    with _database() as connection, connection.transaction():
        shards = [shard] if shard else settings.shards.split(",")
        credentials = provisioning.add_device(connection, device_id, shards, secrets.token_urlsafe(24))
        if vehicle:
            _fit(connection, settings, credentials.device_key, vehicle)
    print(json.dumps(credentials.for_the_device()))


def _fit(connection: psycopg.Connection, settings: Settings, device_key: int, vin: str) -> None:
    vehicle_id = vehicles.by_vin(connection, Vault(settings.require_master_key()), vin)
    if vehicle_id is None:
        raise NotFound("no vehicle with this VIN")
    vehicles.fit(connection, device_key, vehicle_id, datetime.now(UTC))


def _database() -> psycopg.Connection:
    return connect(Settings.from_env().require_database(), name="archive", autocommit=True)


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"archive: {problem}")
