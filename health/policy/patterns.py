"""Constants of patterns of use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PatternPolicy:
    """Patterns of trips and weeks. Section 4 of the model notes."""

    warm_c: float = 70.0
    """Below this the engine is cold [degC]. K"""
    cold_start_c: float = 50.0
    """A start with the coolant below this is a cold one [degC]. K: 6-8 h of standing in mild weather"""
    airflow_kmh: float = 20.0
    """From this speed on air sensors tell of the air outside [km/h]. K"""
    short_km: float = 5.0
    """Shorter trips hardly warm the oil [km]. K"""
    sigma_share: float = 0.03
    """Absolute 1-sigma error of a share [1]. K"""
    sigma_speed: float = 0.015
    """Relative 1-sigma error of speeds [1]. M, as the integral of wheel speed"""
    sigma_outside_c: float = 3.0
    """1-sigma error of the temperature outside [K]. K: sensors behind the bumper"""
