"""Rows of the table: figures beside the limits they are held to."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from health.quality import Floats

Verdict = Literal["pass", "fail", "not measurable"]


@dataclass(frozen=True)
class Figure:
    """One measured value and its limits; without limits it is shown for comparison only."""

    what: str
    value: float
    unit: str = "%"
    least: float = -math.inf
    most: float = math.inf

    @property
    def met(self) -> bool:
        """Whether the value lies within its limits; NaN never does."""
        return self.least <= self.value <= self.most

    @property
    def goal(self) -> str:
        """The limits in words."""
        if math.isfinite(self.least) and math.isfinite(self.most):
            return f"{self.least:g}" if self.least == self.most else f"{self.least:g} to {self.most:g}"
        if math.isfinite(self.most):
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if math.isfinite(self.least) else ""

    @property
    def limited(self) -> bool:
        """Whether there is anything to meet."""
        return bool(self.goal)


@dataclass(frozen=True)
class Row:
    """One goal of section 12 of the model notes."""

    number: int
    quantity: str
    figures: tuple[Figure, ...] = ()
    missing: str = ""  # what it would take to measure this, where it cannot be
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """Passed when every limit is met."""
        if self.missing:
            return "not measurable"
        return "pass" if all(figure.met for figure in self.figures if figure.limited) else "fail"

    def as_json(self) -> dict[str, Any]:
        """Plain values; an open limit is null."""
        figures = [{"what": f.what, "value": _finite(f.value), "unit": f.unit, "least": _finite(f.least),
                    "most": _finite(f.most), "met": f.met if f.limited else None} for f in self.figures]
        return {"goal": self.number, "quantity": self.quantity, "verdict": self.verdict, "figures": figures,
                "missing": self.missing or None, "note": self.note or None}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def miss_pct(ours: Sequence[float] | Floats, true: Sequence[float] | Floats) -> Floats:
    """Relative difference of each pair [%]."""
    difference: Floats = np.abs(np.asarray(ours, float) / np.asarray(true, float) - 1) * 100
    return difference


def median(what: str, misses: Floats, most: float, unit: str = "%") -> Figure:
    """Median of absolute misses and its limit."""
    return Figure(f"{what} median".strip(), float(np.median(misses)), unit, most=most)


def ninetieth(what: str, misses: Floats, most: float, unit: str = "%") -> Figure:
    """90th percentile of absolute misses and its limit."""
    return Figure(f"{what} p90".strip(), float(np.quantile(misses, 0.9)), unit, most=most)


def worst(what: str, misses: Floats, most: float, unit: str = "%") -> Figure:
    """Greatest absolute miss and its limit."""
    return Figure(f"{what} worst".strip(), float(np.max(misses)), unit, most=most)
