"""12 V battery: what its voltages of the last weeks say. Section 8 of the model notes.

State of charge [%] is interpolated in the table `rest_v` by the voltage of a car that stood for two hours or more; the
margin of a crank is its least voltage minus that of a healthy battery at this temperature (`weak_crank_v`), and the
weakest fifth of the cranks speaks. Both need some readings (`least_rests`, `least_cranks`) and the right kind of
battery in the vehicle file; polled cranks read high.
"""

from dataclasses import dataclass

import numpy as np

from health.figures import Reasons, absolute
from health.history import DAY, History
from health.policy import BatteryPolicy, Policy
from health.quality import Booleans, Floats
from health.trips import SECOND
from schemas.quantity import Q, Quantity, Unknown
from schemas.report import BatteryReport
from schemas.vehicle import VehicleFacts


@dataclass(frozen=True)
class BatteryState:
    """Voltages, and the judgements they allow; None where too little was seen to judge."""

    report: BatteryReport
    charge_pct: float | None        # at rest
    crank_margin_v: float | None    # of the weakest cranks above what a healthy battery shows
    crank_slope_v_60d: float | None
    charging_low: bool
    reasons: Reasons


def estimate_battery(history: History, facts: VehicleFacts, as_of_us: int, policy: Policy) -> BatteryState:
    """Voltages of the last weeks, or of the last time the car was seen."""
    p = policy.battery
    last = min(as_of_us, int(history.start_us[-1])) if len(history) else as_of_us
    recent = history.start_us >= last - p.recent_d * DAY
    rest, key_on = _rests(history, recent, p), _known(history, "key_on_v", recent)
    crank, margin, slope = _cranks(history, recent, p)
    best = _known(history, "charging_best_v", recent)
    return BatteryState(
        BatteryReport(rest_v=_rest(rest, key_on, p), crank_v=crank,
                      charging_v=absolute(_charging_v(history, recent), p.sigma_charging_v, "engine_on", "V")),
        charge_pct(_median(rest), facts, p) if len(rest) >= p.least_rests else None, margin, slope,
        len(best) >= p.least_rests and _median(best) < p.charging_low_v,
        {"battery": Unknown.NO_SIGNAL if np.isnan(history.read("charging_best_v")).all() else Unknown.TOO_SHORT})


def charge_pct(volts: float, facts: VehicleFacts, p: BatteryPolicy) -> float:
    """State of charge [%] of a rested battery by its open-circuit voltage at 25 C."""
    kind = (facts.battery.kind if facts.battery else None) or "flooded"
    return float(np.interp(volts, p.rest_v[kind], p.charge_pct))


def _known(history: History, name: str, chosen: Booleans) -> Floats:
    values = history.read(name)[chosen]
    return values[~np.isnan(values)]


def _median(values: Floats) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def _charging_v(history: History, recent: Booleans) -> float:
    """Median of all readings together, from the quantiles of each group."""
    rows = history.rows.filter(recent).select("charging_v", "charging_n").explode("charging_v").drop_nulls()
    rows = rows.sort("charging_v", "charging_n")
    volts, reached = rows["charging_v"].to_numpy(), np.cumsum(rows["charging_n"].to_numpy())
    return float(volts[np.searchsorted(reached, reached[-1] / 2)]) if len(volts) else float("nan")


def _rests(history: History, recent: Booleans, p: BatteryPolicy) -> Floats:
    """Voltages of the sleeping car after it stood long enough."""
    stood_s = np.full(len(history), np.inf)
    stood_s[1:] = (history.start_us[1:] - history.end_us[:-1]) / SECOND
    return _known(history, "parked_v", recent & (stood_s >= p.rest_after_s))


def _rest(rest: Floats, key_on: Floats, p: BatteryPolicy) -> Q:
    """Median at rest, else with the key on: the awake car draws a few amperes, so that one reads low."""
    if len(rest):
        return absolute(_median(rest), p.sigma_rest_v, "rest", "V")
    return absolute(_median(key_on), p.sigma_key_on_v, "key_on", "V")


def _cranks(history: History, recent: Booleans, p: BatteryPolicy) -> tuple[Q, float | None, float | None]:
    """Median of the weakest cranks, its margin above a healthy battery's, and the trend.

    Warm starts count at the temperature of the table's end: the starter turns a warm engine more easily, the battery
    itself hardly knows.
    """
    chosen = recent & ~np.isnan(history.read("crank_v"))
    volts, celsius = history.read("crank_v")[chosen], np.nan_to_num(history.read("crank_c")[chosen], nan=20.0)
    if len(volts) == 0:
        return None, None, None
    celsius = np.clip(celsius, p.weak_crank_c[0], p.weak_crank_c[-1])
    margin = volts - np.interp(celsius, p.weak_crank_c, p.weak_crank_v)
    weakest = np.argsort(margin, kind="stable")[:max(1, int(np.ceil(len(volts) * p.weakest_share)))]
    value = float(np.median(volts[weakest]))
    crank = Quantity(value=value, low=value - p.crank_unseen_v, high=value, source="crank_upper_bound", unit="V")
    if len(volts) < p.least_cranks:
        return crank, None, None
    days = (history.start_us[chosen] - history.start_us[chosen][-1]) / DAY
    return crank, float(np.median(margin[weakest])), _slope(days, volts + p.crank_v_per_k * (20.0 - celsius), p)


def _slope(days: Floats, volts: Floats, p: BatteryPolicy) -> float | None:
    """Least-squares trend over the time looked back on [V]; None within too few days."""
    if np.ptp(days) < p.recent_d / 2:
        return None
    centred = days - days.mean()
    return float((centred * volts).sum() / (centred * centred).sum()) * p.recent_d
