"""`python -m ingest` takes in what the devices send; `broker-sync` keeps the broker's users, `dead-letters` mends."""

# isort: off
import ingest.memory  # noqa: F401 - Polars reads its settings when it is loaded
# isort: on

import gc
import json
import signal
import sys
from collections.abc import Callable, Sequence
from threading import Event
from typing import Annotated

import typer

from archive.admin import port
from archive.admin.metrics import new_registry
from archive.database.connecting import connect
from archive.database.sealing import Vault
from archive.fleet import brokers
from ingest import letters
from ingest.broker_sync import BrokerSync
from ingest.failpoints import Failpoint
from ingest.service import Ingest
from ingest.shards import Assignment, shard_list
from schemas.broker_address import BrokerAddress
from schemas.errors import BrokerUnavailable, ConfigurationError, PitcallError
from schemas.logs import configure_logs
from schemas.settings import Settings
from schemas.topics import FOREIGN_SHARD, SHARDS, checking_client, ingest_client

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(letters.app, name="dead-letters")


@app.callback(invoke_without_command=True)
def listen(context: typer.Context,
           standby: Annotated[bool, typer.Option("--standby", help="serve only shards nobody else serves")] = False,
           ) -> None:
    """Serve the shards named in PITCALL_SHARDS until SIGTERM, taking them over from whoever serves them now."""
    if context.invoked_subcommand is None:
        settings = Settings.from_env()
        _serve(settings, _assigned(settings, shard_list(settings.shards), standby=standby))


@app.command()
def drain(shards: Annotated[list[str], typer.Argument(help="shards that have moved to another broker")]) -> None:
    """Fetch what the broker of PITCALL_BROKER_URL still holds for shards that moved away, and end their sessions."""
    settings = Settings.from_env()
    names = shard_list(",".join(shards))
    _require_moved(settings, names)
    left = _serve(settings, _assigned(settings, names, leaving=True))
    if not left.emptied:
        raise BrokerUnavailable("ended before the broker had nothing left: run it again")
    print(json.dumps({"messages_fetched": left.balance.now().received}))


@app.command("broker-sync")
def broker_sync() -> None:
    """Write the broker's users from the database and make it read them, until SIGTERM."""
    settings = Settings.from_env()
    configure_logs(settings.log_level)
    if settings.broker_files is None or settings.broker_pid_file is None:
        raise ConfigurationError("set PITCALL_BROKER_FILES and PITCALL_BROKER_PID_FILE")
    stop = Event()
    _on_signals(stop.set)
    metrics = new_registry("broker-sync")
    sync = BrokerSync(settings.require_database(), settings.broker_name, settings.broker_files,
                      settings.broker_pid_file, _own_users(settings), metrics)
    if settings.admin_port:
        port.serve(settings.admin_host, settings.admin_port, metrics, sync.health())
    sync.run(stop)


def _serve(settings: Settings, assigned: Assignment) -> Ingest:
    configure_logs(settings.log_level)
    metrics = new_registry("ingest")
    ingest = Ingest(settings.require_database(), Vault(settings.require_master_key()), assigned, metrics,
                    Failpoint.parse(settings.failpoint))
    _on_signals(ingest.stop)
    _spare_the_collector()
    if settings.admin_port:
        port.serve(settings.admin_host, settings.admin_port, metrics, ingest.health())
    ingest.run()
    return ingest


def _assigned(settings: Settings, shards: Sequence[str], *, standby: bool = False, leaving: bool = False) -> Assignment:
    return Assignment(settings.broker_name, BrokerAddress.parse(settings.require_broker()), shards, standby, leaving)


def _require_moved(settings: Settings, shards: Sequence[str]) -> None:
    """Without this the broker would go on taking messages for shards nobody listens to any more."""
    with connect(settings.require_database(), name="drain", autocommit=True) as connection:
        still_here = [one.shard for one in brokers.places(connection)
                      if one.shard in shards and one.broker == settings.broker_name]
    if still_here:
        raise ConfigurationError(f"{', '.join(still_here)} still at {settings.broker_name}: "
                                 "`python -m archive shard move` comes first")


def _spare_the_collector() -> None:
    """A batch makes tens of thousands of lists that hold no cycle; looking through them took a fifth of decoding."""
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def _own_users(settings: Settings) -> dict[str, str]:
    """Users of ours at the broker, with their passwords; raises ConfigurationError without ingest's."""
    password = BrokerAddress.parse(settings.require_broker()).password
    if password is None:
        raise ConfigurationError("PITCALL_BROKER_URL carries no password; broker-sync gives it to the ingest users")
    users = {ingest_client(shard): password for shard in (*SHARDS, FOREIGN_SHARD)}
    check = settings.check_password
    return users | ({checking_client(): check.get_secret_value()} if check else {})


def _on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        sys.exit(f"ingest: {problem}")
