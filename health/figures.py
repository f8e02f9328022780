"""Figures: quantities with their 10th and 90th percentile, and reasons for what is unknown."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from schemas.quantity import Q, Quantity, Unknown

Z80 = 1.2815515655446004
"""90th percentile of the standard normal distribution [1]."""

Reasons = dict[str, Unknown]
"""Why figures are null, by their path in the report."""


def relative(value: float, sigma: float, source: str, unit: str) -> Q:
    """Return a positive figure with a lognormal error of `sigma` [1]; null where the value is not finite."""
    if not math.isfinite(value):
        return None
    spread = math.exp(Z80 * sigma)
    return Quantity(value=value, low=value / spread, high=value * spread, source=source, unit=unit)


def absolute(value: float, sigma: float, source: str, unit: str, least: float = -math.inf,
             most: float = math.inf) -> Q:
    """Return a figure with a normal error of `sigma` [unit], its range kept within `least` and `most`."""
    if not math.isfinite(value):
        return None
    low, high = max(least, value - Z80 * sigma), min(most, value + Z80 * sigma)
    return Quantity(value=value, low=min(low, value), high=max(high, value), source=source, unit=unit)


def exact(value: float, source: str, unit: str) -> Q:
    """Return a figure without error: a count, or a fact somebody gave."""
    return relative(value, 0.0, source, unit)


def with_reasons(report: Mapping[str, Any], reasons: Mapping[str, Unknown]) -> Reasons:
    """Return a reason for every null of a report: the one given for it or for a part above it, else `no_data`."""
    return {path: _reason(path, reasons) for path in sorted(nulls(report))}


def _reason(path: str, reasons: Mapping[str, Unknown]) -> Unknown:
    while path not in reasons and "." in path:
        path = path.rpartition(".")[0]
    return reasons.get(path, Unknown.NO_DATA)


def nulls(part: Mapping[str, Any] | BaseModel, prefix: str = "") -> Iterator[str]:
    """Yield paths of all null figures, without those inside lists."""
    fields = dict(part)
    for name, value in fields.items():
        if value is None:
            yield prefix + name
        elif isinstance(value, BaseModel) and not isinstance(value, Quantity):
            yield from nulls(value, f"{prefix}{name}.")
