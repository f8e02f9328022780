"""Road mix: shares of distance and time by road type, of one group or of many."""

from collections.abc import Mapping

import numpy as np

from health.figures import absolutes
from health.history import History
from health.policy import RoadPolicy
from health.quality import Floats
from health.road import CLASSES
from health.segments import Segments
from schemas.quantity import Q
from schemas.report_use import RoadMix


def road_mix(history: History, policy: RoadPolicy) -> RoadMix:
    """Shares over the whole history."""
    return _mixes({name: np.array([np.nansum(history.read(name))]) for name in _columns()}, policy)[0]


def road_mixes(history: History, parts: Segments, policy: RoadPolicy) -> list[RoadMix]:
    """Shares of each part of a history."""
    return _mixes({name: parts.total(np.nan_to_num(history.read(name))) for name in _columns()}, policy)


def _columns() -> list[str]:
    return [f"{name}_{unit}" for name in CLASSES for unit in ("m", "s")] + ["jam_s"]


def _mixes(sums: Mapping[str, Floats], policy: RoadPolicy) -> list[RoadMix]:
    metres, seconds = (np.sum([sums[f"{name}_{unit}"] for name in CLASSES], axis=0) for unit in ("m", "s"))
    figures = {name: _shares(sums[f"{name}_m"], metres, policy) for name in CLASSES}
    figures |= {f"{name}_time": _shares(sums[f"{name}_s"], seconds, policy) for name in CLASSES}
    figures["jam_time"] = _shares(sums["jam_s"], seconds, policy)
    return [RoadMix(**dict(zip(figures, mix, strict=True))) for mix in zip(*figures.values(), strict=True)]


def _shares(part: Floats, whole: Floats, policy: RoadPolicy) -> list[Q]:
    share = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    # Nothing at all of a type is known for sure; shares in between carry the vagueness of its definition.
    sigma = np.where((part > 0) & (part < whole), policy.sigma_share, 0.0)
    return absolutes(share, sigma, "speed", "1", least=0.0, most=1.0)


def shares(history: History) -> dict[str, Floats]:
    """Share of each group's distance by road type; even urban where nothing was driven."""
    metres = {name: np.nan_to_num(history.read(f"{name}_m")) for name in CLASSES}
    whole = np.sum(list(metres.values()), axis=0)
    safe = np.where(whole > 0, whole, 1.0)
    result = {name: values / safe for name, values in metres.items()}
    result["urban"] = np.where(whole > 0, result["urban"], 1.0)
    return result
