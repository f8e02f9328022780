"""Fuel trims over time: how far the engine computer corrects its fuel, by load, lately and before."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from health.drift import Drift, drift
from health.figures import Reasons
from health.fuel_trims import LOADS
from health.history import History
from health.policy import TrimPolicy
from health.quality import Floats
from schemas.quantity import Unknown
from schemas.report import FuelTrims


@dataclass(frozen=True)
class TrimState:
    """Figures of the trims, and what they rest on, by load."""

    report: FuelTrims
    by_load: Mapping[str, Drift]
    reasons: Reasons

    def lean(self, p: TrimPolicy) -> list[str]:
        """Loads at which much fuel is added: the mixture would be lean without."""
        return [load for load, drifted in self.by_load.items() if _beyond(drifted.recent, drifted.change, p)]

    def rich(self, p: TrimPolicy) -> list[str]:
        """Loads at which much fuel is taken away."""
        return [load for load, drifted in self.by_load.items() if _beyond(-drifted.recent, -drifted.change, p)]


def _beyond(value: float, change: float, p: TrimPolicy) -> bool:
    """Beyond the alarm, or moved there from the car's own past; a correction back towards nothing is no fault."""
    return value > p.alarm_pct or (change > p.drift_pct and value > p.alarm_pct / 2)


def estimate_trims(history: History, p: TrimPolicy) -> TrimState:
    """Sum of short and long trim by load, of the latest trips and before."""
    by_load = {load: drift(_mean_pct(history, load, p), history.start_us, p.recent_trips, p.baseline_trips,
                           p.baseline_d) for load in LOADS}
    figures = {load: drifted.quantities(p.sigma_pct, "fuel_trim", "%") for load, drifted in by_load.items()}
    recent = {f"{load}_pct": pair[0] for load, pair in figures.items()}
    before = {f"{load}_before_pct": pair[1] for load, pair in figures.items()}
    seen = any(np.isfinite(history.read(f"trim_{load}_s")).any() for load in LOADS)
    return TrimState(FuelTrims(**recent, **before), by_load,
                     {"fuel_trims": Unknown.TOO_SHORT if seen else Unknown.NO_SIGNAL})


def _mean_pct(history: History, load: str, p: TrimPolicy) -> Floats:
    """Mean correction of each trip that ran long enough at this load [%]."""
    seconds = history.read(f"trim_{load}_s")
    return history.read(f"trim_{load}_pct_s") / np.where(seconds >= p.least_s, seconds, np.nan)
