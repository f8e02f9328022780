"""Patterns of trips, of weeks, and of the present owner's whole time: the sums of trips as shares and means."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from health.distance import Mileage
from health.figures import absolutes, relative, relatives
from health.fuel import Fuel
from health.history import History, known_sum, known_sums
from health.moments import instant
from health.policy import PatternPolicy, Policy
from health.quality import Floats, Integers
from health.road_mix import road_mixes
from health.segments import Segments, segments_of
from schemas.quantity import Q
from schemas.report_use import Pattern, Week

SUMS = ("idle_s", "engine_s", "cold_s", "coolant_s", "idle_flow", "congested_flow", "flow", "pull_m2_s2", "moved_m",
        "driven_s")


def pattern(history: History, policy: Policy) -> Pattern:
    """Pattern over the whole history."""
    sums = {name: np.array([known_sum(values)]) for name, values in _table(history).items()}
    top, outside = _greatest(history.read("top_kmh")), _mean(history.read("outside_c"))
    return _patterns(sums, np.array([top]), np.array([outside]), policy.patterns)[0]


def patterns(history: History, parts: Segments, policy: Policy) -> list[Pattern]:
    """Pattern of each part of a history."""
    sums = {name: known_sums(values, parts) for name, values in _table(history).items()}
    outside = history.read("outside_c")
    told = parts.count(~np.isnan(outside))
    mean = known_sums(outside, parts) / np.maximum(told, 1)
    return _patterns(sums, parts.greatest(history.read("top_kmh")), mean, policy.patterns)


def _table(history: History) -> dict[str, Floats]:
    known = {name: history.read(name) for name in SUMS if name not in ("moved_m", "driven_s")}
    metres = np.fmax(history.read("speed_km"), history.read("receiver_km")) * 1000
    return known | {"moved_m": metres, "driven_s": history.read("observed_s")}


def _patterns(sums: Mapping[str, Floats], top_kmh: Floats, outside_c: Floats, p: PatternPolicy) -> list[Pattern]:
    mean_kmh = _ratios(sums["moved_m"], sums["driven_s"]) * 3.6
    figures = {
        "idle_time": _shares(sums["idle_s"], sums["engine_s"], "engine_rpm", p),
        "cold_time": _shares(sums["cold_s"], sums["coolant_s"], "coolant_c", p),
        "idle_fuel": _shares(sums["idle_flow"], sums["flow"], "fuel", p),
        "congested_fuel": _shares(sums["congested_flow"], sums["flow"], "fuel", p),
        "mean_kmh": relatives(mean_kmh, p.sigma_speed, "speed", "km/h"),
        "top_kmh": relatives(top_kmh, p.sigma_speed, "speed", "km/h"),
        "acceleration_m_s2": relatives(_ratios(sums["pull_m2_s2"], sums["moved_m"]), 2 * p.sigma_speed, "speed",
                                       "m/s2"),
        "outside_c": absolutes(outside_c, p.sigma_outside_c, "air", "degC"),
    }
    return [Pattern(**dict(zip(figures, found, strict=True))) for found in zip(*figures.values(), strict=True)]


def _ratios(part: Floats, whole: Floats) -> Floats:
    """Quotients; NaN where the whole is not positive."""
    result: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return result


def _shares(part: Floats, whole: Floats, source: str, p: PatternPolicy) -> list[Q]:
    share = np.minimum(_ratios(part, whole), 1.0)
    sigma = np.where((share > 0) & (share < 1), p.sigma_share, 0.0)
    return absolutes(share, sigma, source, "1", least=0.0, most=1.0)


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
    trips = np.flatnonzero(history.kept)
    driven = history.part(history.kept)
    mondays = driven.rows["start"].dt.convert_time_zone(str(zone)).dt.truncate("1w").dt.date()
    weeks = segments_of(mondays.to_physical().to_numpy())
    characters = zip(patterns(driven, weeks, policy), road_mixes(driven, weeks, policy.road), strict=True)
    return [_week(mondays[begin], driven.part(slice(begin, end)), trips[begin:end], mileage, fuel, policy).model_copy(
                update={"pattern": pattern, "road_mix": mix})
            for begin, end, (pattern, mix) in zip(weeks.starts.tolist(), weeks.ends.tolist(), characters, strict=True)]


def _week(monday: date, part: History, trips: Integers, mileage: Mileage, fuel: Fuel, policy: Policy) -> Week:
    """One week of the given trips, apart from how they were driven."""
    km, litres = mileage.trip_km[trips], fuel.trip_l[trips]
    # A sum with a part unknown would be too small and read as a saving.
    whole_l = float(litres.sum())
    driven_km, p = known_sum(km), policy.patterns
    sigma = max(fuel.trip_sigma[trip] for trip in trips)
    source = "+".join(sorted({fuel.trip_source[trip] for trip in trips} - {""}))
    cold = [start for start in cold_starts(part, p) if start is not None]
    return Week(
        monday=monday, first=instant(part.start_us[0]), last=instant(part.end_us.max()), trips=len(part),
        cold_starts=sum(cold) if cold else None,
        short_trips=int((km < p.short_km).sum()) if np.isfinite(driven_km) else None,
        distance_km=relative(driven_km, policy.mileage.sigma_speed, "trips", "km"),
        driving_s=relative(part.total("observed_s"), 0.0, "readings", "s"),
        fuel_l=relative(whole_l, sigma, source, "L"),
        fuel_l_per_100km=relative(_per_100km(whole_l, driven_km, policy), sigma, source, "L/100km"))


def _per_100km(litres: float, km: float, policy: Policy) -> float:
    return litres / km * 100 if km >= policy.fuel.per_100km_from_km else float("nan")
