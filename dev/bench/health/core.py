"""The pure core: one vehicle-year, and a thousand vehicle-days in one call beside the plain loop."""

import resource
import statistics
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from dev.bench.health import plain_loop
from dev.bench.health.load import END, vehicle_days, vehicle_year
from dev.bench.results import Figure
from health.assess import assess

ROUNDS = 5
SHANGHAI = ZoneInfo("Asia/Shanghai")


def year() -> list[Figure]:
    """All estimators over one car's year."""
    readings = vehicle_year()
    assessed(readings)
    taken = [seconds(lambda: assessed(readings)) for _ in range(ROUNDS)]
    return [
        Figure("health.vehicle_year_s", statistics.median(taken), at_most=1.0),
        Figure("health.vehicle_year_samples", len(readings)),
        Figure("health.vehicle_year_signals", len(readings.columns) - 2),
    ]


def fleet() -> list[Figure]:
    """A thousand vehicle-days at once, rounds alternating with the loop and with one bare pass over the columns."""
    readings = vehicle_days()
    few = _sample(readings)  # the loop would take minutes for all
    assessed(readings)
    ours, loop, passes = [], [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: assessed(readings)))
        passes.append(seconds(lambda: memory_pass(readings)))
        loop.append(seconds(lambda: plain_loop.summarise(few)))
    rate, loop_rate = len(readings) / statistics.median(ours), len(few) / statistics.median(loop)
    return [
        Figure("health.samples_per_s", rate),
        Figure("health.loop_peer_samples_per_s", loop_rate),
        Figure("health.vs_loop_peer", rate / loop_rate, at_least=5),
        Figure("health.ratio_of_memory_pass", statistics.median(passes) / statistics.median(ours)),
        Figure("health.rss_mb_max", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    ]


def assessed(readings: pl.DataFrame) -> int:
    """Everything health has to say; returns for how many cars."""
    return len(assess(readings, {}, END, SHANGHAI))


def memory_pass(readings: pl.DataFrame) -> float:
    """Read every value of every signal once and write one array: less than that nobody can do."""
    total = np.zeros(len(readings))
    for name in readings.columns:
        if readings[name].dtype.is_numeric():
            total += readings[name].to_numpy()
    return float(total[-1])


def _sample(readings: pl.DataFrame) -> pl.DataFrame:
    """Every tenth car."""
    chosen = readings["vehicle"].unique(maintain_order=True).gather_every(10)
    return readings.filter(pl.col("vehicle").is_in(chosen.implode()))


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call [s]."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
