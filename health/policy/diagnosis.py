"""Constants of trouble codes and of slow faults: thermostat, fuel trims."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CodePolicy:
    """Trouble codes."""

    restart_km: float = 0.5
    """PID 31 counts whole km: a step back by more than this is a new start [km]. SAE J1979"""
    advise_d: int = 14
    """A code that can wait for a visit asks for one within this time [d]. K"""
    cleared_d: int = 30
    """Codes cleared within this time are worth a question [d]. K"""


@dataclass(frozen=True)
class CoolingPolicy:
    """Thermostat."""

    warm_after_s: float = 900.0
    """After so long of running the engine is at the temperature its thermostat holds [s]. S: monitors of P0128"""
    driving_kmh: float = 30.0
    """Air through the radiator shows a thermostat that does not close [km/h]. K"""
    least_readings: int = 60
    """Fewer readings of the long warm engine say nothing of a trip [1]. K"""
    recent_trips: int = 5
    baseline_trips: int = 10
    """Latest trips looked at, and earlier ones needed to compare with [1]. K"""
    baseline_d: int = 365
    """The past that is compared with reaches back so far [d]. K: a whole year of seasons"""
    cold_outside_c: float = -7.0
    """Colder trips are left out [degC]. S: monitors of P0128 stop at 20 F"""
    regulating_c: float = 82.0
    """Where the coolest usual thermostats regulate, for cars without a past of their own [degC]. S"""
    malfunction_k: float = 11.0
    """A warm engine this much colder has a faulty thermostat [K]. S: 20 F, 13 CCR 1968.2 (e)(10)"""
    drift_k: float = 6.0
    """A warm engine this much colder than it used to be is worth a look [K]. K"""
    start_below_c: float = 50.0
    """Warm-up is timed from starts colder than this [degC]. K"""
    sigma_c: float = 1.0
    """1-sigma error of a steady temperature [K]. SAE J1979: steps of 1 K"""


@dataclass(frozen=True)
class TrimPolicy:
    """Fuel trims."""

    high_load_pct: float = 60.0
    """Calculated load from which on the engine works hard [%]. K"""
    least_s: float = 30.0
    """Shorter running in a range of load says nothing of a trip [s]. K"""
    recent_trips: int = 10
    baseline_trips: int = 20
    baseline_d: int = 365
    """Latest trips looked at, earlier ones needed to compare with [1], and how far back those reach [d]. K"""
    alarm_pct: float = 10.0
    """A lasting correction beyond this is worth a look [%]. Model notes, section 4. K"""
    drift_pct: float = 6.0
    """So is a change by this much against the car's own past [%]. K"""
    sigma_pct: float = 1.0
    """1-sigma error of a mean correction [%]. SAE J1979: steps of 0.8 %"""
