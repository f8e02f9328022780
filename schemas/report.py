"""The health report: the one JSON document of `python -m health assess`, stored per vehicle and served by the API.

Every figure is a `Quantity` or null; a null has its reason under `unknown`. All keys are always there.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import JsonValue

from schemas.findings import Finding, Severity
from schemas.quantity import Q, ReportPart, Unknown
from schemas.report_use import Electricity, EventCounts, FuelBySource, FuelDrift, Pattern, Refuel, RoadMix, Trip, Week
from schemas.vehicle import Axle

Day = date  # `date` itself is the name of a field below


class DistanceBySource(ReportPart):
    odometer: Q = None
    speed: Q = None
    gps: Q = None
    since_clear: Q = None


class OdometerEvent(ReportPart):
    """A reading that contradicts the one before it; `source` says whose: car or workshop."""

    at: datetime
    kind: Literal["rolled_back", "reset", "rolled_over", "jumped"]
    from_km: float
    to_km: float
    source: str


class OdometerReport(ReportPart):
    """Kilometres the car has truly done, corrections applied, and whether its odometer can be believed."""

    now_km: Q = None
    trusted: bool | None = None
    events: list[OdometerEvent] = []


class Cooling(ReportPart):
    """Coolant of the warm engine and how quickly it gets there: lately, and in the car's own past."""

    steady_c: Q = None
    steady_before_c: Q = None
    warm_up_s: Q = None         # per kelvin below 70 C
    warm_up_before_s: Q = None


class FuelTrims(ReportPart):
    """Sum of short and long fuel trim of the warm engine by load: lately, and in the car's own past."""

    idle_pct: Q = None
    part_load_pct: Q = None
    high_load_pct: Q = None
    idle_before_pct: Q = None
    part_load_before_pct: Q = None
    high_load_before_pct: Q = None


class FleetFigure(ReportPart):
    """The median of cars of the same model, with the 10th and 90th percentile of the cars, and this car beside it."""

    fleet: Q = None
    ratio: Q = None             # this car to the median [1]


class FleetComparison(ReportPart):
    cars: int | None = None
    fuel_l_per_100km: FleetFigure = FleetFigure()
    front_mm_per_1000km: FleetFigure = FleetFigure()
    rear_mm_per_1000km: FleetFigure = FleetFigure()


class TroubleCode(ReportPart):
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


class Learned(ReportPart):
    speed_scale: Q = None
    ve_vd_l: Q = None
    tyre_k_front: Q = None
    tyre_k_rear: Q = None


class AxleTyres(ReportPart):
    wear_mm: Q = None
    mm_per_1000km: Q = None
    tread_mm: Q = None


class TyreReport(ReportPart):
    front: AxleTyres = AxleTyres()
    rear: AxleTyres = AxleTyres()


class BrakeReport(ReportPart):
    energy_mj_per_km: Q = None
    pad_mm_front: Q = None
    pad_mm_rear: Q = None


class OilReport(ReportPart):
    revolutions_per_km: Q = None
    weighted_revolutions_per_km: Q = None
    life_pct: Q = None


class BatteryReport(ReportPart):
    rest_v: Q = None
    crank_v: Q = None
    charging_v: Q = None


class Due(ReportPart):
    """When a catalogue item falls due: median date and 80 % interval, with what decided it.

    New tyres fall due for each axle by itself; `axle` is null for what concerns the whole car.
    """

    item: str
    axle: Axle | None = None
    date: Day
    low: Day
    high: Day
    limit: str  # km, months, revolutions, tread, pads, codes
    reason_zh: str = ""
    reason_en: str = ""


class VehicleReport(ReportPart):
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


class Assessment(ReportPart):
    """What `health assess` prints."""

    model_version: str
    vehicles: list[VehicleReport]


class SeriesForecast(ReportPart):
    """When the cumulated usage of one series reaches its need; null beyond the horizon of three years."""

    series: str
    median: date | None
    low: date | None
    high: date | None


class Forecast(ReportPart):
    """What `health forecast` prints."""

    series: list[SeriesForecast]


class VehicleCalibration(ReportPart):
    """What the gauge readings of one vehicle teach: wear coefficient and depth when new."""

    vehicle: str
    k: Q
    new_mm: Q


class Calibration(ReportPart):
    """What `health calibrate` prints."""

    vehicles: list[VehicleCalibration]
