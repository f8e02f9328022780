"""Constants of forecasts and findings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ForecastPolicy:
    """When a need is reached. Section 10 of the model notes."""

    history_d: int = 180
    """Past that speaks about the future [d]. M"""
    half_life_d: float = 60.0
    """Weight of a past week halves with this age [d]. M"""
    level_half_life_d: float = 40.0
    """Half-life of the weights behind the present level [d]. M: shorter follows changes, longer is steadier"""
    season_sigma: float = 0.02
    """1-sigma of the yearly wave of a driver, of the square root of use [1]. M: more would see waves in noise"""
    season_d: float = 365.25
    """Length of the wave [d]."""
    paths: int = 400
    """Possible futures drawn [1]. M"""
    sigma_rate: float = 0.14
    """Lognormal 1-sigma of what changed lately and is not yet seen [1]. M: 80 % intervals then cover 78-92 %"""
    sigma_drift: float = 0.35
    """Lognormal 1-sigma by which a life drifts within half a year, as a random walk [1]. M: the same"""
    horizon_d: int = 1096
    """Nothing is said beyond three years [d]."""
    prior_km_d: float = 35.0
    prior_sigma: float = 0.6
    prior_weight_d: float = 14.0
    """Usage of a car nobody knows [km/d], its lognormal 1-sigma [1], and the days it weighs in the beginning. K"""
    silent_d: int = 30
    """Without any driving for this long only the calendar counts [d]. K"""


@dataclass(frozen=True)
class FindingPolicy:
    """When something is worth a sentence. K"""

    service_days: int = 30
    """A service due within this time is mentioned [d]."""
    tread_days: int = 180
    """So is a tyre change [d]."""
    recent_km: float = 1400.0
    motorway_share: float = 0.70
    """Distance looked back on for the use of motorways [km], and the share of it that is worth a word [1]."""
    recent_days: int = 30
    """Time looked back on for congestion and consumption [d]."""
    congestion_share: float = 0.25
    congestion_rise: float = 0.10
    """Congested share of time, and its rise over the time before [1]."""
    least_km: float = 200.0
    """Distance on both sides of a comparison [km]."""
    gap_share: float = 0.05
    """Unobserved share of the driving time [1]."""
    overdue_share: float = 1.5
    """Intervals since registration after which somebody else must have done a first service [1]."""
