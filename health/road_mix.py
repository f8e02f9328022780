"""Road mix: shares of distance and time by road type, of one group or of many."""

import numpy as np

from health.figures import absolute
from health.history import History
from health.policy import RoadPolicy
from health.quality import Floats
from health.road import CLASSES
from schemas.quantity import Q
from schemas.report_use import RoadMix


def road_mix(history: History, policy: RoadPolicy) -> RoadMix:
    """Shares over the whole history."""
    return _mix({name: float(np.nansum(history.read(name))) for name in _columns()}, policy)


def road_mixes(history: History, policy: RoadPolicy) -> list[RoadMix]:
    """Shares of each group."""
    table = {name: np.nan_to_num(history.read(name)) for name in _columns()}
    return [_mix({name: float(values[i]) for name, values in table.items()}, policy) for i in range(len(history))]


def _columns() -> list[str]:
    return [f"{name}_{unit}" for name in CLASSES for unit in ("m", "s")] + ["jam_s"]


def _mix(sums: dict[str, float], policy: RoadPolicy) -> RoadMix:
    metres = sum(sums[f"{name}_m"] for name in CLASSES)
    seconds = sum(sums[f"{name}_s"] for name in CLASSES)
    by_distance = {name: _share(sums[f"{name}_m"], metres, policy) for name in CLASSES}
    by_time = {f"{name}_time": _share(sums[f"{name}_s"], seconds, policy) for name in CLASSES}
    return RoadMix(**by_distance, **by_time, jam_time=_share(sums["jam_s"], seconds, policy))


def _share(part: float, whole: float, policy: RoadPolicy) -> Q:
    if not whole > 0:
        return None
    # Nothing at all of a type is known for sure; shares in between carry the vagueness of its definition.
    sigma = policy.sigma_share if 0 < part < whole else 0.0
    return absolute(part / whole, sigma, "speed", "1", least=0.0, most=1.0)


def shares(history: History) -> dict[str, Floats]:
    """Share of each group's distance by road type; even urban where nothing was driven."""
    metres = {name: np.nan_to_num(history.read(f"{name}_m")) for name in CLASSES}
    whole = np.sum(list(metres.values()), axis=0)
    safe = np.where(whole > 0, whole, 1.0)
    result = {name: values / safe for name, values in metres.items()}
    result["urban"] = np.where(whole > 0, result["urban"], 1.0)
    return result
