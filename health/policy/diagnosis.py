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
