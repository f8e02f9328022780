"""What a dongle tells of a history, as readings: rounded to its PIDs, with what it loses."""

import numpy as np
import polars as pl

from dev.backtest.fleet import Car
from device_sim import CarHistory, Dongle, Sins
from device_sim.dongle.readings import take
from schemas.frames import TIME
from schemas.signals import BY_ALIAS

POSITION = frozenset({"lat", "lon", "heading"})
LOST_SAMPLES = 0.003


def readings_of(history: CarHistory, car: Car) -> pl.DataFrame:
    """The stored readings of a car: without positions where the owner did not consent."""
    missing = frozenset() if car.located else POSITION
    dongle = Dongle(sins=Sins(sample_loss=LOST_SAMPLES, missing=missing))
    taken = take(history, dongle, np.random.default_rng([car.seed, len(history.epoch_ms)]))
    columns = {BY_ALIAS[alias].column: np.where(taken.read[:, place], taken.steps[:, place] * scale, np.nan)
               for place, (alias, scale) in enumerate(zip(taken.aliases, taken.scales, strict=True))}
    frame = pl.DataFrame({"time": taken.epoch_ms} | columns).with_columns(
        pl.col("time").cast(pl.Datetime("ms", "UTC")).cast(TIME), vehicle=pl.lit(car.spec.name))
    return frame.fill_nan(None)
