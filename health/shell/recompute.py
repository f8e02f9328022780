"""`python -m health recompute`: the fleet made anew after a new model, chunk by chunk."""

import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Annotated

import structlog
import typer

from archive.admin.ending import Ending, Signals
from archive.database.connecting import connect
from archive.fleet import reports
from health import MODEL_VERSION
from health.shell.renewal import Order, Outcome, Renewal
from health.shell.work import instant
from schemas.errors import ConfigurationError, InvalidInput, PitcallError
from schemas.logs import configure_logs
from schemas.settings import Settings

log = structlog.get_logger()

IN_DATABASE = "database"
TELL_EVERY_S = 5.0
"""Seconds between two lines of progress."""

Chunk = Sequence[int]


def recompute(
    source: Annotated[str, typer.Option("--from", metavar="database|FOLDER", help="Where readings are: the database "
                                        "and PITCALL_COLD, or the database and cold storage in FOLDER.")] = IN_DATABASE,
    as_of: Annotated[str | None, typer.Option(help="Instant the reports are made for, ISO 8601, without zone UTC; "
                                                   "default: now, anew for each car.")] = None,
    vehicles: Annotated[str | None, typer.Option(help="Only these: vehicle ids with commas between.")] = None,
    stale_only: Annotated[bool, typer.Option("--stale-only/--all", help="Only cars of another model, or every car."
                                             )] = True,
    chunk_cars: Annotated[int, typer.Option(min=1, help="Cars handed out at once.")] = 8,
    workers: Annotated[int, typer.Option(min=1, help="Processes on this machine; more than one takes Dask.")] = 1,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster to work on.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many cars, and of which models.")] = False,
) -> None:
    """Bring trips, reports and due items of the fleet to the model installed here.

    Does what `work` does, car by car, beside running workers and ingest. Stopped or killed anywhere, the same command
    goes on where it was; exit code 1 when a car failed or is left.
    """
    try:
        settings = Settings.from_env()
        configure_logs(settings.log_level)
        order = Order(instant(as_of) if as_of else None, _folder(source), everything=not stale_only)
        models = _models(settings, order, vehicles)
        typer.echo(_told(models), err=True)
        if dry_run:
            return
        ending = Signals()
        outcomes = _outcomes(settings, order, _chunks(list(models), chunk_cars), workers, dask, ending)
        outcome = _gathered(outcomes, len(models), ending)
    except PitcallError as problem:
        typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(2) from None
    _conclude(outcome, len(models))


def _folder(source: str) -> Path | None:
    if source == IN_DATABASE:
        return None
    if not Path(source).is_dir():
        raise InvalidInput(f"--from {source!r}: there is no such folder")
    return Path(source).absolute()


def _models(settings: Settings, order: Order, vehicles: str | None) -> dict[int, str | None]:
    """Cars to be made anew, each with the model of its report."""
    named = _ids(vehicles) if vehicles is not None else None
    with connect(settings.require_database(), name="health-recompute", autocommit=True) as connection:
        reports.refuse_older(connection, MODEL_VERSION)
        found = reports.models_of_cars(connection, named)
    unknown = sorted(set(named or ()) - set(found))
    if unknown:
        raise InvalidInput(f"--vehicles: no car in use is {', '.join(map(str, unknown))}")
    return {car: model for car, model in found.items() if order.everything or model != MODEL_VERSION}


def _ids(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InvalidInput(f"--vehicles {text!r}: write vehicle ids with commas between, such as 12,40") from None


def _told(models: dict[int, str | None]) -> str:
    counts = Counter(f"of model {model}" if model else "without a report" for model in models.values())
    before = "".join(f", {count:,} {model}" for model, count in sorted(counts.items()))
    return f"{len(models):,} cars to bring to model {MODEL_VERSION}{before}"


def _chunks(cars: Sequence[int], size: int) -> Iterator[Chunk]:
    return (cars[first:first + size] for first in range(0, len(cars), size))


def _outcomes(settings: Settings, order: Order, chunks: Iterator[Chunk], workers: int, dask: str | None,
              ending: Ending) -> Generator[Outcome, None, None]:
    """Do the chunks in this process, or hand them to Dask."""
    if dask:
        yield from _dask().on_scheduler(dask, order, chunks)
    elif workers > 1:
        yield from _dask().on_this_machine(workers, order, chunks)
    else:
        yield from map(Renewal(settings, order, ending).chunk, chunks)


def _dask() -> ModuleType:
    try:
        from health.shell import recompute_dask
    except ModuleNotFoundError as missing:
        raise ConfigurationError("--workers and --dask need Dask: pip install 'pitcall[fleet]'") from missing
    return recompute_dask


def _gathered(outcomes: Generator[Outcome, None, None], total: int, ending: Ending) -> Outcome:
    """All that became of the cars, told as it comes; when told to end, the chunk at hand is the last."""
    whole, began = Outcome(), time.monotonic()
    tell_at = began + TELL_EVERY_S
    with closing(outcomes):
        for outcome in outcomes:
            whole.add(outcome)
            if time.monotonic() >= tell_at or len(whole) == total:
                per_minute = 60 * len(whole) / (time.monotonic() - began)
                typer.echo(f"{len(whole):,} of {total:,} cars, {len(whole.failed)} failed, {per_minute:,.0f} a minute",
                           err=True)
                tell_at = time.monotonic() + TELL_EVERY_S
            if ending.is_set():
                break
    return whole


def _conclude(outcome: Outcome, total: int) -> None:
    left = total - len(outcome)
    for car, problem in sorted(outcome.failed.items()):
        typer.echo(f"car {car} failed: {problem}", err=True)
    if left:
        typer.echo(f"{left:,} cars are left: the same command goes on with them", err=True)
    log.info("recompute", model_version=MODEL_VERSION, renewed=len(outcome.renewed), current=len(outcome.current),
             failed=sorted(outcome.failed), left=left)
    if outcome.failed or left:
        raise typer.Exit(1)
