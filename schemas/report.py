"""The health report: the one JSON document of `python -m health assess`, stored per vehicle and served by the API.

Every figure is a `Quantity` or null; a null has its reason under `unknown`. All keys are always there.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from schemas.findings import Finding

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


class Trip(_Part):
    start: datetime
    end: datetime
    distance_km: Q = None
    idle_s: float | None = None
    fuel_l: Q = None
    road_mix: RoadMix = RoadMix()


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
    limit: str  # km, months, revolutions, tread, pads
    reason_zh: str = ""
    reason_en: str = ""


class VehicleReport(_Part):
    vehicle: str
    observed_s: Q = None
    unobserved_s: Q = None
    distance_km: Q = None
    distance_by_source: DistanceBySource = DistanceBySource()
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
    codes: list[dict[str, JsonValue]] | None = None
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
