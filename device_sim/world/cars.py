"""Car models and what is hidden in one particular car."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Energy = Literal["petrol", "diesel", "electric"]
Axle = Literal["front", "rear"]

_BODY = ("speed", "lat", "lon", "heading", "batt")
_ENGINE = ("rpm", "load", "coolant", "iat", "throttle", "fuel")


@dataclass(frozen=True)
class CarModel:
    """What the maker built. Figures are of no particular make, typical of their class."""

    name: str
    energy: Energy
    mass_kg: float
    cda_m2: float
    crr: float
    rated_kw: float
    driven: Axle
    front_weight: float        # static share of weight on the front axle
    displacement_l: float
    idle_rpm: float
    rpm_per_kmh: tuple[float, ...]  # one per gear
    tank_l: float
    boost_kpa: float           # most the turbo adds
    signals: tuple[str, ...]   # aliases the car answers
    floors_speed: bool = False
    fuel_type_code: int = 1    # PID 51: 1 petrol, 4 diesel, 8 electric


_SIX = (112.0, 64.0, 44.0, 33.0, 26.5, 22.0)
_LONG_SIX = (96.0, 54.0, 36.0, 27.0, 22.0, 18.5)
_FIVE = (125.0, 70.0, 47.0, 36.0, 29.5)

MODELS: dict[str, CarModel] = {
    model.name: model
    for model in (
        CarModel("sedan_maf", "petrol", 1340, 0.62, 0.0095, 92, "front", 0.61, 1.6, 720, _SIX, 52, 0,
                 (*_BODY, *_ENGINE, "maf", "map", "odo")),
        CarModel("hatch_map", "petrol", 1130, 0.64, 0.0102, 76, "front", 0.62, 1.5, 750, _FIVE, 42, 0,
                 (*_BODY, *_ENGINE, "map", "stft", "ltft")),  # no MAF, no odometer
        CarModel("suv_turbo", "petrol", 1620, 0.78, 0.0100, 135, "front", 0.59, 1.8, 740, _SIX, 62, 110,
                 (*_BODY, *_ENGINE, "maf", "fuel_rate", "odo")),
        CarModel("saloon_rear", "petrol", 1590, 0.63, 0.0095, 150, "rear", 0.51, 2.0, 700, _LONG_SIX, 59, 120,
                 (*_BODY, *_ENGINE, "maf", "lambda", "stft", "ltft", "odo")),
        CarModel("wagon_diesel", "diesel", 1530, 0.66, 0.0095, 110, "front", 0.60, 2.0, 800, _LONG_SIX, 55, 130,
                 (*_BODY, *_ENGINE, "maf", "map", "fuel_type", "odo"), fuel_type_code=4),  # no fuel rate
        CarModel("van_diesel", "diesel", 1950, 1.02, 0.0105, 103, "front", 0.57, 2.0, 820, _SIX, 70, 125,
                 (*_BODY, *_ENGINE, "map", "fuel_rate", "odo"), floors_speed=True, fuel_type_code=4),
        CarModel("compact_electric", "electric", 1680, 0.66, 0.0090, 120, "front", 0.53, 0, 0, (), 0, 0,
                 (*_BODY, "soc", "ambient", "odo"), fuel_type_code=8),
    )
}


@dataclass(frozen=True)
class Hidden:
    """Coefficients of one car that nobody outside the simulator knows; health has to do without them."""

    speed_scale: float         # shown / true
    odometer_scale: float
    air_meter_bias: float      # shown / true, minus 1
    injector_bias: float       # what trims cannot see
    breathing: float           # volumetric efficiency at best
    indicated_efficiency: float
    friction_scale: float
    rolling_scale: float
    accessories_w: float
    wear_scale: float
    wear_exponent: float       # of friction power; 1 is Archard's law
    toe_front_rad: float
    toe_rear_rad: float
    pressure_deficit: float    # share below placard
    rest_v: float
    charge_v: float
    sender_bend: float         # how far the fuel sender is from linear
    fuel_kg_l: float


@dataclass(frozen=True)
class HiddenParts:
    """The same of parts and fillings: what pads and oil are worth."""

    pad_scale: float           # wear against the mean pad
    oil_scale: float           # ageing against the mean oil


def draw_hidden_parts(rng: np.random.Generator) -> HiddenParts:
    """Pads differ by maker more than oils do, which are made to a norm."""
    pad, oil = np.exp(np.array([0.30, 0.12]) * np.clip(rng.standard_normal(2), -2, 2))
    return HiddenParts(float(pad), float(oil))


_INDICATED = {"petrol": 0.402, "diesel": 0.425, "electric": 0.90}
_DENSITY = {"petrol": 0.745, "diesel": 0.835, "electric": 1.0}


def draw_hidden(model: CarModel, rng: np.random.Generator) -> Hidden:
    """One car off the line: spreads are those of production, sensors and tyre brands."""

    def near(mean: float, spread: float) -> float:
        return float(mean + spread * np.clip(rng.standard_normal(), -2, 2))

    return Hidden(
        speed_scale=near(1.0, 0.006), odometer_scale=near(1.0, 0.0015),
        air_meter_bias=near(0.0, 0.02), injector_bias=near(0.0, 0.015), breathing=near(0.88, 0.025),
        indicated_efficiency=near(_INDICATED[model.energy], 0.007), friction_scale=near(1.0, 0.07),
        rolling_scale=near(1.0, 0.06), accessories_w=near(420, 70),
        wear_scale=float(np.exp(near(0.0, 0.22))), wear_exponent=near(1.0, 0.05),
        toe_front_rad=near(0.0029, 0.0004), toe_rear_rad=near(0.0031, 0.0005),
        pressure_deficit=abs(near(0.03, 0.04)), rest_v=near(12.58, 0.08), charge_v=near(14.2, 0.12),
        sender_bend=near(0.0, 0.04), fuel_kg_l=near(_DENSITY[model.energy], 0.004),
    )
