"""Use: the part of a health report that tells how somebody drove. It stays with that person when the car is sold."""

from datetime import date, datetime
from typing import Literal

from schemas.quantity import Q, ReportPart


class RoadMix(ReportPart):
    """Shares (0-1) of distance and of time; `jam_time` is relative to the road's own free flow."""

    highway: Q = None
    urban: Q = None
    congested: Q = None
    standing: Q = None
    highway_time: Q = None
    urban_time: Q = None
    congested_time: Q = None
    standing_time: Q = None
    jam_time: Q = None


class Pattern(ReportPart):
    """How the car was driven: shares (0-1) of engine-on time and of fuel, and the character of the speed."""

    idle_time: Q = None
    cold_time: Q = None         # with the coolant below 70 C
    idle_fuel: Q = None
    congested_fuel: Q = None
    mean_kmh: Q = None          # standstill included
    top_kmh: Q = None
    acceleration_m_s2: Q = None  # relative positive acceleration
    outside_c: Q = None


class Trip(ReportPart):
    start: datetime
    end: datetime
    distance_km: Q = None
    idle_s: float | None = None
    fuel_l: Q = None
    road_mix: RoadMix = RoadMix()
    pattern: Pattern = Pattern()
    cold_start: bool | None = None
    short: bool | None = None


class Week(ReportPart):
    """One week of trips, from Monday in the store's zone; a trip belongs to the week it began in."""

    monday: date
    first: datetime  # begin of the first trip, end of the last
    last: datetime
    trips: int
    cold_starts: int | None = None
    short_trips: int | None = None
    distance_km: Q = None
    driving_s: Q = None
    fuel_l: Q = None
    fuel_l_per_100km: Q = None
    pattern: Pattern = Pattern()
    road_mix: RoadMix = RoadMix()


class Refuel(ReportPart):
    """A rise of the fuel level while the car stood, or between two stops."""

    time: datetime
    level_before_pct: Q
    level_after_pct: Q
    litres: Q  # null without the size of the tank


class FuelBySource(ReportPart):
    """Litres by each rung of the ladder alone, wherever its inputs exist."""

    fuel_rate: Q = None
    maf: Q = None
    absolute_load: Q = None
    speed_density: Q = None
    calculated_load: Q = None
    physics: Q = None


class FuelCause(ReportPart):
    """What part of a change of consumption one cause explains [1]; 0.04 is 4 % more fuel per distance."""

    cause: str  # traffic, acceleration, speed, weather, cold_engine
    change: Q


class FuelDrift(ReportPart):
    """Consumption of the latest trips beside the car's own past, with what explains the change."""

    recent_l_per_100km: Q = None
    before_l_per_100km: Q = None
    change: Q = None            # relative [1]
    explained: Q = None         # part of it that the way of driving explains [1]
    unexplained: Q = None       # the rest [1]
    alarm: Literal["up", "down"] | None = None
    causes: list[FuelCause] = []


class Electricity(ReportPart):
    """Energy out of the traction battery while driving, recuperation deducted; charging is not counted."""

    energy_kwh: Q = None
    kwh_per_100km: Q = None


class EventCounts(ReportPart):
    """Harsh events; strong ones are counted in both."""

    brake: int | None = None
    brake_strong: int | None = None
    accel: int | None = None
    accel_strong: int | None = None
    corner: int | None = None
    corner_strong: int | None = None
