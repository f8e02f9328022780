"""What the car burns, from how its engine breathes. Section 4 of the model notes."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.fuel_rungs import ambient_kpa
from health.history import History
from health.policy import FuelPolicy, Policy
from health.quality import Floats, Integers
from health.samples import Samples
from schemas.frames import Columns

COLUMNS: Columns = {
    "fuel_code": pl.Float64,        # PID 51, the code most often read
    "idle_watched_s": pl.Float64,   # idle with manifold pressure known
    "idle_open_s": pl.Float64,      # of it, with the manifold near ambient pressure
    "run_watched_s": pl.Float64,    # running with manifold pressure known
    "run_vacuum_s": pl.Float64,     # of it, with a clear vacuum
    "boosted_s": pl.Float64,        # of it, clearly above ambient
    "silent_km": pl.Float64,        # driven with the engine known to stand
    "engine_read_s": pl.Float64,    # time with an engine speed read
    "traction_s": pl.Float64,       # time with a traction battery read
}
"""Columns of one group."""

CODES = {1: "petrol", 2: "petrol", 3: "petrol", 4: "diesel", 8: "ev", 9: "petrol", 17: "hybrid", 18: "hybrid",
         19: "diesel", 20: "hybrid", 23: "diesel"}
"""PID 51 by kind. SAE J1979; gaseous fuels are left out: nothing here models them."""


def per_group(samples: Samples, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Evidence on the kind of engine, in seconds and km."""
    p = policy.fuel
    rpm, pressure = samples.read("engine_rpm"), samples.read("map_kpa") / ambient_kpa(samples, p)
    speed = samples.speed_kmh
    idle = (rpm >= p.diesel_idle_rpm_low) & (rpm <= p.diesel_idle_rpm_high) & (speed == 0) & ~np.isnan(pressure)
    running = (rpm > policy.trips.engine_on_rpm) & ~np.isnan(pressure)
    seconds = samples.seconds
    still = np.where((rpm == 0) & (speed >= policy.trips.moving_kmh), samples.speed_m_s, 0.0)
    return {
        "fuel_code": samples.segments.greatest(samples.read("fuel_type_code")),
        "idle_watched_s": seconds(idle),
        "idle_open_s": seconds(idle & (pressure > p.diesel_map_ratio)),
        "run_watched_s": seconds(running),
        "run_vacuum_s": seconds(running & (pressure < p.vacuum_map_ratio)),
        "boosted_s": seconds(running & (pressure > p.boost_map_ratio)),
        "silent_km": samples.integral(still) / 1000,
        "engine_read_s": seconds(~np.isnan(rpm)),
        "traction_s": seconds(~np.isnan(samples.read("traction_soc_pct"))),
    }


def kind_of(history: History, policy: FuelPolicy) -> str | None:
    """Kind of engine the readings show: petrol, diesel, ev, hybrid; None where they do not tell."""
    return _by_code(history) or _by_traction(history, policy) or _by_idle(history) or _by_vacuum(history, policy)


def _by_code(history: History) -> str | None:
    codes = history.read("fuel_code")
    codes = codes[~np.isnan(codes)].astype(int)
    return CODES.get(int(np.bincount(codes).argmax())) if len(codes) else None


def _by_traction(history: History, policy: FuelPolicy) -> str | None:
    """A traction battery, or driving with the engine at rest, shows an electric motor."""
    turning = history.total("engine_read_s") > 0 and history.total("engine_s") > 0
    if turning and history.total("silent_km") > max(1.0, policy.hybrid_share * history.total("speed_km")):
        return "hybrid"
    return "ev" if history.total("traction_s") > 0 and not history.total("engine_read_s") > 0 else None


def _by_idle(history: History) -> str | None:
    """Majority of idle seconds with the manifold near ambient pressure: nothing throttles a diesel."""
    watched, open_s = history.total("idle_watched_s"), history.total("idle_open_s")
    if not watched > 0:
        return None
    return "diesel" if open_s > watched / 2 else "petrol"


def _by_vacuum(history: History, policy: FuelPolicy) -> str | None:
    """Without any idle: a throttled engine shows vacuum some of the time, a diesel never."""
    watched, vacuum = history.total("run_watched_s"), history.total("run_vacuum_s")
    if not watched >= policy.vacuum_running_s:
        return None
    return "petrol" if vacuum > policy.vacuum_share * watched else "diesel"
