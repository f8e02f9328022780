"""`python -m archive cold`: export, verify, restore, list and erase."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer

from archive.cli.database import database, vault
from archive.cold import erasing, exporting, restoring, verifying
from archive.cold.erasing import ALWAYS, Span
from archive.cold.folder import Folder
from archive.cold.months import Window
from archive.fleet import retention, vehicles
from archive.people import audit
from schemas.errors import ConfigurationError, InvalidInput, NotFound
from schemas.settings import Settings

app = typer.Typer(help="Cold storage: readings as Parquet in PITCALL_COLD.", no_args_is_help=True)

Since = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, UTC.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The day after the last, UTC.")]


@app.command()
def export(since: Since = None, until: Until = None) -> None:
    """Export what is due; with --from and --until, whatever of these days is not in cold storage yet.

    Late rows of a month already exported go when their chunks are about to be dropped, or by naming their days here.
    """
    settings = Settings.from_env()
    with database(settings) as connection:
        if since and until:
            done = exporting.export(connection, _folder(settings), _window(since, until))
        elif since or until:
            raise InvalidInput("give both --from and --until, or neither")
        else:
            due = retention.rule(connection, "reading", datetime.now(UTC)).exported_before
            done = exporting.export_new_months(connection, _folder(settings), due or ALWAYS.first)
    print(f"{done.looked_at:,} rows looked at, {done.written:,} written into {done.parts} parts")


@app.command()
def verify() -> None:
    """Read every file and hold it against the manifest; exit code 1 when anything is wrong."""
    folder = _folder(Settings.from_env())
    faults = list(verifying.faults(folder))
    print("\n".join(faults) or f"{len(folder.manifest().parts)} parts, all as the manifest says")
    if faults:
        raise typer.Exit(1)


@app.command()
def restore(since: Since = None, until: Until = None,
            device: Annotated[str | None, typer.Option(help="Only this device.")] = None) -> None:
    """Bring rows back into the database, merged with what is there; doing it again changes nothing."""
    settings = Settings.from_env()
    window = _window(since or ALWAYS.first, until or ALWAYS.until)
    with database(settings) as connection:
        done = restoring.restore(connection, _folder(settings), window, device)
        rule = retention.rule(connection, "reading", datetime.now(UTC))
    print(f"{done.read:,} rows read, {done.new:,} of them new to the database")
    if window.first < rule.kept_from:
        print(f"what is older than {rule.keep} goes again with the next retention run: `archive retention set`")


@app.command("list")
def list_parts() -> None:
    """Print the parts."""
    manifest = _folder(Settings.from_env()).manifest()
    for part in manifest.parts:
        print(f"{part.path}  {part.rows:>12,} rows  {part.size / part.rows:5.1f} B/row  "
              f"{part.first:%Y-%m-%d %H:%M} to {part.last:%Y-%m-%d %H:%M}  columns {part.columns}")
    rows, size = sum(part.rows for part in manifest.parts), sum(part.size for part in manifest.parts)
    print(f"generation {manifest.generation}, {len(manifest.parts)} parts in {manifest.buckets} buckets a month, "
          f"{rows:,} rows, {size / 1e6:,.1f} MB")


@app.command()
def erase(vehicle: Annotated[str | None, typer.Option(help="VIN of a car.")] = None,
          customer: Annotated[int | None, typer.Option(help="Number of a customer.")] = None) -> None:
    """Rewrite the parts that hold readings of a car or a person. Erase them in the database first."""
    settings = Settings.from_env()
    with database(settings) as connection:
        spans = _spans(connection, settings, vehicle, customer)
    for rewritten in erasing.erase(_folder(settings), spans):
        left = rewritten.after.rows if rewritten.after else 0
        print(f"{rewritten.before.path}: {rewritten.before.rows - left:,} rows erased, {left:,} left"
              f"{' in ' + rewritten.after.path if rewritten.after else ''}")


def _spans(connection: psycopg.Connection, settings: Settings, vin: str | None, customer: int | None) -> Sequence[Span]:
    """What is to be erased; asking for it is on record."""
    if (vin is None) == (customer is None):
        raise InvalidInput("give either --vehicle or --customer")
    if customer is not None:
        audit.record_operator(connection, "erase_cold", "customer", customer)
        return erasing.spans_of_customer(connection, customer)
    vehicle_id = vehicles.by_vin(connection, vault(settings), vin or "")
    if vehicle_id is None:
        raise NotFound("no vehicle with this VIN")
    audit.record_operator(connection, "erase_cold", "vehicle", vehicle_id)
    return erasing.spans_of_vehicle(connection, vehicle_id)


def _window(first: datetime, until: datetime) -> Window:
    if first.replace(tzinfo=UTC) >= until.replace(tzinfo=UTC):
        raise InvalidInput("--until is the day after the last, so it lies after --from")
    return Window(first.replace(tzinfo=UTC), until.replace(tzinfo=UTC))


def _folder(settings: Settings) -> Folder:
    if settings.cold is None:
        raise ConfigurationError("set PITCALL_COLD")
    return Folder(settings.cold)
