"""Energy from the traction battery: state of charge while driving, and what it means in kWh."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.distance import Mileage
from health.figures import Reasons, relative
from health.history import History, known_sum, ratio
from health.policy import FuelPolicy, Policy
from health.quality import Floats, Integers
from health.samples import Samples
from health.segments import segments_of
from schemas.frames import Columns
from schemas.quantity import Unknown
from schemas.report_use import Electricity
from schemas.vehicle import VehicleFacts

COLUMNS: Columns = {
    "charge_used_pct": pl.Float64,  # of a full traction battery; recuperation deducted, charging left out
}
"""Columns of one group."""


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Fall of the state of charge over every group [%]; a rise no recuperation can cause is charging."""
    used = np.full(len(samples.groups), np.nan)
    charge = samples.read("traction_soc_pct")
    known = np.flatnonzero(~np.isnan(charge))
    if len(known):
        readings = segments_of(samples.segments.of_element[known])
        steps = readings.differences(charge[known])
        owners = samples.segments.of_element[known][readings.starts]
        used[owners] = -readings.total(np.where(steps <= policy.fuel.soc_charging_pct, steps, 0.0))
    return {"charge_used_pct": used}


def estimate_electricity(history: History, facts: VehicleFacts, mileage: Mileage, kind: str | None,
                         p: FuelPolicy) -> tuple[Electricity, Reasons]:
    """Energy drawn while driving [kWh]: fall of the state of charge times usable capacity, recuperation deducted.

    PID 5B has steps of 0.4 %, so short histories are vague; charging between trips does not enter. Capacity falls with
    age: an old battery uses less than this says.
    """
    used_pct = history.read("charge_used_pct")
    moved = ~np.isnan(used_pct) & ~np.isnan(mileage.trip_km)
    if not moved.any():
        electric = kind in ("ev", "hybrid")
        return Electricity(), {"electricity": Unknown.NO_SIGNAL if electric or kind is None else Unknown.NOT_ELECTRIC}
    if facts.traction_kwh is None:
        return Electricity(), {"electricity": Unknown.NO_FACT}
    kwh = known_sum(used_pct[moved]) / 100 * facts.traction_kwh
    if not kwh > 0:
        return Electricity(), {"electricity": Unknown.IMPLAUSIBLE}
    step_kwh = p.soc_step_pct / 100 * facts.traction_kwh * np.sqrt(moved.sum() / 6)
    sigma = float(np.hypot(p.sigma_capacity, step_kwh / kwh))
    km = known_sum(mileage.trip_km[moved])
    per_100km = ratio(kwh, km) * 100 if km >= p.per_100km_from_km else float("nan")
    return Electricity(energy_kwh=relative(kwh, sigma, "state_of_charge", "kWh"),
                       kwh_per_100km=relative(per_100km, sigma, "state_of_charge", "kWh/100km")), {
                           "electricity.kwh_per_100km": Unknown.TOO_SHORT}
