"""Who plays in the demo: one store, its advisor, and six customers with cars that have something to tell."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from device_sim import CarSpec, InitialState
from schemas.vehicle import FuelKind, Tyres, VehicleFacts

STORE_CODE = "JN01"


@dataclass(frozen=True)
class Service:
    """A job the workshop did before the story begins."""

    item: str
    days_ago: int
    km_ago: float


@dataclass(frozen=True)
class Player:
    """A customer, the car, who drives it how, and what is known of it when the story begins."""

    device_id: str
    name: str
    phone: str
    sex: Literal["male", "female"]
    plate: str
    vin: str
    make_model: tuple[str, str]
    model: str
    driver: str
    fuel: FuelKind
    mass_kg: float
    displacement_l: float | None
    odometer_km: float
    tread_mm: tuple[float, float]
    gauged: bool = True
    driven_axle: Literal["front", "rear"] = "front"
    located: bool = True
    services: tuple[Service, ...] = field(default=())

    def spec(self) -> CarSpec:
        """The car as the simulator builds it; what is hidden in it nobody here knows."""
        return CarSpec(self.device_id, self.model, self.driver, InitialState(self.odometer_km, *self.tread_mm))

    def facts(self, begin: date) -> VehicleFacts:
        """What the dealership wrote into the vehicle file."""
        return VehicleFacts(mass_kg=self.mass_kg, displacement_l=self.displacement_l, fuel=self.fuel,
                            driven_axle=self.driven_axle, registered_at=begin - timedelta(days=900),
                            tyres=Tyres(new_mm=8.0))


KEPT_UP = tuple(Service(item, 300, 9_000) for item in (
    "FLT-AIR", "FLT-CAB", "FLT-FUEL", "PLUG", "PM-MAJOR", "BRK-FLUID", "COOLANT", "WIPER", "AC-CLEAN", "BAT-12V"))
"""What was done at the last big visit, so that nothing else is due."""

CAST: tuple[Player, ...] = (
    Player("demo-zhang", "张强", "13800138001", "male", "鲁A12345", "LSVAM4187C2184841", ("Example", "Sedan 1.6"),
           "sedan_maf", "commuter", "petrol", 1340, 1.6, 28_400, (6.4, 7.0),
           services=(*KEPT_UP, Service("PM-MINOR", 240, 8_700), Service("TYR-ROT", 200, 6_000))),
    Player("demo-wang", "王芳", "13800138002", "female", "鲁A23456", "LSVAM4187C2184842", ("Example", "Saloon 2.0T"),
           "saloon_rear", "motorway", "petrol", 1590, 2.0, 61_200, (5.6, 3.6), driven_axle="rear",
           services=(*KEPT_UP, Service("PM-MINOR", 40, 2_500), Service("TYR-ROT", 40, 2_500))),
    Player("demo-li", "李娜", "13800138003", "female", "鲁AD12345", "LSVAM4187C2184843", ("Example", "Hatch 1.5"),
           "hatch_map", "city", "petrol", 1130, 1.5, 19_800, (4.0, 6.1),
           services=(*KEPT_UP, Service("PM-MINOR", 335, 7_900), Service("TYR-ROT", 60, 2_000))),
    Player("demo-ouyang", "欧阳明", "13800138004", "male", "鲁A34567", "LSVAM4187C2184844",
           ("Example", "Wagon 2.0 TDI"), "wagon_diesel", "motorway", "diesel", 1530, 2.0, 88_300, (5.2, 6.0),
           gauged=False,
           services=(*KEPT_UP, Service("PM-MINOR", 150, 6_400), Service("TYR-ROT", 30, 1_200))),
    Player("demo-zhao", "赵磊", "13800138005", "male", "鲁A45678", "LSVAM4187C2184845", ("Example", "SUV 1.8T"),
           "suv_turbo", "weekend", "petrol", 1620, 1.8, 12_100, (7.2, 7.4),
           services=(*KEPT_UP, Service("PM-MINOR", 120, 3_000), Service("TYR-ROT", 120, 3_000))),
    Player("demo-chen", "陈静", "13800138006", "female", "鲁AD23456", "LSVAM4187C2184846", ("Example", "Compact EV"),
           "compact_electric", "commuter", "ev", 1680, None, 33_700, (5.8, 6.3), located=False,
           services=(*KEPT_UP, Service("EV-CHK", 345, 16_800), Service("TYR-ROT", 90, 4_000))),
)
"""Mobile numbers are of a form that exists, so these customers are marked unsendable."""
