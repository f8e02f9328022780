"""`python -m dev.bench ingest`."""

import typer

from dev.bench.ingest.suite import ingest

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)
app.command()(ingest)


@app.callback()
def benches() -> None:
    """Measure side by side, print a table with goals, merge bench.json."""


if __name__ == "__main__":
    app()
