"""`make bench-health`: everything that is promised about the speed of health, in one run of less than five minutes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from dev.bench.health import core, report_time
from dev.bench.results import Figure, record

PARTS: dict[str, Callable[[], list[Figure]]] = {"year": core.year, "fleet": core.fleet, "report": report_time.report}
ONE_CORE = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def health(only: Annotated[list[str] | None, typer.Option(help=f"parts: {', '.join(PARTS)}; default: all")] = None,
           ) -> None:
    """One core: a vehicle-year, a thousand vehicle-days beside a plain loop, and the way from database to report."""
    if any(os.environ.get(name) != value for name, value in ONE_CORE.items()):
        # Libraries count threads when they are loaded.
        command = [sys.executable, "-m", "dev.bench", "health", *(f"--only={part}" for part in only or ())]
        raise typer.Exit(subprocess.run(command, env=os.environ | ONE_CORE, check=False).returncode)
    chosen = only or list(PARTS)
    if unknown := set(chosen) - PARTS.keys():
        raise typer.BadParameter(f"no part {', '.join(sorted(unknown))}")
    record("health, one core", [figure for part in chosen for figure in _measured(part)])


def _measured(part: str) -> list[Figure]:
    console, began = Console(), time.monotonic()
    with console.status(part):
        figures = PARTS[part]()
    console.print(f"{part}: {time.monotonic() - began:.0f} s")
    return figures
