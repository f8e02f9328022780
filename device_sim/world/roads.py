"""Roads: what traffic on each of them does to a driver."""

from dataclasses import dataclass
from enum import IntEnum


class Road(IntEnum):
    """Where a second was spent, as the world knows it."""

    CONGESTED = 0
    URBAN = 1
    MOTORWAY = 2


@dataclass(frozen=True)
class Traffic:
    """How a stretch looks: its pieces between two changes of speed, and what ends them."""

    piece_m: float             # median length
    piece_spread: float        # sigma of ln(length)
    target_kmh: float          # mean of the speed aimed at
    target_spread_kmh: float
    least_kmh: float
    stop_chance: float         # a piece ends at a light or in a queue
    stop_s: float              # mean standstill
    turn_chance: float         # a piece ends in a crossing where the car turns
    ripple_m_s: float          # wandering of speed while cruising
    curve_rad: float           # how much the road winds ...
    curve_m: float             # ... over which length
    roughness: float           # abrasion of the surface against the mean road
    undulation: float          # share of the land's slopes the road keeps: motorways cut and fill


TRAFFIC: dict[Road, Traffic] = {
    Road.CONGESTED: Traffic(75, 0.75, 21, 8, 6, 0.48, 16, 0.02, 0.55, 0.05, 60, 1.25, 1.0),
    Road.URBAN: Traffic(330, 0.55, 51, 8, 25, 0.36, 26, 0.14, 0.65, 0.13, 110, 1.10, 1.0),
    Road.MOTORWAY: Traffic(2600, 0.60, 112, 9, 75, 0.004, 35, 0.0, 0.70, 0.18, 1200, 0.78, 0.6),
}
