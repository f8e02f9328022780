"""The rival: the same formulas the straightforward way, car by car and trip by trip, numpy where it comes naturally.

What has a state (hysteresis, hot discs, warm oil, the chain of fixes) is a loop over seconds, as one writes it first.
A test holds its figures against the product's.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from health.policy import DEFAULT, STANDARD_GRAVITY_M_S2

Floats = NDArray[np.float64]
Trip = Mapping[str, Floats]


def summarise(readings: pl.DataFrame) -> dict[str, list[dict[str, float]]]:
    """Figures of every trip of every car. `readings`: columns of `schemas.frames.READINGS`, at most 1 Hz."""
    return {str(name): [_figures(trip) for trip in _trips(_columns(rows))]
            for (name,), rows in readings.group_by("vehicle", maintain_order=True)}


def _columns(rows: pl.DataFrame) -> Trip:
    rows = rows.unique("time", keep="first").sort("time")
    seconds = rows["time"].dt.epoch("us").to_numpy() / 1e6
    signals = {name: rows[name].cast(pl.Float64).to_numpy() for name in rows.columns if name not in ("vehicle", "time")}
    return {"t": seconds, **signals}


def _trips(car: Trip) -> list[Trip]:
    """Cut at 300 s without movement or readings; idling before and after belongs to the trip."""
    moving = np.flatnonzero(car["speed_kmh"] >= DEFAULT.trips.moving_kmh)
    if len(moving) == 0:
        return []
    breaks = np.flatnonzero(np.diff(car["t"][moving]) > 300)
    starts, ends = np.r_[moving[0], moving[breaks + 1]], np.r_[moving[breaks], moving[-1]]
    return [{name: values[_idle_back(car, start):_idle_on(car, end) + 1] for name, values in car.items()}
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _idle_back(car: Trip, start: int) -> int:
    while start > 0 and car["engine_rpm"][start - 1] > 400 and car["t"][start] - car["t"][start - 1] < 30:
        start -= 1
    return start


def _idle_on(car: Trip, end: int) -> int:
    while end < len(car["t"]) - 1 and car["engine_rpm"][end + 1] > 400 and car["t"][end + 1] - car["t"][end] < 30:
        end += 1
    return end


def _figures(trip: Trip) -> dict[str, float]:
    speed = trip["speed_kmh"] / 3.6
    step_s = np.diff(trip["t"])
    step_s = np.where(step_s <= 30, step_s, 0.0)
    mid = (speed[1:] + speed[:-1]) / 2
    force = _force_n(speed, mid, step_s)
    metres = mid * step_s
    return {"speed_km": float(metres.sum()) / 1000, "gps_km": _path_km(trip), **_roads(trip["speed_kmh"]),
            **_fuel(trip, step_s, force * mid), **_tyres(force, metres), **_brakes(force, mid, metres, step_s),
            **_oil(trip, step_s), **_events(trip["speed_kmh"]), "charging_v": _charging_v(trip)}


def _force_n(speed: Floats, mid: Floats, step_s: Floats) -> Floats:
    car = DEFAULT.car
    if np.all(speed * 3.6 == np.rint(speed * 3.6)):
        speed = np.convolve(np.pad(speed, 1, "edge"), np.ones(3) / 3, "valid")
    acceleration = np.where(step_s > 0, np.diff(speed) / np.maximum(step_s, 1e-3), 0.0)
    rolling = np.where(mid > car.rolling_from_m_s, car.crr * car.mass_kg * STANDARD_GRAVITY_M_S2, 0.0)
    drag = 0.5 * car.air_kg_m3 * car.cda_m2 * mid ** 2
    force: Floats = car.rotating_mass * car.mass_kg * acceleration + drag + rolling
    return force


def _path_km(trip: Trip) -> float:
    if "latitude" not in trip:
        return float("nan")
    km, anchor = 0.0, None
    for lat, lon in zip(np.deg2rad(trip["latitude"]), np.deg2rad(trip["longitude"]), strict=True):
        if np.isnan(lat):
            continue
        if anchor is None:
            anchor = (lat, lon)
            continue
        half = np.sin((lat - anchor[0]) / 2) ** 2 + np.cos(lat) * np.cos(anchor[0]) * np.sin((lon - anchor[1]) / 2) ** 2
        step = 2 * DEFAULT.mileage.earth_radius_m * np.arcsin(np.sqrt(half))
        if step >= DEFAULT.mileage.fix_step_m:
            km, anchor = km + step / 1000, (lat, lon)
    return km


def _roads(kmh: Floats) -> dict[str, float]:
    p, count = DEFAULT.road, len(kmh)
    window = np.ones(2 * p.mean_half_s + 1)
    seen = np.convolve(np.ones(count), window)[p.mean_half_s:p.mean_half_s + count]
    mean = np.convolve(kmh, window)[p.mean_half_s:p.mean_half_s + count] / seen
    highway, on = np.zeros(count, dtype=np.bool_), False
    for second, value in enumerate(mean):
        on = value > p.highway_enter_kmh or (on and value > p.highway_leave_kmh)
        highway[second] = on
    jammed = 0
    for second in range(0, count, p.jam_step_s):
        around = kmh[max(0, second - p.jam_half_s):second + p.jam_half_s + 1:p.jam_step_s]
        free = np.quantile(around, p.jam_quantile)
        if free > p.jam_free_kmh:
            jammed += int((mean[second:second + p.jam_step_s] < p.jam_ratio * free).sum())
    return {"highway_m": float(kmh[highway].sum() / 3.6), "jam_s": float(jammed),
            "congested_s": float((~highway & (mean < p.congested_kmh)).sum())}


def _fuel(trip: Trip, step_s: Floats, wheel_w: Floats) -> dict[str, float]:
    p, rpm = DEFAULT.fuel, trip["engine_rpm"]
    least = trip["throttle_pct"][rpm > 0].min(initial=100.0)
    closed = trip["throttle_pct"] <= least + p.cutoff_throttle_pct
    cut = (rpm > p.cutoff_rpm) & closed & (trip["map_kpa"] < p.cutoff_map_kpa)
    density = rpm / 120 * trip["map_kpa"] * 1000 / (p.gas_constant_j_kg_k * (trip["intake_air_c"] + 273.15))
    heat = (np.maximum(wheel_w, 0) / p.driveline_efficiency + p.accessories_w) / p.engine_efficiency
    heat = heat + p.friction_share * DEFAULT.car.rated_kw * 1000
    on = ((rpm > 0)[1:] * 1.0 + (rpm > 0)[:-1]) / 2
    return {"maf_air_g": _integral(np.where(cut, 0.0, trip["maf_g_s"]), step_s),
            "speed_density_air_g": _integral(np.where(cut, 0.0, density), step_s),
            "physics_mj": float((heat * on * step_s).sum() / 1e6)}


def _tyres(force: Floats, metres: Floats) -> dict[str, float]:
    car = DEFAULT.car
    weight = car.mass_kg * STANDARD_GRAVITY_M_S2
    front = np.maximum(force, 0) + np.maximum(-force, 0) * car.front_braking
    rear = np.maximum(-force, 0) * (1 - car.front_braking)
    return {"slip_front_km": float(((front / (weight * car.front_weight_fwd)) ** 2 * metres).sum() / 1000),
            "slip_rear_km": float(((rear / (weight * (1 - car.front_weight_fwd))) ** 2 * metres).sum() / 1000)}


def _brakes(force: Floats, mid: Floats, metres: Floats, step_s: Floats) -> dict[str, float]:
    p, disc_c, worn = DEFAULT.brakes, DEFAULT.brakes.outside_c, 0.0
    drag = np.where(mid > p.drag_from_m_s, DEFAULT.car.mass_kg * p.engine_drag_m_s2, 0.0)
    heat = np.maximum(-force - drag, 0.0) * metres
    front = heat * DEFAULT.car.front_braking
    for joule, seconds in zip(front.tolist(), step_s.tolist(), strict=True):
        disc_c = p.outside_c + (disc_c - p.outside_c) * np.exp(-seconds / p.cooling_s) + joule / (
            p.discs_per_axle * p.disc_j_per_k)
        worn += joule * (1 + (p.hot_factor - 1) * min(max((disc_c - p.hot_from_c) / (p.hot_to_c - p.hot_from_c), 0), 1))
    return {"brake_mj": float(heat.sum() / 1e6), "pad_front_mj": worn / 1e6}


def _oil(trip: Trip, step_s: Floats) -> dict[str, float]:
    p, turned = DEFAULT.oil, (trip["engine_rpm"][1:] + trip["engine_rpm"][:-1]) / 120 * step_s
    oil_c, weighted = float(trip["coolant_c"][0]), 0.0
    for turns, coolant, seconds in zip(turned.tolist(), trip["coolant_c"][1:].tolist(), step_s.tolist(), strict=True):
        oil_c += (coolant - oil_c) * (1 - np.exp(-seconds / p.lag_s))
        cold = min(max((p.warm_c - oil_c) * p.cold_per_k, 0.0), p.cold_most - 1)
        weighted += turns * (2 ** ((oil_c - p.hot_c) / p.doubling_k) if oil_c > p.hot_c else 1 + cold)
    return {"revolutions": float(turned.sum()), "coolant_lagged_revolutions": weighted}


def _events(kmh: Floats) -> dict[str, float]:
    p, counts = DEFAULT.events, {}
    along = (kmh[2:] - kmh[:-2]) / 7.2
    for kind, strength in (("brake", -along), ("accel", along)):
        count, last = 0, -p.refractory_s - 1
        for second in np.flatnonzero(strength > p.threshold_m_s2[kind]).tolist():
            if second - last > p.refractory_s and (kind == "accel" or kmh[second] >= p.brake_from_kmh):
                count += 1
            last = second
        counts[f"{kind}_n"] = float(count)
    return counts


def _charging_v(trip: Trip) -> float:
    running = trip["battery_v"][trip["engine_rpm"] > 600]
    return float(np.median(running)) if len(running) else float("nan")


def _integral(rate: Floats, step_s: Floats) -> float:
    return float(((rate[1:] + rate[:-1]) / 2 * step_s).sum())
