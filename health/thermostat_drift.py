"""Thermostat over time: does the warm engine stay as warm, and get warm as quickly, as it used to?"""

from dataclasses import dataclass

import numpy as np

from health.drift import Drift, drift
from health.figures import Reasons
from health.history import History
from health.policy import CoolingPolicy, Policy
from health.quality import Floats
from schemas.quantity import Unknown
from schemas.report import Cooling


@dataclass(frozen=True)
class CoolingState:
    """Figures of the cooling, and what they rest on."""

    report: Cooling
    steady: Drift
    reasons: Reasons

    def colder_by_k(self, p: CoolingPolicy) -> float:
        """How much colder the warm engine runs than it should [K]: than it used to, else than thermostats regulate."""
        usual = p.regulating_c if np.isnan(self.steady.before) else self.steady.before
        return usual - self.steady.recent


def estimate_cooling(history: History, policy: Policy) -> CoolingState:
    """Steady temperature and warm-up time of the latest trips, and before."""
    p = policy.cooling
    steady = drift(_steady_c(history, p), history.start_us, p.recent_trips, p.baseline_trips, p.baseline_d)
    warming = drift(_warm_up_s_k(history, policy), history.start_us, p.recent_trips, p.baseline_trips, p.baseline_d)
    steady_c, steady_before_c = steady.quantities(p.sigma_c, "coolant_c", "degC")
    # A rate of warming differs from trip to trip by about a third, with load and weather.
    warm_up_s, warm_up_before_s = warming.quantities(warming.recent / 3, "coolant_c", "s/K")
    report = Cooling(steady_c=steady_c, steady_before_c=steady_before_c, warm_up_s=warm_up_s,
                     warm_up_before_s=warm_up_before_s)
    seen = np.isfinite(history.read("start_c")).any()
    return CoolingState(report, steady, {"cooling": Unknown.TOO_SHORT if seen else Unknown.NO_SIGNAL})


def _steady_c(history: History, p: CoolingPolicy) -> Floats:
    """Temperature of the long warm engine in each trip that was long enough and not in great cold."""
    mild = ~(history.read("outside_c") < p.cold_outside_c)
    told = history.read("steady_n") >= p.least_readings
    return np.where(mild & told, history.read("steady_c"), np.nan)


def _warm_up_s_k(history: History, policy: Policy) -> Floats:
    """Time to get warm per kelvin below it [s/K], of cold starts."""
    start = history.read("start_c")
    missing_k = np.where(start < policy.cooling.start_below_c, policy.patterns.warm_c - start, np.nan)
    return history.read("warm_after_s") / missing_k
