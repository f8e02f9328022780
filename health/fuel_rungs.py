"""Fuel: every rung of the ladder integrated over every group, at unit fuel, displacement and efficiency.

Section 4 of the model notes. From air, litres = sum air [g/s] dt * (1 + trims/100) / (lambda AFR) / density [g/L],
nothing while fuel is cut; AFR and density are those of the fuel (`health.fuels`). Air is kept in grams and VE*Vd at 1
L, so that fuel, displacement and what is learned enter linearly in the report. Air says nothing of a diesel's fuel,
which burns lean.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from health.policy import FuelPolicy, Policy
from health.quality import Booleans, Floats, Integers, or_zero
from health.road_load import Cars, RoadLoad
from health.samples import Clock, Samples
from health.trips import SECOND
from schemas.frames import Columns

INPUTS = {"maf": "maf_g_s", "absolute_load": "absolute_load_pct", "speed_density": "map_kpa",
          "calculated_load": "engine_load_pct"}
"""Signal each air rung cannot do without."""

AIR_RUNGS = ("maf", "absolute_load", "speed_density", "calculated_load")
COLUMNS: Columns = {
    "engine_s": pl.Float64,                                  # observed time with the engine on
    "fuel_rate_l": pl.Float64,                               # PID 5E
    "fuel_rate_kg": pl.Float64,                              # PID 9D, where 5E is missing
    "fuel_rate_s": pl.Float64,                               # engine-on time either was read
    **{f"{rung}_air_g": pl.Float64 for rung in AIR_RUNGS},   # air that is burnt with fuel
    **{f"{rung}_s": pl.Float64 for rung in AIR_RUNGS},       # engine-on time the inputs were read
    "lambda_s": pl.Float64,                                  # engine-on time a commanded lambda was read
    "physics_mj": pl.Float64,                                # heat of the fuel burnt
    "physics_s": pl.Float64,
    "taught_maf_g": pl.Float64,                              # raw air where both MAF and MAP were read:
    "taught_unit_g": pl.Float64,                             # their ratio is VE*Vd
}
"""Columns of one group."""

STEPS_PER_KPA = 10_000
"""Medians of the manifold pressure are taken over tenths of a pascal: finer than any sensor."""


def per_group(samples: Samples, group_cars: Cars, load: RoadLoad, policy: Policy) -> Mapping[str, Floats | Integers]:
    """Litres, kilograms, grams of air and heat of every group; NaN where the inputs were never read."""
    engine = engine_on(samples, policy)
    columns: dict[str, Floats] = {"engine_s": samples.seconds(engine > 0)}
    columns |= _fuel_rate(samples, engine) if samples.any_of("fuel_rate_l_h", "fuel_rate_g_s") else {
        name: np.full(len(samples.groups), np.nan) for name in ("fuel_rate_l", "fuel_rate_kg", "fuel_rate_s")}
    air = air_g_s(samples, policy.fuel)
    burnt = _burnt_share(samples, policy.fuel) * np.where(engine > 0, 1.0, 0.0)
    columns["lambda_s"] = samples.seconds((engine > 0) & ~np.isnan(samples.read("lambda_ratio")))
    for rung in AIR_RUNGS:
        read = samples.has(INPUTS[rung])
        columns |= _covered(samples, engine, air[rung] * burnt, rung) if read else _never(samples, rung)
    return columns | _physics(samples, engine, group_cars, load, policy.fuel) | _lesson(samples, engine, air)


def engine_on(samples: Samples, policy: Policy) -> Floats:
    """1 where the engine turns; without engine speed it is assumed around the movement."""
    rpm, reach = samples.read("engine_rpm"), policy.fuel.assumed_idle_s * SECOND
    told = samples.segments.any(~np.isnan(rpm))
    if told.all():
        return np.where(rpm > 0, 1.0, 0.0)
    first, last = (samples.segments.spread(t) for t in (samples.groups.first_us, samples.groups.last_us))
    near = (samples.time_us >= first - reach) & (samples.time_us <= last + reach)
    return np.where(np.where(samples.segments.spread(told), rpm > 0, near), 1.0, 0.0)


def _fuel_rate(samples: Samples, engine: Floats) -> dict[str, Floats]:
    volume, mass = samples.read("fuel_rate_l_h") / 3600, samples.read("fuel_rate_g_s") / 1000
    mass = np.where(np.isnan(volume), mass, np.nan)
    read = np.where(np.isnan(volume) & np.isnan(mass), np.nan, engine)
    covered = samples.integral(read)
    known = covered > 0
    return {"fuel_rate_l": np.where(known, samples.integral(volume), np.nan),
            "fuel_rate_kg": np.where(known, samples.integral(mass), np.nan),
            "fuel_rate_s": np.where(known, covered, np.nan)}


def air_g_s(samples: Samples, policy: FuelPolicy) -> dict[str, Floats]:
    """Air flow by each air rung [g/s]; displacement and VE*Vd at 1 L."""
    rpm, load = samples.read("engine_rpm"), samples.read("engine_load_pct")
    intake = samples.read("intake_air_c")
    intake = np.where(np.isnan(intake), policy.intake_default_c, intake)
    per_kpa = speed_density_g_s(1.0, rpm, intake, 1.0, policy)
    return {
        "maf": samples.read("maf_g_s"),
        "absolute_load": absolute_load_g_s(samples.read("absolute_load_pct"), rpm, 1.0, policy),
        "speed_density": samples.read("map_kpa") * per_kpa,
        "calculated_load": load / 100 * ambient_kpa(samples, policy) * per_kpa,
    }


def speed_density_g_s(map_kpa: Floats | float, rpm: Floats, intake_c: Floats, ve_vd_l: float,
                      policy: FuelPolicy) -> Floats:
    """Air flow of a four-stroke engine [g/s] = VE*Vd [L] * rpm/120 * p [Pa] / (R T).

    Ideal gas in the manifold; VE*Vd is taken constant over speed and load, which costs a few per cent.
    """
    return ve_vd_l * rpm / 120 * map_kpa * 1000 / (policy.gas_constant_j_kg_k * (intake_c + 273.15))


def absolute_load_g_s(load_pct: Floats, rpm: Floats, displacement_l: float, policy: FuelPolicy) -> Floats:
    """Air flow [g/s] from PID 43, which is air per stroke relative to 1.184 g/L of displacement. SAE J1979."""
    return load_pct / 100 * policy.load_air_g_l * displacement_l * rpm / 120


def ambient_kpa(samples: Samples, policy: FuelPolicy) -> Floats:
    """Ambient pressure [kPa]: PID 33, else manifold pressure with the engine at rest, else standard."""
    baro, pressure = samples.read("baro_kpa"), samples.read("map_kpa")
    # Values up to 2 s old survive the stop of an engine; the air outside never exceeds 106 kPa.
    resting = (samples.read("engine_rpm") == 0) & (pressure <= policy.highest_baro_kpa)
    at_rest = samples.segments.spread(samples.segments.median(pressure, resting, STEPS_PER_KPA))
    guess = np.where(np.isnan(at_rest), policy.standard_baro_kpa, at_rest)
    return np.where(np.isnan(baro), guess, baro)


def _burnt_share(samples: Samples, policy: FuelPolicy) -> Floats:
    """Fuel per air relative to stoichiometric [1]: trims, commanded lambda, nothing during overrun."""
    share = np.ones(len(samples))
    for trim in ("short_fuel_trim_pct", "long_fuel_trim_pct"):
        if samples.has(trim):
            share += or_zero(samples.read(trim)) / 100
    if samples.has("lambda_ratio"):
        share /= np.where(np.isnan(samples.read("lambda_ratio")), 1.0, samples.read("lambda_ratio"))
    share[fuel_is_cut(samples, policy)] = 0.0
    return share


def fuel_is_cut(samples: Samples, policy: FuelPolicy) -> Booleans:
    """Overrun: engine fast, throttle at its least value, manifold nearly empty or load nearly zero.

    A light foot keeps the manifold as empty as idling does; behind a closed throttle a fast engine empties it further.
    """
    rpm, throttle = samples.read("engine_rpm"), samples.read("throttle_pct")
    least = samples.segments.spread(samples.segments.least(np.where(rpm > 0, throttle, np.nan)))
    closed = np.isnan(throttle) | (throttle <= least + policy.cutoff_throttle_pct)
    empty = samples.read("map_kpa") < np.fmin(policy.cutoff_map_kpa, _emptier_than_idle_kpa(samples, policy))
    idle: Booleans = samples.read("engine_load_pct") < policy.cutoff_load_pct
    return (rpm > policy.cutoff_rpm) & closed & (empty | idle)


def _emptier_than_idle_kpa(samples: Samples, policy: FuelPolicy) -> Floats:
    """Manifold pressure clearly below the idling of the same group [kPa]; NaN where it never idled."""
    rpm = samples.read("engine_rpm")
    idling = (samples.speed_kmh == 0) & (rpm > 0) & (rpm < policy.cutoff_rpm)
    at_idle = samples.segments.median(samples.read("map_kpa"), idling, STEPS_PER_KPA)
    return samples.segments.spread(policy.cutoff_below_idle * at_idle)


def _never(samples: Samples, rung: str) -> dict[str, Floats]:
    unknown = np.full(len(samples.groups), np.nan)
    return {f"{rung}_air_g": unknown, f"{rung}_s": unknown}


def _covered(samples: Samples, engine: Floats, burnt_g_s: Floats, rung: str) -> dict[str, Floats]:
    """Integral of one rung and the engine-on time it covers; NaN where it covers none."""
    unknown = np.isnan(burnt_g_s)
    covered = samples.integral(np.where(unknown, np.nan, engine) if unknown.any() else engine)
    known = covered > 0
    return {f"{rung}_air_g": np.where(known, samples.integral(burnt_g_s), np.nan),
            f"{rung}_s": np.where(known, covered, np.nan)}


def _physics(samples: Samples, engine: Floats, group_cars: Cars, load: RoadLoad,
             policy: FuelPolicy) -> dict[str, Floats]:
    rated_w = samples.segments.spread(group_cars.rated_kw) * 1000
    heat_w = fuel_heat_w(load.force_n * load.speed_m_s, rated_w, policy)
    on = samples.middle(engine) * samples.observed_s
    told = (samples.clock != Clock.ENGINE) & (samples.segments.total(on) > 0)
    return {"physics_mj": np.where(told, samples.segments.sum(heat_w * on) / 1e6, np.nan),
            "physics_s": np.where(told, samples.segments.total(on), np.nan)}


def fuel_heat_w(wheel_w: Floats, rated_w: Floats, policy: FuelPolicy) -> Floats:
    """Heat of the fuel burnt [W] for a power at the wheels [W] and an engine of a rated power [W].

    Willans line: marginal efficiency plus friction that grows with the size of the engine; fitted on nine cars of the
    EPA's list, petrol, naturally aspirated, automatic. +-15 %.
    """
    needed = np.maximum(wheel_w, 0.0) / policy.driveline_efficiency + policy.accessories_w
    return needed / policy.engine_efficiency + policy.friction_share * rated_w


def _lesson(samples: Samples, engine: Floats, air: Mapping[str, Floats]) -> dict[str, Floats]:
    """Raw air where MAF and MAP agree in time: what teaches VE*Vd."""
    if not samples.has("maf_g_s", "map_kpa"):
        return {name: np.full(len(samples.groups), np.nan) for name in ("taught_maf_g", "taught_unit_g")}
    both = (engine > 0) & (air["maf"] > 0) & (air["speed_density"] > 0)
    maf = samples.integral(np.where(both, air["maf"], np.nan))
    unit = samples.integral(np.where(both, air["speed_density"], np.nan))
    return {"taught_maf_g": np.where(unit > 0, maf, np.nan), "taught_unit_g": np.where(unit > 0, unit, np.nan)}
