"""`python -m dev.faults`: `matrix` plays the faults and prints what was lost, `soak` loads for half an hour."""

import os
import random
import resource
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dev.faults.house import a_house
from dev.faults.matrix import MATRIX
from dev.faults.result import WIDTH, Result, line, show, write
from dev.faults.running import play
from dev.faults.scale import FULL, Scale
from schemas.errors import ConfigurationError, PitcallError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

ROOT = Path(__file__).parents[2]
Only = Annotated[str, typer.Option(help="comma list such as F6,F7; all by default")]
Seed = Annotated[int | None, typer.Option(help="repeat a run: the same times of killing, the same disorder")]
Output = Annotated[Path, typer.Option(help="the same figures as JSON")]
ALL = ",".join(MATRIX)


@app.command()
def matrix(only: Only = ALL, seed: Seed = None, output: Output = ROOT / "build" / "faults.json") -> None:
    """Play the faults one after the other; the exit status says whether all passed."""
    unknown = sorted(set(only.split(",")) - MATRIX.keys())
    if unknown:
        raise ConfigurationError(f"no such fault: {', '.join(unknown)}; there are {', '.join(MATRIX)}")
    _play(only.split(","), FULL, seed, output)


@app.command()
def soak(minutes: Annotated[int, typer.Option(min=1)] = 30, seed: Seed = None,
         output: Output = ROOT / "build" / "soak.json") -> None:
    """Half an hour, or another while, at 80 % of rated load."""
    _play(["F24"], replace(FULL, soak_s=minutes * 60), seed, output)


def _play(names: list[str], scale: Scale, seed: int | None, output: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # services are put away then too
    _allow_many_connections()
    seed = random.randrange(10**6) if seed is None else seed
    console, results = Console(width=WIDTH), list[Result]()
    with a_house(f"faults-{os.getpid()}", durable=True) as house:
        for name in names:
            results.append(play(MATRIX[name], house, scale, seed))
            console.print(line(results[-1]), highlight=False)
    write(results, output)
    show(results, console)
    raise typer.Exit(0 if all(result.passed for result in results) else 1)


def _allow_many_connections() -> None:
    """Each device of a reconnect storm takes three file descriptors here and one in the broker."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    try:
        app()
    except PitcallError as problem:
        raise SystemExit(f"error: {problem}") from None
