"""`python -m health work`: the worker as a command."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from archive.admin import port
from archive.admin.ending import Signals
from archive.admin.metrics import new_registry
from archive.cold.folder import Folder
from archive.cold.reading import ColdReadings
from health.shell.worker import Worker
from schemas.errors import InvalidInput, PitcallError
from schemas.logs import configure_logs
from schemas.settings import Settings


def work(
    once: Annotated[bool, typer.Option("--once", help="End when no car is waiting.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Instant the reports are made for, ISO 8601, without zone UTC; "
                                                   "default: now, anew for each job.")] = None,
    interval: Annotated[float, typer.Option(min=0.0, help="Seconds between two looks for something new.")] = 1.0,
) -> None:
    """Keep trips, reports, due items and proposals in step with what arrives, until SIGTERM.

    Any number may run. The job at hand is finished before it ends; with --once the exit code tells whether all jobs
    succeeded. It ends by itself, with exit code 2, when reports are of a newer model than the one installed here.
    """
    try:
        worker = _worker(Settings.from_env(), as_of)
        worker.run(once=once, interval_s=interval)
    except PitcallError as problem:
        typer.echo(f"error: {problem}", err=True)
        raise typer.Exit(2) from None
    if once and worker.failed:
        raise typer.Exit(1)


def _worker(settings: Settings, as_of: str | None) -> Worker:
    configure_logs(settings.log_level)
    cold = ColdReadings(Folder(settings.cold)) if settings.cold else None
    metrics = new_registry("health")
    worker = Worker(settings.require_database(), _clock(as_of), Signals(), cold, metrics)
    if settings.admin_port:
        port.serve(settings.admin_host, settings.admin_port, metrics, worker.health())
    return worker


def _clock(as_of: str | None) -> Callable[[], datetime]:
    if as_of is None:
        return lambda: datetime.now(UTC)
    fixed = instant(as_of)
    return lambda: fixed


def instant(text: str) -> datetime:
    """An instant of the command line; raises InvalidInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"--as-of {text!r}: write an ISO 8601 instant such as 2026-11-22T08:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
