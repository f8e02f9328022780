"""Constants of harsh events and the driving score."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class EventPolicy:
    """Harsh events and score. Section 9 of the model notes."""

    threshold_m_s2: dict[str, float] = field(default_factory=lambda: {"brake": 3.0, "accel": 2.5, "corner": 3.5})
    strong_m_s2: dict[str, float] = field(default_factory=lambda: {"brake": 4.0, "accel": 3.5, "corner": 4.5})
    """An event, and a strong one, from this acceleration on [m/s2]. S: within the range of common products"""
    refractory_s: int = 2
    """Exceedances this close to each other are one event [s]. K"""
    longest_gap_s: float = 3.0
    """Across longer intervals speed says nothing about acceleration [s]. K"""
    brake_from_kmh: float = 15.0
    """Braking counts from this speed on [km/h]: below it, it is parking. K"""
    score_from_km: float = 50.0
    """No score below this distance [km]. K"""
    weight: dict[str, float] = field(default_factory=lambda: {
        "brake": 0.25, "brake_strong": 0.35, "accel": 0.10, "corner": 0.20})
    """Weight of each rate in the score [1]. K"""
    usual_per_100km: dict[str, dict[str, float]] = field(default_factory=lambda: {
        "brake": {"highway": 0.5, "urban": 4.0, "congested": 8.0, "standing": 8.0},
        "brake_strong": {"highway": 0.1, "urban": 0.5, "congested": 0.8, "standing": 0.8},
        "accel": {"highway": 0.5, "urban": 4.0, "congested": 8.0, "standing": 8.0},
        "corner": {"highway": 0.5, "urban": 3.0, "congested": 2.0, "standing": 2.0}})
    """Median rate of a fleet by road type [1/100 km]. K: until the fleet itself is counted"""
    shrinkage_100km: float = 2.0
    """The usual rate weighs as much as this distance [100 km]. K"""
