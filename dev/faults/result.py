"""One line of the table per fault, and the same as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

WIDTH = 150
"""Columns of the printed table where the terminal does not say."""


@dataclass(frozen=True)
class Result:
    """What a fault did. Counts are messages; `failed` names the criteria that did not hold."""

    fault: str
    title: str
    sent: int
    acknowledged: int
    stored: int
    duplicates: int
    lost: int
    twice: int
    recovery_s: float | None
    peak_mb: float
    seed: int
    seconds: float
    failed: Sequence[str]
    notes: Mapping[str, float]

    @property
    def passed(self) -> bool:
        """Nothing lost, nothing twice, and every criterion of the fault held."""
        return not self.failed and self.lost == 0 and self.twice == 0


def table(results: Sequence[Result]) -> Table:
    """All faults so far."""
    columns = ("fault", "what happened", "sent", "acked", "stored", "dup", "lost", "twice", "recovery", "peak", "seed",
               "pass")
    out = Table(*columns, box=None, pad_edge=False)
    for column in out.columns[2:-1]:
        column.justify = "right"
    for one in results:
        out.add_row(*_cells(one))
    return out


def line(result: Result) -> str:
    """What is told as soon as a fault is through."""
    verdict = "passed" if result.passed else "FAILED: " + ("; ".join(result.failed) or "lost or stored twice")
    return f"{result.fault} {result.title}: {verdict} ({result.seconds:.0f} s)"


def show(results: Sequence[Result], console: Console) -> None:
    """The table, and how many passed as its last line."""
    console.print(table(results))
    console.print(f"{sum(one.passed for one in results)} of {len(results)} passed", highlight=False)


def write(results: Sequence[Result], path: Path) -> None:
    """The same for whoever compares runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) | {"passed": one.passed} for one in results], indent=1) + "\n")


def _cells(one: Result) -> tuple[str, ...]:
    recovery = "–" if one.recovery_s is None else f"{one.recovery_s:.1f} s"
    return (one.fault, one.title, f"{one.sent:,}", f"{one.acknowledged:,}", f"{one.stored:,}", f"{one.duplicates:,}",
            f"{one.lost:,}", f"{one.twice:,}", recovery, f"{one.peak_mb:.0f} MB", str(one.seed),
            "yes" if one.passed else "NO")
