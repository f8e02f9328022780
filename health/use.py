"""Use: how the present owner drives, apart from the life of the car. What stays with a person is told here alone.

`archive.fleet.handover` keeps the same fields from the next owner; a test holds both against each other.
"""

from dataclasses import dataclass
from typing import Any

from health.distance import Mileage
from health.driving import Driving, estimate_driving
from health.figures import Reasons
from health.fuel import Fuel
from health.fuel_drift import estimate_fuel_drift
from health.fuel_electric import estimate_electricity
from health.history import History
from health.pattern_list import pattern
from health.policy import Policy
from health.refuel import estimate_refuels
from health.road_mix import road_mix
from schemas.quantity import Unknown
from schemas.report_use import Electricity, FuelDrift, Pattern, Refuel, RoadMix
from schemas.vehicle import VehicleFacts


@dataclass(frozen=True)
class Use:
    """Groups of the present owner with their distances and fuel, and all figures that stay with a person."""

    history: History
    mileage: Mileage
    fuel: Fuel
    roads: RoadMix
    pattern: Pattern
    driving: Driving
    drift: FuelDrift
    electricity: Electricity
    refuels: list[Refuel] | None
    reasons: Reasons

    def fields(self) -> dict[str, Any]:
        """The fields of the report that tell of it."""
        return {"road_mix": self.roads, "pattern": self.pattern, "fuel_l": self.fuel.total_l,
                "fuel_l_per_100km": self.fuel.l_per_100km, "fuel_by_source": self.fuel.by_source,
                "fuel_drift": self.drift, "electricity": self.electricity, "refuels": self.refuels,
                "events": self.driving.counts, "events_list": self.driving.events, "driving_score": self.driving.score}


def use_of(history: History, mileage: Mileage, fuel: Fuel, facts: VehicleFacts, policy: Policy) -> Use:
    """What was driven since the car has its owner; the whole history where nobody says since when."""
    own = history.since(facts.owned_since)
    driven = mileage.latest(len(own))
    burnt = fuel.latest(len(own), driven.trip_km, policy.fuel)
    driving = estimate_driving(own, driven, policy)
    drift, drift_reasons = estimate_fuel_drift(own, driven, burnt, policy.drift)
    electricity, charge_reasons = estimate_electricity(own, facts, driven, fuel.kind, policy.fuel)
    refuels, refuel_reasons = estimate_refuels(own, driven.unseen_before_km, facts, policy)
    reasons = driving.reasons | drift_reasons | charge_reasons | refuel_reasons | {"pattern": Unknown.NO_SIGNAL}
    return Use(own, driven, burnt, road_mix(own, policy.road), pattern(own, policy), driving, drift, electricity,
               refuels, reasons)
