"""`python -m ingest` takes in what the devices send; `broker-sync` keeps the broker's users, `dead-letters` mends."""

import gc
import signal
import sys
from collections.abc import Callable
from threading import Event

import typer

from archive.admin import port
from archive.admin.metrics import new_registry
from archive.database.sealing import Vault
from ingest import letters
from ingest.broker_sync import BrokerSync
from ingest.failpoints import Failpoint
from ingest.service import Ingest, shard_list
from schemas.broker_address import BrokerAddress
from schemas.errors import ConfigurationError, PitcallError
from schemas.logs import configure_logs
from schemas.settings import Settings

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(letters.app, name="dead-letters")


@app.callback(invoke_without_command=True)
def listen(context: typer.Context) -> None:
    """Serve the shards named in PITCALL_SHARDS until SIGTERM."""
    if context.invoked_subcommand is None:
        _serve(Settings.from_env())


@app.command("broker-sync")
def broker_sync() -> None:
    """Write the broker's users from the database and make it read them, until SIGTERM."""
    settings = Settings.from_env()
    configure_logs(settings.log_level)
    if settings.broker_files is None or settings.broker_pid_file is None:
        raise ConfigurationError("set PITCALL_BROKER_FILES and PITCALL_BROKER_PID_FILE")
    stop = Event()
    _on_signals(stop.set)
    BrokerSync(settings.require_database(), settings.broker_files, settings.broker_pid_file,
               _ingest_password(settings), _check_password(settings)).run(stop)


def _serve(settings: Settings) -> None:
    configure_logs(settings.log_level)
    metrics = new_registry("ingest")
    ingest = Ingest(settings.require_database(), BrokerAddress.parse(settings.require_broker()),
                    Vault(settings.require_master_key()), shard_list(settings.shards), metrics,
                    Failpoint.parse(settings.failpoint))
    _on_signals(ingest.stop)
    _spare_the_collector()
    if settings.admin_port:
        port.serve(settings.admin_host, settings.admin_port, metrics, ingest.health())
    ingest.run()


def _spare_the_collector() -> None:
    """A batch makes tens of thousands of lists that hold no cycle; looking through them took a fifth of decoding."""
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def _ingest_password(settings: Settings) -> str:
    password = BrokerAddress.parse(settings.require_broker()).password
    if password is None:
        raise ConfigurationError("PITCALL_BROKER_URL carries no password; broker-sync gives it to the ingest users")
    return password


def _check_password(settings: Settings) -> str | None:
    return settings.check_password.get_secret_value() if settings.check_password else None


def _on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"ingest: {problem}")
