"""`python -m archive`: migrations, database log-ins, stores and staff, devices, brokers, retention, cold storage."""

import sys
from typing import Annotated

import typer

from archive.cli import brokers, certificates, cold, devices, keeping, staff
from archive.cli.database import database
from archive.database import logins, migrating
from schemas.errors import ConfigurationError, PitcallError
from schemas.settings import Settings

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)
app.add_typer(staff.stores_app, name="store")
app.add_typer(staff.app, name="staff")
app.add_typer(devices.app, name="device")
app.add_typer(certificates.app, name="certificates")
app.add_typer(brokers.app, name="broker")
app.add_typer(brokers.shards, name="shard")
app.add_typer(cold.app, name="cold")
app.add_typer(keeping.retention_app, name="retention")
app.command()(keeping.keep)


@app.command()
def migrate() -> None:
    """Bring the database of PITCALL_DATABASE_URL up to date."""
    with database(Settings.from_env()) as connection:
        done = migrating.migrate(connection)
    print("\n".join(f"applied {name}" for name in done) or "nothing to apply")


@app.command()
def login(role: Annotated[str, typer.Argument(help="owner, ingest, health, api or backup")]) -> None:
    """Let a database role log in with the password of PITCALL_ROLE_PASSWORD."""
    settings = Settings.from_env()
    password = settings.role_password
    if password is None:
        raise ConfigurationError("set PITCALL_ROLE_PASSWORD")
    with database(settings) as connection:
        logins.allow(connection, role, password.get_secret_value())


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"archive: {problem}")
