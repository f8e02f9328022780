"""Results of benchmarks: a table for people, flat keys in bench.json for whoever compares runs."""

import json
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

FILE = Path(__file__).parents[2] / "bench.json"


def record(title: str, figures: Mapping[str, float]) -> None:
    """Print the figures and merge them into bench.json in the repository root."""
    table = Table(title=title)
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}")
    Console().print(table)
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    FILE.write_text(json.dumps(known | dict(figures), indent=1, sort_keys=True) + "\n")
