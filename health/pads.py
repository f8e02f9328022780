"""Brake pads: thickness now, from brake energy, the car's own coefficient and readings of a gauge.

Section 6 of the model notes: volume worn per energy dV = K E (Archard), all pads of an axle alike. What worn-out pads
have taught of the car goes on to the next ones (`health.earlier_parts`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from health.distance import Mileage
from health.earlier_parts import handed_down, lessons_of, told_of_driver
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
    changes = _changes(axle, facts, p)
    earlier = (Worn.of(index, fitted, own, history, mileage, p, p.new_mm)
               for fitted, own in _replaced(changes, readings) if told_of_driver(own, facts))
    prior = handed_down(lessons_of(earlier, p), p, "earlier_pads")
    worn = Worn.of(index, changes[-1] if changes else None, readings, history, mileage, prior, p.new_mm)
    return AxlePads(axle, worn.fit if worn.known else None, worn.index_since, worn.index_per_km,
                    worn.fit.depth(worn.index_since, "mm") if worn.known else None,
                    worn.fit.k * worn.index_per_km * 1000)


def wear_index(heat_mj: Floats, p: BrakePolicy) -> Floats:
    """Thickness each pad of an axle loses at K = 1 mm3/MJ [mm]."""
    return heat_mj / (p.pads_per_axle * p.pad_area_mm2)


def pad_readings(axle: Axle, facts: VehicleFacts) -> list[Reading]:
    """Readings of the pads of one axle."""
    return [Reading.of(r.time, r.odometer_km, r.pad_mm) for r in facts.pads if r.axle == axle]


def _changes(axle: Axle, facts: VehicleFacts, p: BrakePolicy) -> list[Anchor]:
    """New pads at each change somebody noted, oldest first."""
    noted = sorted((s for s in facts.services if s.item == PAD_ITEMS[axle]), key=lambda service: service.at)
    return [Anchor(instant_us(s.at), s.odometer_km, p.new_mm, p.sigma_new_mm, from_gauge=False) for s in noted]


def _replaced(changes: list[Anchor], readings: list[Reading]) -> Iterator[tuple[Anchor | None, list[Reading]]]:
    """Every set of pads that is gone: where it was new, and its readings up to the work that took it off."""
    for fitted, gone in pairwise([None, *changes]):
        yield fitted, [r for r in readings if not (gone and gone.tells_of(r)) and (not fitted or fitted.tells_of(r))]


def pad_reading_age_d(facts: VehicleFacts, as_of_us: int) -> float:
    """Days since the last reading of any pad; infinite without one."""
    times = [instant_us(r.time) for r in facts.pads]
    return (as_of_us - max(times)) / DAY if times else float(np.inf)
