"""`python -m ingest dead-letters`: look at what could not be taken in, and take it in once the cause is mended."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from archive.cli.database import database, vault
from archive.fleet import dead_letters
from archive.fleet.dead_letters import Wanted
from archive.people import audit
from ingest.formats import pitcall
from ingest.messages import Rejection
from ingest.replaying import Replay, Shift
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.wire import RejectReason

app = typer.Typer(help=__doc__, no_args_is_help=True)

Reason = Annotated[RejectReason | None, typer.Option(help="only letters refused for this")]
Device = Annotated[str | None, typer.Option(help="only letters whose topic names this device")]
Since = Annotated[datetime | None, typer.Option(
    formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%d %H:%M:%S.%f%z"],
    help="only letters received from then on, UTC; `received_at` as listed will do")]


@app.command("list")
def show(reason: Reason = None, device: Device = None, since: Since = None,
         waiting: Annotated[bool, typer.Option(help="only letters not yet replayed")] = False,
         limit: Annotated[int, typer.Option(min=1)] = 1000) -> None:
    """Print one JSON line per letter, oldest first; what is in them stays sealed."""
    with database(Settings.from_env(), "dead-letters") as connection:
        found = dead_letters.listed(connection, _wanted(reason, device, since, waiting), limit)
    for letter in found:
        print(json.dumps(vars(letter), default=str, ensure_ascii=False))
    if len(found) == limit:
        typer.echo(f"the oldest {limit:,} of them; --limit or --since shows others", err=True)


@app.command()
def read(letter_id: int) -> None:
    """Print what is in a letter, inflated if it is compressed. It may hold where a car was: each look is on record."""
    settings = Settings.from_env()
    with database(settings, "dead-letters") as connection, connection.transaction():
        payload = dead_letters.payload(connection, vault(settings), letter_id)
        audit.record_operator(connection, "read_payload", "dead letter", letter_id)
    plain = pitcall.inflate(payload)
    typer.echo(payload if isinstance(plain, Rejection) else plain)


@app.command()
def floods(since: Since = None) -> None:
    """Print one JSON line per hour, reason and device whose letters were too many to keep."""
    with database(Settings.from_env(), "dead-letters") as connection:
        for flood in dead_letters.floods(connection, _utc(since)):
            print(json.dumps(vars(flood), default=str))


@app.command()
def replay(reason: Reason = None, device: Device = None, since: Since = None,
           shift_ms: Annotated[int | None, typer.Option(help="add this to the times of --device during --boot")] = None,
           boot: Annotated[int | None, typer.Option(help="the boot whose clock was wrong")] = None) -> None:
    """Decode and store waiting letters again; one that fails again stays, with the reason of today.

    A shift is for letters of reason clock; their detail names the boot and the times the device told.
    """
    settings = Settings.from_env()
    shift = _shift(shift_ms, boot, device, reason)
    wanted = _wanted(RejectReason.CLOCK if shift else reason, device, since, waiting=True)
    with database(settings, "dead-letters") as connection:
        tally = Replay(connection, vault(settings), shift).run(wanted)
    print(json.dumps(vars(tally)))


def _shift(shift_ms: int | None, boot: int | None, device: str | None, reason: RejectReason | None) -> Shift | None:
    if shift_ms is None and boot is None:
        return None
    if shift_ms is None or boot is None or device is None:
        raise InvalidInput("a shift needs --device, --boot and --shift-ms: another boot has another error")
    if reason not in (None, RejectReason.CLOCK):
        raise InvalidInput("a shift mends letters of reason clock only")
    return Shift(boot, shift_ms)


def _wanted(reason: RejectReason | None, device: str | None, since: datetime | None, waiting: bool) -> Wanted:
    return Wanted(reason.value if reason else None, device, _utc(since), waiting)


def _utc(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given and given.tzinfo is None else given
