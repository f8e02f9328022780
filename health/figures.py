"""Figures: quantities with their 10th and 90th percentile, and reasons for what is unknown."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel, TypeAdapter

from health.quality import Floats
from schemas.quantity import Q, Quantity, Unknown

Z80 = 1.2815515655446004
"""90th percentile of the standard normal distribution [1]."""

_QS = TypeAdapter(list[Q])

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


def relatives(values: Floats, sigma: float, source: str, unit: str) -> list[Q]:
    """`relative` of each of many values."""
    spread = math.exp(Z80 * sigma)
    return _quantities(values, values / spread, values * spread, source, unit)


def absolutes(values: Floats, sigma: Floats | float, source: str, unit: str, least: float = -math.inf,
              most: float = math.inf) -> list[Q]:
    """`absolute` of each of many values."""
    low, high = np.maximum(least, values - Z80 * sigma), np.minimum(most, values + Z80 * sigma)
    return _quantities(values, np.minimum(low, values), np.maximum(high, values), source, unit)


def _quantities(values: Floats, low: Floats, high: Floats, source: str, unit: str) -> list[Q]:
    """All at once: three times faster than one by one."""
    return _QS.validate_python([
        {"value": value, "low": lowest, "high": highest, "source": source, "unit": unit} if known else None
        for value, lowest, highest, known in zip(values.tolist(), low.tolist(), high.tolist(),
                                                 np.isfinite(values).tolist(), strict=True)])


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
