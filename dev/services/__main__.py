"""`python -m dev.services`: the services by hand."""

from pathlib import Path
from typing import Annotated

import typer

from dev.services import choice
from dev.services.tree import locked, unpacked
from schemas.errors import PitcallError
from schemas.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="Real TimescaleDB and Mosquitto for tests, the demo, benchmarks and the fault rig.")
Instance = Annotated[str, typer.Option(help="Instances run side by side, each with its own data and ports.")]


@app.command()
def start(instance: Instance = "demo",
          durable: Annotated[bool, typer.Option(help="Survive a crash of the machine.")] = True) -> None:
    """Bring both up, or find them running, and print their addresses."""
    running = choice.start(instance, durable=durable)
    print(f"PITCALL_DATABASE_URL={running.database_url}")
    print(f"PITCALL_BROKER_URL={running.broker_url}")
    if running.broker_files:
        print(f"PITCALL_BROKER_FILES={running.broker_files}")
    if running.broker_pid_file:
        print(f"PITCALL_BROKER_PID_FILE={running.broker_pid_file}")


@app.command()
def stop(instance: Instance = "demo",
         remove: Annotated[bool, typer.Option("--remove", help="Delete the data too.")] = False) -> None:
    """End both; their data stay unless removed."""
    known = choice.stop(instance, remove=remove)
    print(f"{instance}: {'stopped' if known else 'was never started'}")


@app.command()
def status() -> None:
    """Which instances have data, and whether they run."""
    for name, runs in choice.status().items():
        print(f"{name}: {'running' if runs else 'stopped'}")


@app.command()
def unpack() -> None:
    """Fetch the programs of the private way, so that a later start is quick. Nothing to do for the other ways."""
    home: Path = Settings.from_env().home
    if choice.needs_tree():
        with locked(home):
            unpacked(home)


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        raise SystemExit(f"error: {problem}") from None
