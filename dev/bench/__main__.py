"""`python -m dev.bench ingest`."""

import typer

from dev.bench import ingesting

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def benches() -> None:
    """Measure side by side, print a table, merge bench.json."""


@app.command()
def ingest() -> None:
    """Samples per second from publisher to commit, beside the COPY rate of the same rows."""
    ingesting.main()


if __name__ == "__main__":
    app()
