"""Constants of the models: each with its unit and origin, grouped by subject, overridable per store and vehicle.

Origins: `M` fitted or computed with a plain implementation, `S` a public source, `K` engineering practice.
"""

from dataclasses import dataclass, field

from health.policy.behaviour import EventPolicy
from health.policy.diagnosis import CodePolicy, CoolingPolicy, TrimPolicy
from health.policy.driving import CarPolicy, HoldPolicy, MileagePolicy, RoadPolicy, TripPolicy
from health.policy.electrics import BatteryPolicy
from health.policy.fuel import DriftPolicy, FuelPolicy, RefuelPolicy
from health.policy.patterns import PatternPolicy
from health.policy.planning import FindingPolicy, ForecastPolicy
from health.policy.wear import BrakePolicy, OilPolicy, TyrePolicy

__all__ = ["DEFAULT", "STANDARD_GRAVITY_M_S2", "BatteryPolicy", "BrakePolicy", "CarPolicy", "CodePolicy",
           "CoolingPolicy", "DriftPolicy", "EventPolicy", "FindingPolicy", "ForecastPolicy", "FuelPolicy",
           "HoldPolicy", "MileagePolicy", "OilPolicy", "PatternPolicy", "Policy", "RefuelPolicy", "RoadPolicy",
           "TrimPolicy", "TripPolicy", "TyrePolicy"]

STANDARD_GRAVITY_M_S2 = 9.80665
"""Standard gravity [m/s2]. CGPM 1901."""


@dataclass(frozen=True)
class Policy:
    """All constants of one assessment."""

    trips: TripPolicy = field(default_factory=TripPolicy)
    hold: HoldPolicy = field(default_factory=HoldPolicy)
    mileage: MileagePolicy = field(default_factory=MileagePolicy)
    road: RoadPolicy = field(default_factory=RoadPolicy)
    car: CarPolicy = field(default_factory=CarPolicy)
    fuel: FuelPolicy = field(default_factory=FuelPolicy)
    tyres: TyrePolicy = field(default_factory=TyrePolicy)
    brakes: BrakePolicy = field(default_factory=BrakePolicy)
    oil: OilPolicy = field(default_factory=OilPolicy)
    battery: BatteryPolicy = field(default_factory=BatteryPolicy)
    events: EventPolicy = field(default_factory=EventPolicy)
    patterns: PatternPolicy = field(default_factory=PatternPolicy)
    cooling: CoolingPolicy = field(default_factory=CoolingPolicy)
    trims: TrimPolicy = field(default_factory=TrimPolicy)
    refuels: RefuelPolicy = field(default_factory=RefuelPolicy)
    drift: DriftPolicy = field(default_factory=DriftPolicy)
    codes: CodePolicy = field(default_factory=CodePolicy)
    forecast: ForecastPolicy = field(default_factory=ForecastPolicy)
    findings: FindingPolicy = field(default_factory=FindingPolicy)


DEFAULT = Policy()
"""The published constants."""
