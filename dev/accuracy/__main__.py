"""`python -m dev.accuracy`: section 12 of the model notes as a table."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from dev.accuracy.recordings import FOLDER, Data
from dev.accuracy.table import ALL, counted, measured, printed

WIDTH = 130
"""Columns the table needs to stay readable."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def accuracy(
    folder: Annotated[Path, typer.Argument(help="drive cycles and recordings; the kinds are told by their columns")]
        = FOLDER,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Measure every goal that data and simulation can show."""
    console = Console(stderr=True)
    with console.status("measuring"):
        rows = measured(Data(folder), ALL)
    if as_json:
        typer.echo(json.dumps({"data": str(folder), "rows": [row.as_json() for row in rows]}, indent=1))
        return
    Console(width=max(WIDTH, Console().width)).print(printed(rows, folder))
    typer.echo(counted(rows))


if __name__ == "__main__":
    app()
