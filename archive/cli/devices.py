"""`python -m archive device`: provision, list, revoke; new passwords, grants and certificates."""

import csv
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from archive.cli.database import database, vault
from archive.fleet import certificates, devices, inventory, provisioning, vehicles
from archive.fleet.device_import import DeviceImport, Outcome
from archive.fleet.devices import Grant, Standing
from archive.fleet.provisioning import Credentials, Provisioner, Scope, Wish
from archive.people import audit
from archive.workshop import stores
from schemas import topics
from schemas.devices import DeviceFormat, GrantReason
from schemas.errors import InvalidInput, NotFound
from schemas.settings import Settings

app = typer.Typer(help=__doc__, no_args_is_help=True)

Reason = Annotated[GrantReason, typer.Option(help="why it may send")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="last day, UTC; default: no end")]
DeviceIds = Annotated[list[str], typer.Argument(help="one or more")]
Shard = Annotated[str | None, typer.Option(help="default: the emptiest of PITCALL_SHARDS")]


@app.command()
def add(device_id: str,
        vehicle: Annotated[str | None, typer.Option(help="VIN of the car it is fitted to from now on")] = None,
        kind: Annotated[DeviceFormat, typer.Option("--format", help="what it speaks")] = DeviceFormat.PITCALL,
        store: Annotated[str | None, typer.Option(help="code of the store; default: the car's")] = None,
        reason: Reason = GrantReason.CUSTOMER, until: Until = None, shard: Shard = None,
        certificate: Annotated[bool, typer.Option("--certificate", help="a client certificate too")] = False) -> None:
    """Provision a device and print one JSON line: user, password (shown once), shard and topics.

    For a device that is there already, just like this, the line says so and carries no password.
    """
    settings = Settings.from_env()
    with database(settings) as connection, connection.transaction():
        vehicle_id = _vehicle(connection, settings, vehicle)
        store_id = Scope().store_for(connection, _store(connection, store), vehicle_id)
        wish = Wish(device_id, kind, store_id, vehicle_id, _grant(reason, until))
        done = Provisioner(connection, _shards(settings, shard)).provide(wish)
        told = _told(done) | (_certified(connection, settings, device_id) if certificate else {})
        audit.record_operator(connection, "provision_device", "device", done.device_key)
    print(json.dumps(told))


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV with a header")],
            shard: Shard = None,
            as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of CSV")] = False) -> None:
    """Provision every line of a CSV file and print what became of each, with the credentials (shown once).

    Columns: device_id, and if you like vehicle (VIN), format, store (code), reason, until (last day). Bad lines are
    refused with a field and a reason and leave nothing behind; the good ones are done all the same, and the exit code
    is 1. Mend the bad ones and give the whole file again: what is there already stays as it is.
    """
    settings = Settings.from_env()
    with database(settings) as connection, connection.transaction():
        run = DeviceImport(connection, vault(settings), _shards(settings, shard), Scope()).run(file.read_bytes())
        outcomes = list(run)
        for one in outcomes:
            if one.credentials:
                audit.record_operator(connection, "provision_device", "device", one.credentials.device_key)
    _print_outcomes(outcomes, as_json=as_json)
    if any(one.outcome == "refused" for one in outcomes):
        raise typer.Exit(1)


@app.command("list")
def show(store: Annotated[str | None, typer.Option(help="only of the store with this code")] = None) -> None:
    """Print one JSON line per device: last seen, firmware, loss, clock, grant, car, dead letters of the last day."""
    with database(Settings.from_env()) as connection:
        for entry in inventory.entries(connection, store_id=_store(connection, store)):
            print(json.dumps(vars(entry), default=str))


@app.command("show")
def show_one(device_id: str) -> None:
    """Print the same line for one device."""
    with database(Settings.from_env()) as connection:
        _print_entry(connection, device_id)


@app.command()
def revoke(device_ids: DeviceIds) -> None:
    """Shut devices out for good: their next message is refused, and the broker lets them in no more."""
    settings = Settings.from_env()
    with database(settings) as connection:
        for device_id in device_ids:
            with connection.transaction():
                device = provisioning.revoke(connection, vault(settings), device_id)
                audit.record_operator(connection, "revoke_device", "device", device.device_key)
            print(json.dumps({"device_id": device_id, "revoked": True}))


@app.command()
def fit(device_id: str, vehicle: Annotated[str | None, typer.Option(help="VIN; left out: into no car")] = None) -> None:
    """Put a device into another car from now on; what it measured stays with the car it sat in."""
    settings = Settings.from_env()
    with database(settings) as connection, connection.transaction():
        device = provisioning.refit(connection, device_id, _vehicle(connection, settings, vehicle))
        audit.record_operator(connection, "fit_device", "device", device.device_key)
        _print_entry(connection, device_id)


@app.command("store")
def change_store(device_ids: DeviceIds, store: Annotated[str, typer.Option(help="code of the store")]) -> None:
    """Let another store administer devices that sit in no car; one in a car belongs to the car's store."""
    with database(Settings.from_env()) as connection:
        for device_id in device_ids:
            with connection.transaction():
                device = devices.give_to_store(connection, device_id, stores.number_of(connection, store))
                audit.record_operator(connection, "give_device_to_store", "device", device.device_key)
            _print_entry(connection, device_id)


@app.command()
def rotate(device_ids: DeviceIds) -> None:
    """Give devices new passwords (shown once); the old ones end within seconds, also for a device connected now."""
    with database(Settings.from_env()) as connection:
        for device_id in device_ids:
            with connection.transaction():
                told = provisioning.rotate_password(connection, device_id)
                audit.record_operator(connection, "rotate_password", "device", told.device_key)
            print(json.dumps(told.for_the_device()))


@app.command()
def grant(device_id: str, reason: Reason = GrantReason.CUSTOMER, until: Until = None) -> None:
    """Say anew why a device may send, from now on, and until when."""
    with database(Settings.from_env()) as connection, connection.transaction():
        device = devices.grant(connection, device_id, _grant(reason, until))
        audit.record_operator(connection, "grant_device", "device", device.device_key)
        _print_entry(connection, device_id)


@app.command()
def certificate(device_id: str,
                request: Annotated[Path | None, typer.Option(help="PEM signing request of the device's own key",
                                                             exists=True, dir_okay=False)] = None) -> None:
    """Issue a client certificate and print it as one JSON line, with its private key (shown once) if we made it."""
    settings = Settings.from_env()
    with database(settings) as connection, connection.transaction():
        told = _certified(connection, settings, device_id, request.read_text() if request else None)
    print(json.dumps({"device_id": device_id} | told))


def _told(done: Credentials | Standing) -> dict[str, object]:
    if isinstance(done, Credentials):
        return done.for_the_device() | {"outcome": "added"}
    return {"device_id": done.device_id, "user": done.device_id, "password": None, "shard": done.shard,
            "format": done.format.value, "outcome": "already",
            "topics": topics.of_device(done.format, done.shard, done.device_id)}


def _certified(connection: psycopg.Connection, settings: Settings, device_id: str,
               request: str | None = None) -> dict[str, object]:
    device = devices.standing(connection, device_id)
    issued = certificates.issue(connection, vault(settings), device, request)
    audit.record_operator(connection, "issue_certificate", "device", device.device_key)
    return {"certificate": issued.certificate, "key": issued.key, "authority": issued.authority}


def _print_outcomes(outcomes: Iterable[Outcome], *, as_json: bool) -> None:
    if as_json:
        for one in outcomes:
            print(json.dumps(one.row() | (one.credentials.for_the_device() if one.credentials else {})))
        return
    rows = [one.row() for one in outcomes]
    writer = csv.DictWriter(sys.stdout, list(Outcome(0, "", "").row()), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _print_entry(connection: psycopg.Connection, device_id: str) -> None:
    print(json.dumps(vars(inventory.entry(connection, device_id)), default=str))


def _vehicle(connection: psycopg.Connection, settings: Settings, vin: str | None) -> int | None:
    if vin is None:
        return None
    vehicle_id = vehicles.by_vin(connection, vault(settings), vin)
    if vehicle_id is None:
        raise NotFound("no vehicle with this VIN")
    return vehicle_id


def _store(connection: psycopg.Connection, code: str | None) -> int | None:
    return stores.number_of(connection, code) if code else None


def _grant(reason: GrantReason, until: datetime | None) -> Grant:
    end = until.replace(tzinfo=UTC) + timedelta(days=1) if until else None
    if end and end <= datetime.now(UTC):
        raise InvalidInput("--until lies in the past")
    return Grant(reason, end)


def _shards(settings: Settings, shard: str | None) -> list[str]:
    return [shard] if shard else settings.shard_names()
