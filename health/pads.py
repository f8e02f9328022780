"""Brake pads: thickness now, from brake energy, the car's own coefficient and readings of a gauge.

Section 6 of the model notes: volume worn per energy dV = K E (Archard), all pads of an axle alike.
"""

from dataclasses import dataclass

import numpy as np

from health.distance import Mileage
from health.figures import Reasons
from health.history import DAY, History
from health.moments import instant_us
from health.policy import BrakePolicy, Policy
from health.quality import Floats
from health.tyre_work import AXLES
from health.wear_fit import WearFit
from health.worn_part import Anchor, Reading, Worn
from schemas.quantity import Q, Unknown
from schemas.vehicle import Axle, VehicleFacts

PAD_ITEMS: dict[Axle, str] = {"front": "BRK-PAD-F", "rear": "BRK-PAD-R"}
"""Work after which the pads of an axle are new."""


@dataclass(frozen=True)
class AxlePads:
    """Pads of one axle."""

    axle: Axle
    fit: WearFit | None  # None where the thickness has no starting point
    index_since: float
    index_per_km: float
    mm: Q
    mm_per_1000km: float


def estimate_pads(history: History, facts: VehicleFacts, mileage: Mileage, kind: str | None,
                  policy: Policy) -> tuple[dict[str, AxlePads], Reasons]:
    """Thickness of the pads of both axles."""
    regenerative = "ev" in (kind, facts.fuel) or "hybrid" in (kind, facts.fuel)
    share = policy.brakes.regenerative_share if regenerative else 1.0
    pads: dict[str, AxlePads] = {axle: _axle(axle, history, facts, mileage, share, policy.brakes) for axle in AXLES}
    return pads, {f"brakes.pad_mm_{axle}": Unknown.NO_FACT for axle in AXLES}


def _axle(axle: Axle, history: History, facts: VehicleFacts, mileage: Mileage, share: float,
          p: BrakePolicy) -> AxlePads:
    readings = pad_readings(axle, facts)
    index = wear_index(history.read(f"pad_{axle}_mj") * share, p)
    worn = Worn.of(index, _fresh(axle, facts, p), readings, history, mileage, p, p.new_mm)
    return AxlePads(axle, worn.fit if worn.known else None, worn.index_since, worn.index_per_km,
                    worn.fit.depth(worn.index_since, "mm") if worn.known else None,
                    worn.fit.k * worn.index_per_km * 1000)


def wear_index(heat_mj: Floats, p: BrakePolicy) -> Floats:
    """Thickness each pad of an axle loses at K = 1 mm3/MJ [mm]."""
    return heat_mj / (p.pads_per_axle * p.pad_area_mm2)


def pad_readings(axle: Axle, facts: VehicleFacts) -> list[Reading]:
    """Readings of the pads of one axle."""
    return [Reading.of(r.time, r.odometer_km, r.pad_mm) for r in facts.pads if r.axle == axle]


def _fresh(axle: Axle, facts: VehicleFacts, p: BrakePolicy) -> Anchor | None:
    """New pads at their last change, if somebody noted it."""
    fitted = [service for service in facts.services if service.item == PAD_ITEMS[axle]]
    last = max(fitted, key=lambda service: service.at, default=None)
    if last is None:
        return None
    return Anchor(instant_us(last.at), last.odometer_km, p.new_mm, p.sigma_new_mm, from_gauge=False)


def pad_reading_age_d(facts: VehicleFacts, as_of_us: int) -> float:
    """Days since the last reading of any pad; infinite without one."""
    times = [instant_us(r.time) for r in facts.pads]
    return (as_of_us - max(times)) / DAY if times else float(np.inf)
