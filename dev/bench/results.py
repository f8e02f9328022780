"""Results of benchmarks: a table for people, flat keys in bench.json for whoever compares runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

FILE = Path(__file__).parents[2] / "bench.json"


@dataclass(frozen=True)
class Figure:
    """One measured value under its key, and the goal it is held against, if it has one.

    None is a value that cannot be measured here; `note` says why.
    """

    key: str
    value: float | None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def goal(self) -> str:
        """The goal in words, or the note without one."""
        if self.at_least is not None:
            return f"≥ {_readable(self.at_least)}"
        return f"≤ {_readable(self.at_most)}" if self.at_most is not None else self.note

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one, or without a value."""
        if self.value is None:
            return None
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.value <= self.at_most if self.at_most is not None else None


def record(title: str, figures: Sequence[Figure]) -> None:
    """Print the figures beside their goals and merge them into bench.json in the repository root."""
    table = Table("figure", title=title)
    for heading in ("value", "goal"):
        table.add_column(heading, justify="right")
    table.add_column("met")
    for figure in figures:
        table.add_row(figure.key, _readable(figure.value), figure.goal, _VERDICTS[figure.met])
    Console().print(table)
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    measured = {figure.key: figure.value for figure in figures}
    FILE.write_text(json.dumps(known | measured, indent=1, sort_keys=True) + "\n")


_VERDICTS = {True: "[green]pass", False: "[red]FAIL", None: ""}


def _readable(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.3f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:,.0f}"
