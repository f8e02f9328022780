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

    wheel_scale: float         # shown / true speed on half-worn tyres
    odometer_scale: float      # what the odometer makes of the wheels' turns
    air_meter_bias: float      # shown / true, minus 1
    injector_bias: float       # of fuel rate, and of metered air once trims have corrected it
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


TYRE_BRANDS, PAD_MAKERS, _OILS = 0.22, 0.30, 0.12
"""Lognormal 1-sigma of wear and ageing between makes. Tyre brands' means span 52 to 82 mg/km/t (OeAMTC/ADAC), and tyres
of one brand differ too; pads are published at 15 to 80 mm3/MJ; oils are made to a norm."""


def draw_hidden_parts(rng: np.random.Generator) -> HiddenParts:
    """What the car was delivered with, or last fitted with before the story."""
    pad, oil = np.exp(np.array([PAD_MAKERS, _OILS]) * np.clip(rng.standard_normal(2), -2, 2))
    return HiddenParts(float(pad), float(oil))


_INDICATED = {"petrol": 0.402, "diesel": 0.425, "electric": 0.90}
_DENSITY = {"petrol": 0.745, "diesel": 0.835, "electric": 1.0}

_INJECTORS = 0.03
"""1-sigma of what an engine computer says it injects: fuel rate +-3 %; type approval asks for 5 % (EU 2018/1189)."""
_AIR_METER = 0.041
"""1-sigma of an air meter: fuel by MAF and by injectors differ by 5.1 % on 111 cars (HEM Data), of which 3 % are the
injectors'. Their mean, 2.8 % less by MAF, is left out: a tenth of ethanol in American petrol needs 4 % less air."""
_WHEELS = 0.011
"""1-sigma of wheel speed on half-worn tyres. With any tread it is 1.2 %: on real cars wheel speed and satellites differ
by 0.9 % in the median and by 1.7 % at p90."""
_ODOMETER = 0.0015
"""1-sigma of an odometer against the wheels it counts: a rounded constant. Our own choice."""


def draw_hidden(model: CarModel, rng: np.random.Generator) -> Hidden:
    """One car off the line: spreads are those of production, sensors and tyre brands."""

    def near(mean: float, spread: float) -> float:
        return float(mean + spread * np.clip(rng.standard_normal(), -2, 2))

    return Hidden(
        wheel_scale=near(1.0, _WHEELS), odometer_scale=near(1.0, _ODOMETER),
        air_meter_bias=near(0.0, _AIR_METER), injector_bias=near(0.0, _INJECTORS), breathing=near(0.88, 0.025),
        indicated_efficiency=near(_INDICATED[model.energy], 0.007), friction_scale=near(1.0, 0.07),
        rolling_scale=near(1.0, 0.06), accessories_w=near(420, 70),
        wear_scale=float(np.exp(near(0.0, TYRE_BRANDS))), wear_exponent=near(1.0, 0.05),
        toe_front_rad=near(0.0029, 0.0004), toe_rear_rad=near(0.0031, 0.0005),
        pressure_deficit=abs(near(0.03, 0.04)), rest_v=near(12.58, 0.08), charge_v=near(14.2, 0.12),
        sender_bend=near(0.0, 0.04), fuel_kg_l=near(_DENSITY[model.energy], 0.004),
    )
