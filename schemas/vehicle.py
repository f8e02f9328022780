"""What is known of a car beside its signals: the vehicle file of `health assess`, every field optional."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Axle = Literal["front", "rear"]
OTHER_AXLE: dict[Axle, Axle] = {"front": "rear", "rear": "front"}
"""Where a pair of tyres goes when it moves."""
TYR_ROT = "TYR-ROT"
"""Catalogue item that swaps the axles."""
TYR_NEW = "TYR-NEW"
"""Catalogue item that puts new tyres on: on both axles where none is named."""
FuelKind = Literal["petrol", "e10", "e27", "e85", "diesel", "ev", "hybrid"]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Tyres(_Facts):
    """The tyres on the car on the day they were fitted, new on both axles; `winter` where no set was mounted since."""

    fitted_at: date | None = None
    fitted_km: float | None = None
    new_mm: float | None = None
    winter: bool = False
    front_kpa: float | None = Field(None, description="placard pressure, cold")
    rear_kpa: float | None = Field(None, description="placard pressure, cold")


class TyreChange(_Facts):
    """Tyres moved between the axles, another set mounted, or new tyres put on.

    A set is known by its name; it comes back as it went. New tyres are on the axle named, else on both; other rubber
    than what they replace only where `winter` says so.
    """

    at: datetime | date
    kind: Literal["rotated", "mounted", "new"]
    set_name: str = ""
    winter: bool = False
    axle: Axle | None = None
    moved: bool = Field(False, description="before the new tyres went on, the pairs had swapped axles")
    new_mm: float | None = None
    odometer_km: float | None = None


class TreadReading(_Facts):
    """A tread depth somebody measured with a gauge."""

    time: datetime
    odometer_km: float | None = None
    axle: Axle
    tread_mm: float


class PadReading(_Facts):
    """A pad thickness somebody measured."""

    time: datetime
    odometer_km: float | None = None
    axle: Axle
    pad_mm: float


class Oil(_Facts):
    """The last oil change and the maker's limit."""

    changed_at: date | None = None
    changed_km: float | None = None
    km_max: float | None = None


class Battery(_Facts):
    """The 12 V battery."""

    kind: Literal["flooded", "agm"] | None = None
    fitted_at: date | None = None


class ServiceDone(_Facts):
    """A catalogue item the workshop completed: due dates count from here.

    New tyres may replace those of one axle only; with a rotation on that day they are on the other axle afterwards.
    """

    item: str
    at: date
    odometer_km: float | None = None
    axle: Axle | None = None


class OdometerCorrection(_Facts):
    """From this instant on the dashboard shows `shown_km` where the car has done `true_km`."""

    at: datetime
    shown_km: float
    true_km: float
    reason: str = ""


class MaintenanceRule(_Facts):
    """When a catalogue item falls due: distance, time, engine revolutions, tread, pads or a trouble code, whichever
    comes first.

    `codes` holds beginnings of trouble codes: P0128 for one, P03 for all misfires. `off`: the item is not proposed.
    """

    item: str
    km: float | None = None
    months: float | None = None
    tread_mm: float | None = None
    pad_mm: float | None = None
    revolutions: float | None = None
    codes: list[str] = []
    once: bool = False
    off: bool = False


class FleetQuantiles(_Facts):
    """10th, 50th and 90th percentile over cars of one model."""

    low: float
    median: float
    high: float


class ModelFleet(_Facts):
    """Other cars of the same model: how many were counted, and how they do; None where too few tell."""

    cars: int
    fuel_l_per_100km: FleetQuantiles | None = None
    front_mm_per_1000km: FleetQuantiles | None = None
    rear_mm_per_1000km: FleetQuantiles | None = None


class VehicleFacts(_Facts):
    """Facts of one vehicle. A learned value given here (`ve_vd_l`, `speed_scale`) is used as given."""

    mass_kg: float | None = None
    cda_m2: float | None = None
    crr: float | None = None
    rated_kw: float | None = None
    displacement_l: float | None = None
    fuel: FuelKind | None = None
    tank_l: float | None = None
    traction_kwh: float | None = Field(None, description="usable energy of the traction battery")
    driven_axle: Literal["front", "rear", "all"] | None = None
    ve_vd_l: float | None = None
    speed_scale: float | None = None
    speed_floored: bool | None = None
    oil_temp_source: Literal["oil", "model", "coolant_lagged", "coolant"] | None = None
    tyres: Tyres | None = None
    tyre_changes: list[TyreChange] = Field([], description="beside rotations among the services")
    odometer_corrections: list[OdometerCorrection] = []
    gauge: list[TreadReading] = []
    pads: list[PadReading] = []
    oil: Oil | None = None
    battery: Battery | None = None
    registered_at: date | None = Field(None, description="first day on the road: start of every calendar limit")
    services: list[ServiceDone] = []
    rules: list[MaintenanceRule] | None = Field(None, description="None = the default catalogue")
    owned_since: datetime | None = Field(None, description="what stays with a person counts from here")
    fleet: ModelFleet | None = None
