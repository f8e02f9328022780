"""`python -m dev.bench ingest`, `… health`, `… storage`."""

import typer

from dev.bench.health.suite import health
from dev.bench.ingest.suite import ingest
from dev.bench.storing import storage

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)
app.command()(ingest)
app.command()(health)
app.command()(storage)


@app.callback()
def benches() -> None:
    """Measure side by side, print a table with goals, merge bench.json."""


if __name__ == "__main__":
    app()
