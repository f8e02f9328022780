"""`python -m archive keep` and `retention`: the keeper, and how long rows stay."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from archive.admin import port
from archive.admin.ending import Signals
from archive.admin.metrics import new_registry
from archive.admin.port import Health
from archive.admin.readiness import database_ready
from archive.cli.database import database
from archive.cold.folder import Folder
from archive.fleet import retention
from archive.fleet.retention import HYPERTABLES, Name
from archive.keeping.jobs import JOBS, Job
from archive.keeping.keeper import Keeper
from archive.keeping.metrics import KeeperMetrics
from archive.people import audit
from schemas.errors import InvalidInput
from schemas.logs import configure_logs
from schemas.settings import Settings

retention_app = typer.Typer(help="How long measured rows stay in the database.", no_args_is_help=True)


def keep(
    once: Annotated[bool, typer.Option("--once", help="Run each job now, due or not, and end.")] = False,
    job: Annotated[list[str] | None, typer.Option(help="Only this job; repeatable.")] = None,
) -> None:
    """Run the timed jobs until SIGTERM, as the owner of the database: retention, cold export, compression, clearing up.

    Any number may run: each job is done by one of them. The job at hand ends at its next safe point. With --once the
    exit code tells whether all jobs succeeded.
    """
    settings = Settings.from_env()
    configure_logs(settings.log_level)
    url, registry = settings.require_database(), new_registry("keeper")
    cold = Folder(settings.cold) if settings.cold else None
    keeper = Keeper(url, cold, lambda: datetime.now(UTC), Signals(), KeeperMetrics(registry), _chosen(job))
    if settings.admin_port:
        port.serve(settings.admin_host, settings.admin_port, registry, Health({"database": database_ready(url)}))
    keeper.run(once=once)
    if once and keeper.failed:
        raise typer.Exit(1)


def _chosen(names: list[str] | None) -> list[Job]:
    known = {job.name: job for job in JOBS}
    for name in names or ():
        if name not in known:
            raise InvalidInput(f"there is no job {name!r}; there are {', '.join(known)}")
    return [known[name] for name in names] if names else list(JOBS)


@retention_app.command("list")
def list_rules() -> None:
    """Print the rule of each hypertable and since when its rows are gone."""
    now = datetime.now(UTC)
    with database(Settings.from_env()) as connection:
        for hypertable in HYPERTABLES:
            rule = retention.rule(connection, hypertable, now)
            gone = f"{rule.dropped_before:%Y-%m-%d}" if rule.dropped_before else "never"
            print(f"{hypertable:<10} keep {rule.keep}, export after {rule.export_after or 'never'}, "
                  f"compress after {rule.compress_after or 'never'}, dropped before: {gone}")


@retention_app.command("set")
def set_rule(
    hypertable: Annotated[Name, typer.Argument(help="reading or position")],
    keep: Annotated[str | None, typer.Option(help="How long rows stay, such as '24 months'.")] = None,
    export_after: Annotated[str | None, typer.Option(help="Age of whole months that go to cold storage too.")] = None,
    compress_after: Annotated[str | None, typer.Option(help="Age at which chunks are compressed.")] = None,
) -> None:
    """Change how long rows of a hypertable stay."""
    with database(Settings.from_env()) as connection, connection.transaction():
        audit.record_operator(connection, "change_retention", hypertable)
        retention.change(connection, hypertable, keep=keep, export_after=export_after, compress_after=compress_after)
    list_rules()
