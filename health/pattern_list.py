"""Patterns of trips, of weeks, and of the present owner's whole time: the sums of trips as shares and means."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from health.distance import Mileage
from health.figures import absolute, relative
from health.fuel import Fuel
from health.history import History, known_sum, ratio
from health.policy import PatternPolicy, Policy
from health.quality import Booleans, Floats
from health.road_mix import road_mix
from schemas.quantity import Q
from schemas.report_use import Pattern, Week

SUMS = ("idle_s", "engine_s", "cold_s", "coolant_s", "idle_flow", "congested_flow", "flow", "pull_m2_s2", "moved_m",
        "driven_s")
Sums = Mapping[str, float]


def pattern(history: History, policy: Policy) -> Pattern:
    """Pattern over the whole history."""
    table = _table(history)
    sums = {name: known_sum(values) for name, values in table.items()}
    return _pattern(sums, _greatest(history.read("top_kmh")), _mean(history.read("outside_c")), policy.patterns)


def patterns(history: History, policy: Policy) -> list[Pattern]:
    """Pattern of each group."""
    table, top, outside = _table(history), history.read("top_kmh"), history.read("outside_c")
    return [_pattern({name: float(values[i]) for name, values in table.items()}, float(top[i]), float(outside[i]),
                     policy.patterns) for i in range(len(history))]


def _table(history: History) -> dict[str, Floats]:
    known = {name: history.read(name) for name in SUMS if name not in ("moved_m", "driven_s")}
    metres = np.fmax(history.read("speed_km"), history.read("receiver_km")) * 1000
    return known | {"moved_m": metres, "driven_s": history.read("observed_s")}


def _pattern(sums: Sums, top_kmh: float, outside_c: float, p: PatternPolicy) -> Pattern:
    return Pattern(
        idle_time=_share(sums["idle_s"], sums["engine_s"], "engine_rpm", p),
        cold_time=_share(sums["cold_s"], sums["coolant_s"], "coolant_c", p),
        idle_fuel=_share(sums["idle_flow"], sums["flow"], "fuel", p),
        congested_fuel=_share(sums["congested_flow"], sums["flow"], "fuel", p),
        mean_kmh=relative(ratio(sums["moved_m"], sums["driven_s"]) * 3.6, p.sigma_speed, "speed", "km/h"),
        top_kmh=relative(top_kmh, p.sigma_speed, "speed", "km/h"),
        acceleration_m_s2=relative(ratio(sums["pull_m2_s2"], sums["moved_m"]), 2 * p.sigma_speed, "speed", "m/s2"),
        outside_c=absolute(outside_c, p.sigma_outside_c, "air", "degC"))


def _share(part: float, whole: float, source: str, p: PatternPolicy) -> Q:
    share = min(ratio(part, whole), 1.0)
    return absolute(share, p.sigma_share if 0 < share < 1 else 0.0, source, "1", least=0.0, most=1.0)


def _greatest(values: Floats) -> float:
    return float(np.fmax.reduce(values, initial=np.nan))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def cold_starts(history: History, p: PatternPolicy) -> list[bool | None]:
    """Whether each group began with a cold engine; None where the coolant was not read."""
    start = history.read("start_c")
    return [None if np.isnan(c) else bool(c < p.cold_start_c) for c in start]


def short_trips(mileage: Mileage, p: PatternPolicy) -> list[bool | None]:
    """Whether each group was too short to warm the oil; None where its distance is unknown."""
    return [None if np.isnan(km) else bool(km < p.short_km) for km in mileage.trip_km]


def weekly(history: History, mileage: Mileage, fuel: Fuel, zone: ZoneInfo, policy: Policy) -> list[Week]:
    """Weeks with at least one trip, oldest first; each trip belongs to the week it began in."""
    days = history.rows["start"].dt.convert_time_zone(str(zone)).dt.truncate("1w").dt.date()
    kept = history.kept
    return [_week(monday, (days == monday).to_numpy() & kept, history, mileage, fuel, policy)
            for monday in days.filter(pl.Series(kept)).unique().sort()]


def _week(monday: date, chosen: Booleans, history: History, mileage: Mileage, fuel: Fuel, policy: Policy) -> Week:
    part = history.part(chosen)
    km, litres = mileage.trip_km[chosen], fuel.trip_l[chosen]
    # A sum with a part unknown would be too small and read as a saving.
    whole_l = float(litres.sum())
    driven_km, p = known_sum(km), policy.patterns
    sigma = max((sigma for sigma, take in zip(fuel.trip_sigma, chosen, strict=True) if take), default=0.0)
    source = "+".join(sorted({name for name, take in zip(fuel.trip_source, chosen, strict=True) if take and name}))
    cold = [start for start in cold_starts(part, p) if start is not None]
    return Week(
        monday=monday, first=part.rows["start"][0], last=part.rows["end"].max(), trips=len(part),
        cold_starts=sum(cold) if cold else None,
        short_trips=int((km < p.short_km).sum()) if np.isfinite(driven_km) else None,
        distance_km=relative(driven_km, policy.mileage.sigma_speed, "trips", "km"),
        driving_s=relative(part.total("observed_s"), 0.0, "readings", "s"),
        fuel_l=relative(whole_l, sigma, source, "L"),
        fuel_l_per_100km=relative(_per_100km(whole_l, driven_km, policy), sigma, source, "L/100km"),
        pattern=pattern(part, policy), road_mix=road_mix(part, policy.road))


def _per_100km(litres: float, km: float, policy: Policy) -> float:
    return litres / km * 100 if km >= policy.fuel.per_100km_from_km else float("nan")
