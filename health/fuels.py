"""Fuels: how much air they need and what they weigh."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LiquidFuel:
    """Stoichiometric air to fuel by mass [1] and density [kg/L]. K"""

    air_fuel: float
    kg_l: float


FUELS = {"petrol": LiquidFuel(14.7, 0.745), "hybrid": LiquidFuel(14.7, 0.745), "e10": LiquidFuel(14.1, 0.750),
         "e27": LiquidFuel(13.1, 0.754), "e85": LiquidFuel(9.8, 0.785), "diesel": LiquidFuel(14.5, 0.835)}
"""Fuels by the name of the vehicle file."""
