"""The data beside the checkout, where it lies: standard drive cycles and recordings of real cars."""

import numpy as np
import polars as pl
import pytest

from dev.accuracy.recordings import AFTERWARDS, Data

__all__ = ["AFTERWARDS", "chicago", "cycle", "cycle_recording", "cycles", "diesel", "electric", "needs_cycles",
           "needs_trips", "petrol"]

DATA = Data()
needs_cycles = pytest.mark.skipif(not DATA.cycles, reason=f"no drive cycles in {DATA.folder}")
needs_trips = pytest.mark.skipif(not DATA.recordings, reason=f"no recorded trips in {DATA.folder}")


def cycle(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Seconds and speeds [m/s] of a standard cycle."""
    return DATA.cycles[name].seconds, DATA.cycles[name].speed_m_s


def cycles() -> pl.DataFrame:
    """All cycles, each driven by a car of its name."""
    return pl.concat([cycle.readings() for cycle in DATA.cycles.values()])


def cycle_recording(name: str) -> pl.DataFrame:
    return DATA.cycles[name].readings()


def diesel() -> pl.DataFrame:
    """Trips of turbo-diesels, each as a car of its own."""
    return _burning("diesel")


def petrol() -> pl.DataFrame:
    """Recordings of small petrol cars, each as a car of its own."""
    return _burning("petrol")


def electric() -> pl.DataFrame:
    """Trips of an electric car whose receiver holds a fix for 14 s."""
    return _burning("ev").drop("label")


def chicago() -> pl.DataFrame:
    """GPS speeds of cars whose publisher counted their trips."""
    readings = DATA.driven_as_published
    assert readings is not None
    return readings


def _burning(fuel: str) -> pl.DataFrame:
    return pl.concat([recording.readings for recording in DATA.recordings if recording.fuel == fuel])
