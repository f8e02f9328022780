"""`python -m archive broker` and `shard`: which brokers there are, and which shards they have."""

import json
from typing import Annotated

import typer

from archive.cli.database import database
from archive.fleet import brokers
from archive.people import audit
from schemas.settings import Settings

app = typer.Typer(help="Brokers: each has users, sessions and queues of its own.", no_args_is_help=True)
shards = typer.Typer(help="Shards: every device is on one, every shard at one broker.", no_args_is_help=True)


@app.command("set")
def set_broker(name: Annotated[str, typer.Argument(help="what its broker-sync and ingest call it, a-z 0-9 -")],
               address: Annotated[str | None, typer.Argument(help="what devices are told: mqtts://HOST:PORT")] = None,
               ) -> None:
    """Add a broker, or change what the devices of its shards are told from now on."""
    with database(Settings.from_env()) as connection, connection.transaction():
        brokers.set_broker(connection, name, address)
        audit.record_operator(connection, "set_broker", "broker")


@shards.command("list")
def show() -> None:
    """Print one JSON line per shard: its broker, the address devices are told, how many they are, whether served."""
    with database(Settings.from_env()) as connection:
        for place in brokers.places(connection):
            print(json.dumps(vars(place)))


@shards.command()
def move(shard: str, broker: str,
         unserved: Annotated[bool, typer.Option("--unserved", help="although nobody serves it there yet")] = False,
         ) -> None:
    """Give a shard to another broker; docs/operations.md tells the steps before and after."""
    with database(Settings.from_env()) as connection, connection.transaction():
        again = brokers.move(connection, shard, broker, unserved=unserved)
        audit.record_operator(connection, "move_shard", "shard")
    print(json.dumps({"shard": shard, "broker": broker, "commands_sent_again": again}))
