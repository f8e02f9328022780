"""Whether the car cuts its speed to whole km/h instead of rounding it: half a km/h lost while moving.

Section 1 of the model notes. A lost constant and a wrong scale look alike on trips of one kind; town and motorway
together tell them apart, because half a km/h is 2 % of the one and half a percent of the other.
"""

import numpy as np

from health.history import History
from health.policy import MileagePolicy
from health.quality import Booleans, Floats


def is_floored(history: History, honest: Booleans, p: MileagePolicy) -> bool:
    """Compare both explanations of what an odometer, else the satellite path, adds to the integral of speed.

    Parameters
    ----------
    honest
        Groups whose odometer ran, shape (groups,).

    Notes
    -----
    Gaussian errors of equal relative size, the scale free under both hypotheses: twice the log likelihood ratio is
    n ln(RSS0 / RSS1). Undecided counts as not floored.
    """
    measured, lost = history.read("speed_km"), history.read("floor_km")
    whole = (history.read("unobserved_s") == 0) & (measured >= p.floor_trip_km)
    truths = (np.where(honest, history.read("odometer_km"), np.nan),
              np.where(history.read("gps_fix_s") <= p.good_gps_fix_s, history.read("gps_km"), np.nan))
    for true in truths:
        usable = whole & (true > 0)
        if usable.sum() >= p.floor_trips:
            return bool(_ratio(true[usable], measured[usable], lost[usable]) > p.floor_evidence)
    return False


def _ratio(true_km: Floats, measured_km: Floats, lost_km: Floats) -> float:
    """Log likelihood ratio of floored against rounded [1]."""
    rounded, floored = _scatter(true_km, measured_km), _scatter(true_km, measured_km + lost_km)
    return float(len(true_km) / 2 * np.log(rounded / max(floored, 1e-12)))


def _scatter(true_km: Floats, measured_km: Floats) -> float:
    """Mean square of the relative error around the best scale [1]; single bad trips weigh as moderate ones."""
    miss = true_km / measured_km
    miss = miss / np.median(miss) - 1
    return float(np.mean(np.minimum(np.abs(miss), 3 * np.median(np.abs(miss)) + 1e-6) ** 2))
