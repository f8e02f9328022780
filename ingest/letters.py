"""`python -m ingest dead-letters`: look at what could not be taken in, and take it in once the cause is mended."""

import json
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer

from archive.database.connecting import connect
from archive.database.sealing import Vault
from archive.fleet import dead_letters
from archive.fleet.dead_letters import Wanted
from ingest.replaying import Replay, Shift
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.wire import RejectReason

app = typer.Typer(help=__doc__, no_args_is_help=True)

Reason = Annotated[RejectReason | None, typer.Option(help="only letters refused for this")]
Device = Annotated[str | None, typer.Option(help="only letters whose topic names this device")]
Since = Annotated[datetime | None, typer.Option(help="only letters received from then on, UTC")]


@app.command("list")
def show(reason: Reason = None, device: Device = None, since: Since = None,
         waiting: Annotated[bool, typer.Option(help="only letters not yet replayed")] = False,
         limit: Annotated[int, typer.Option(min=1)] = 1000) -> None:
    """Print one JSON line per letter, oldest first; what is in them stays sealed."""
    with _database(Settings.from_env()) as connection:
        for letter in dead_letters.listed(connection, _wanted(reason, device, since, waiting), limit):
            print(json.dumps(vars(letter), default=str, ensure_ascii=False))


@app.command()
def floods(since: Since = None) -> None:
    """Print one JSON line per hour, reason and device whose letters were too many to keep."""
    with _database(Settings.from_env()) as connection:
        for flood in dead_letters.floods(connection, since.replace(tzinfo=UTC) if since else None):
            print(json.dumps(vars(flood), default=str))


@app.command()
def replay(reason: Reason = None, device: Device = None, since: Since = None,
           shift_ms: Annotated[int | None, typer.Option(help="add this to the times of --device during --boot")] = None,
           boot: Annotated[int | None, typer.Option(help="the boot whose clock was wrong")] = None) -> None:
    """Decode and store waiting letters again; one that fails again stays, with the reason of today."""
    settings = Settings.from_env()
    shift = _shift(shift_ms, boot, device)
    wanted = _wanted(RejectReason.CLOCK if shift else reason, device, since, waiting=True)
    with _database(settings) as connection:
        tally = Replay(connection, Vault(settings.require_master_key()), shift).run(wanted)
    print(json.dumps(vars(tally)))


def _shift(shift_ms: int | None, boot: int | None, device: str | None) -> Shift | None:
    if shift_ms is None:
        return None
    if boot is None or device is None:
        raise InvalidInput("--shift-ms needs --device and --boot: another boot has another error")
    return Shift(boot, shift_ms)


def _wanted(reason: RejectReason | None, device: str | None, since: datetime | None, waiting: bool) -> Wanted:
    return Wanted(reason.value if reason else None, device, since.replace(tzinfo=UTC) if since else None, waiting)


def _database(settings: Settings) -> psycopg.Connection:
    return connect(settings.require_database(), name="dead-letters", autocommit=True)
