"""Use: the driving of the present owner, apart from the life of the car."""

from dataclasses import dataclass

from health.distance import Mileage
from health.fuel import Fuel
from health.history import History
from health.policy import Policy
from schemas.vehicle import VehicleFacts


@dataclass(frozen=True)
class Use:
    """Groups of the present owner, with their distances and fuel. All that stays with a person comes from here."""

    history: History
    mileage: Mileage
    fuel: Fuel


def use_of(history: History, mileage: Mileage, fuel: Fuel, facts: VehicleFacts, policy: Policy) -> Use:
    """What was driven since the car has its owner; the whole history where nobody says since when."""
    own = history.since(facts.owned_since)
    driven = mileage.latest(len(own))
    return Use(own, driven, fuel.latest(len(own), driven.trip_km, policy.fuel))
