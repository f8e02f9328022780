"""`python -m dev.backtest`: a simulated year of a fleet, and how health did."""

import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from dev.accuracy.rows import Figure
from dev.accuracy.table import with_unit
from dev.backtest.fleet import Car, fleet
from dev.backtest.scores import of_due_dates, of_figures, of_proposals
from dev.backtest.walk import Walk, walk_through
from health import MODEL_VERSION

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
PROCESSES = 2


@app.command()
def backtest(
    cars: Annotated[int, typer.Option(min=1)] = 40,
    days: Annotated[int, typer.Option(min=60)] = 365,
    seed: int = 1,
    processes: int = PROCESSES,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Let a fleet live for some time and hold what health says of it to what really came."""
    began = time.monotonic()
    walks = walked(list(fleet(cars, days, seed)), days, processes)
    chapters = {"Figures": of_figures(walks), "Due dates": of_due_dates(walks), "Proposals": of_proposals(walks)}
    told = f"{cars} cars, {days} days, seed {seed}, model {MODEL_VERSION}"
    if as_json:
        typer.echo(json.dumps({"cars": cars, "days": days, "seed": seed, "model_version": MODEL_VERSION} | {
            title.lower(): [_plain(figure) for figure in figures] for title, figures in chapters.items()}, indent=1))
        return
    for title, figures in chapters.items():
        Console().print(_table(f"{title}: {told}", figures))
    typer.echo(f"{told}, {time.monotonic() - began:.0f} s")


def walked(cars: Sequence[Car], days: int, processes: int) -> list[Walk]:
    """Walks of all cars, in their order whichever process is faster."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # for the children: cars share the cores, not threads of one car
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        walks = pool.map(partial(walk_through, days=days), cars)
        return list(track(walks, "driving", total=len(cars), console=Console(stderr=True)))


def _plain(figure: Figure) -> dict[str, object]:
    return {"what": figure.what, "value": figure.value, "unit": figure.unit, "goal": figure.goal or None,
            "met": figure.met if figure.limited else None}


def _table(title: str, figures: Sequence[Figure]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    for column in ("goal", "ours", ""):
        table.add_column(column, justify="right")
    for figure in figures:
        verdict = ("pass" if figure.met else "fail") if figure.limited else ""
        table.add_row(figure.what, with_unit(figure.goal, figure), with_unit(f"{figure.value:.3g}", figure), verdict)
    return table


if __name__ == "__main__":
    app()
