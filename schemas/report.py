"""The health report: the one JSON document of `python -m health assess`, stored per vehicle and served by the API.

Every figure is a `Quantity` or null; a null has its reason under `unknown`. All keys are always there.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from schemas.findings import Finding, Severity

Day = date  # `date` itself is the name of a field below


class Unknown(StrEnum):
    """Why a figure is null."""

    NO_DATA = "no_data"
    NO_SIGNAL = "no_signal"            # the signals it needs were never read
    TOO_SHORT = "too_short"            # too little driven to say
    NO_FACT = "no_fact"                # a fact of the vehicle file is missing
    DIESEL_WITHOUT_FUEL_RATE = "diesel_without_fuel_rate"
    NOT_PETROL = "not_petrol"
    IMPLAUSIBLE = "implausible"
    BEYOND_HORIZON = "beyond_horizon"  # further away than anything is said about
    NOT_BUILT = "not_built"            # reports of older models: an estimator that did not exist yet
    NOT_ELECTRIC = "not_electric"      # the car has no traction battery
    FEW_CARS = "few_cars"              # too few cars of the model to compare without showing one of them
    FORMER_OWNER = "former_owner"      # known, but it stays with the person who drove


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Quantity(_Part):
    """A figure with its 10th and 90th percentile, where it comes from, and its unit."""

    value: float
    low: float
    high: float
    source: str
    unit: str


Q = Quantity | None


class DistanceBySource(_Part):
    odometer: Q = None
    speed: Q = None
    gps: Q = None
    since_clear: Q = None


class OdometerEvent(_Part):
    """A reading that contradicts the one before it; `source` says whose: car or workshop."""

    at: datetime
    kind: Literal["rolled_back", "reset", "rolled_over", "jumped"]
    from_km: float
    to_km: float
    source: str


class OdometerReport(_Part):
    """Kilometres the car has truly done, corrections applied, and whether its odometer can be believed."""

    now_km: Q = None
    trusted: bool | None = None
    events: list[OdometerEvent] = []


class RoadMix(_Part):
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


class Pattern(_Part):
    """How the car was driven: shares (0-1) of engine-on time and of fuel, and the character of the speed."""

    idle_time: Q = None
    cold_time: Q = None         # with the coolant below 70 C
    idle_fuel: Q = None
    congested_fuel: Q = None
    mean_kmh: Q = None          # standstill included
    top_kmh: Q = None
    acceleration_m_s2: Q = None  # relative positive acceleration
    outside_c: Q = None


class Trip(_Part):
    start: datetime
    end: datetime
    distance_km: Q = None
    idle_s: float | None = None
    fuel_l: Q = None
    road_mix: RoadMix = RoadMix()
    pattern: Pattern = Pattern()
    cold_start: bool | None = None
    short: bool | None = None


class Week(_Part):
    """One week of trips, from Monday in the store's zone; a trip belongs to the week it began in."""

    monday: Day
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


class Refuel(_Part):
    """A rise of the fuel level while the car stood, or between two stops."""

    time: datetime
    level_before_pct: Q
    level_after_pct: Q
    litres: Q  # null without the size of the tank


class FuelCause(_Part):
    """What part of a change of consumption one cause explains [1]; 0.04 is 4 % more fuel per distance."""

    cause: str  # traffic, acceleration, speed, weather, cold_engine
    change: Q


class FuelDrift(_Part):
    """Consumption of the latest trips beside the car's own past, with what explains the change."""

    recent_l_per_100km: Q = None
    before_l_per_100km: Q = None
    change: Q = None            # relative [1]
    explained: Q = None         # part of it that the way of driving explains [1]
    unexplained: Q = None       # the rest [1]
    alarm: Literal["up", "down"] | None = None
    causes: list[FuelCause] = []


class Electricity(_Part):
    """Energy out of the traction battery while driving, recuperation deducted; charging is not counted."""

    energy_kwh: Q = None
    kwh_per_100km: Q = None


class Cooling(_Part):
    """Coolant of the warm engine and how quickly it gets there: lately, and in the car's own past."""

    steady_c: Q = None
    steady_before_c: Q = None
    warm_up_s: Q = None         # per kelvin below 70 C
    warm_up_before_s: Q = None


class FuelTrims(_Part):
    """Sum of short and long fuel trim of the warm engine by load: lately, and in the car's own past."""

    idle_pct: Q = None
    part_load_pct: Q = None
    high_load_pct: Q = None
    idle_before_pct: Q = None
    part_load_before_pct: Q = None
    high_load_before_pct: Q = None


class FleetFigure(_Part):
    """The median of cars of the same model, with the 10th and 90th percentile of the cars, and this car beside it."""

    fleet: Q = None
    ratio: Q = None             # this car to the median [1]


class FleetComparison(_Part):
    cars: int | None = None
    fuel_l_per_100km: FleetFigure = FleetFigure()
    front_mm_per_1000km: FleetFigure = FleetFigure()
    rear_mm_per_1000km: FleetFigure = FleetFigure()


class TroubleCode(_Part):
    """A trouble code somebody should know of, or once had to."""

    code: str
    status: Literal["permanent", "confirmed", "pending", "cleared", "gone"]
    severity: Severity
    name_zh: str
    name_en: str
    first_seen: datetime
    last_seen: datetime
    cleared_at: datetime | None
    reappeared: int
    km_since_first: Q


class FuelBySource(_Part):
    """Litres by each rung of the ladder alone, wherever its inputs exist."""

    fuel_rate: Q = None
    maf: Q = None
    absolute_load: Q = None
    speed_density: Q = None
    calculated_load: Q = None
    physics: Q = None


class Learned(_Part):
    speed_scale: Q = None
    ve_vd_l: Q = None
    tyre_k_front: Q = None
    tyre_k_rear: Q = None


class AxleTyres(_Part):
    wear_mm: Q = None
    mm_per_1000km: Q = None
    tread_mm: Q = None


class TyreReport(_Part):
    front: AxleTyres = AxleTyres()
    rear: AxleTyres = AxleTyres()


class BrakeReport(_Part):
    energy_mj_per_km: Q = None
    pad_mm_front: Q = None
    pad_mm_rear: Q = None


class OilReport(_Part):
    revolutions_per_km: Q = None
    weighted_revolutions_per_km: Q = None
    life_pct: Q = None


class BatteryReport(_Part):
    rest_v: Q = None
    crank_v: Q = None
    charging_v: Q = None


class EventCounts(_Part):
    """Harsh events; strong ones are counted in both."""

    brake: int | None = None
    brake_strong: int | None = None
    accel: int | None = None
    accel_strong: int | None = None
    corner: int | None = None
    corner_strong: int | None = None


class Due(_Part):
    """When a catalogue item falls due: median date and 80 % interval, with what decided it."""

    item: str
    date: Day
    low: Day
    high: Day
    limit: str  # km, months, revolutions, tread, pads, codes
    reason_zh: str = ""
    reason_en: str = ""


class VehicleReport(_Part):
    vehicle: str
    observed_s: Q = None
    unobserved_s: Q = None
    distance_km: Q = None
    distance_by_source: DistanceBySource = DistanceBySource()
    odometer: OdometerReport = OdometerReport()
    trips: list[Trip] = []
    road_mix: RoadMix = RoadMix()
    fuel_type: str | None = None
    fuel_l: Q = None
    fuel_l_per_100km: Q = None
    fuel_by_source: FuelBySource = FuelBySource()
    learned: Learned = Learned()
    tyres: TyreReport = TyreReport()
    brakes: BrakeReport = BrakeReport()
    oil: OilReport = OilReport()
    battery: BatteryReport = BatteryReport()
    events: EventCounts = EventCounts()
    events_list: list[dict[str, JsonValue]] | None = None
    driving_score: Q = None
    codes: list[TroubleCode] | None = None
    pattern: Pattern = Pattern()
    weeks: list[Week] = []
    refuels: list[Refuel] | None = None
    fuel_drift: FuelDrift = FuelDrift()
    electricity: Electricity = Electricity()
    cooling: Cooling = Cooling()
    fuel_trims: FuelTrims = FuelTrims()
    fleet: FleetComparison = FleetComparison()
    due: list[Due] = []
    findings: list[Finding] = []
    unknown: dict[str, Unknown] = {}


class Assessment(_Part):
    """What `health assess` prints."""

    model_version: str
    vehicles: list[VehicleReport]


class SeriesForecast(_Part):
    """When the cumulated usage of one series reaches its need; null beyond the horizon of three years."""

    series: str
    median: date | None
    low: date | None
    high: date | None


class Forecast(_Part):
    """What `health forecast` prints."""

    series: list[SeriesForecast]


class VehicleCalibration(_Part):
    """What the gauge readings of one vehicle teach: wear coefficient and depth when new."""

    vehicle: str
    k: Q
    new_mm: Q


class Calibration(_Part):
    """What `health calibrate` prints."""

    vehicles: list[VehicleCalibration]
