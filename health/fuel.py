"""Fuel burnt: each rung of the ladder in litres, the best rung of every group, totals. Section 4 of the model notes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from health.distance import Mileage
from health.engine_kind import kind_of
from health.figures import Z80, Reasons, exact, relative
from health.fuel_rungs import AIR_RUNGS
from health.fuels import FUELS, LiquidFuel
from health.history import History, known_sum, ratio
from health.policy import FuelPolicy, Policy
from health.quality import Booleans, Floats
from health.refuel import estimate_refuels
from health.refuel_lesson import ve_vd_by_refuels
from schemas.quantity import Q, Unknown
from schemas.report_use import FuelBySource
from schemas.vehicle import VehicleFacts

LADDER = tuple(FuelBySource.model_fields)
"""Rungs, best first."""

VE_RUNGS = ("speed_density", "calculated_load")
"""Rungs that are no better than the effective displacement they use."""


@dataclass(frozen=True)
class Fuel:
    """What is known of the fuel of one vehicle."""

    kind: str | None
    trip_l: Floats
    trip_source: list[str]
    trip_sigma: list[float]
    total_l: Q
    l_per_100km: Q
    by_source: FuelBySource
    ve_vd_l: Q
    rungs: Mapping[str, "Rung"]
    reasons: Reasons

    def latest(self, groups: int, trip_km: Floats, policy: FuelPolicy) -> "Fuel":
        """The same of the last so many groups only, with their distances [km]; what the car taught stays."""
        part = slice(len(self.trip_l) - groups, None)
        rungs = {name: Rung(rung.litres[part], rung.seconds[part], rung.sigma) for name, rung in self.rungs.items()}
        return _summed(self.kind, rungs, (self.trip_l[part], self.trip_source[part]), trip_km, self.ve_vd_l,
                       self.reasons, policy)


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder: litres of every group, engine-on time it covers, relative 1-sigma error [1]."""

    litres: Floats
    seconds: Floats
    sigma: float


def estimate_fuel(history: History, facts: VehicleFacts, mileage: Mileage, policy: Policy) -> Fuel:
    """Litres of every group and of the whole history by every rung whose inputs exist."""
    p = policy.fuel
    kind = kind_of(history, p) or _kind_of_fact(facts)
    displacement = learned_ve_vd(history, facts, mileage, policy)
    refused = _refusals(history, facts, kind, displacement, p)
    rungs = {name: rung for name, rung in _rungs(history, facts, displacement, p).items() if name not in refused}
    return _summed(kind, rungs, _ladder(history, rungs, p), mileage.trip_km, displacement, _reasons(refused), p)


def _summed(kind: str | None, rungs: Mapping[str, Rung], trips: tuple[Floats, list[str]], trip_km: Floats, ve_vd_l: Q,
            reasons: Reasons, p: FuelPolicy) -> Fuel:
    """Totals of the groups given as litres and sources."""
    trip_l, source = trips
    sigma = [rungs[name].sigma if name else 0.0 for name in source]
    by_source = FuelBySource(**{name: relative(known_sum(r.litres), r.sigma, name, "L") for name, r in rungs.items()})
    spread = max(sigma, default=0.0)
    names = "+".join(sorted({name for name in source if name}))
    return Fuel(kind, trip_l, source, sigma, relative(known_sum(trip_l), spread, names, "L"),
                relative(_per_100km(trip_l, trip_km, p), spread, names, "L/100km"), by_source, ve_vd_l, rungs, reasons)


def _kind_of_fact(facts: VehicleFacts) -> str | None:
    return "petrol" if facts.fuel in ("e10", "e27", "e85") else facts.fuel


def learned_ve_vd(history: History, facts: VehicleFacts, mileage: Mileage, policy: Policy) -> Q:
    """Effective displacement VE*Vd [L]: given, else taught by MAF, else by refuelling or from the vehicle file.

    Of the last two the narrower counts: a few tanks are vague, many know the engine better than its displacement does.
    """
    p = policy.fuel
    if facts.ve_vd_l is not None:
        return exact(facts.ve_vd_l, "given", "L")
    taught = ratio(history.total("taught_maf_g"), history.total("taught_unit_g"))
    if np.isfinite(taught):
        return relative(taught, p.sigma["speed_density"], "maf", "L")
    size = np.nan if facts.displacement_l is None else facts.displacement_l
    by_file = relative(p.volumetric_efficiency * size, p.sigma["speed_density_unlearned"], "displacement", "L")
    refuels, _ = estimate_refuels(history, mileage.unseen_before_km, facts, policy)
    by_tank = ve_vd_by_refuels(history, refuels or [], mileage.unseen_before_km, facts, policy)
    known = [quantity for quantity in (by_tank, by_file) if quantity is not None]
    return min(known, key=lambda quantity: quantity.high / quantity.value, default=None)


def _rungs(history: History, facts: VehicleFacts, displacement: Q, p: FuelPolicy) -> dict[str, Rung]:
    """Litres of every group by every rung, NaN where its inputs were not read."""
    fuel = FUELS.get(facts.fuel or "petrol", FUELS["petrol"])
    learned = "" if displacement and displacement.source in ("maf", "given", "refuels") else "_unlearned"
    size = displacement.value if displacement else np.nan
    scale = {"maf": 1.0, "absolute_load": facts.displacement_l or np.nan, "speed_density": size,
             "calculated_load": size}
    names = {"maf": "maf", "absolute_load": "absolute_load", "speed_density": "speed_density" + learned,
             "calculated_load": "calculated_load" + learned}
    sigma = {rung: p.sigma[name] for rung, name in names.items()}
    sigma |= {rung: max(sigma[rung], _taught_sigma(displacement)) for rung in VE_RUNGS}
    rungs = {"fuel_rate": Rung(_by_rate(history, fuel), history.read("fuel_rate_s"), p.sigma["fuel_rate"])}
    for rung in AIR_RUNGS:
        litres = history.read(f"{rung}_air_g") * scale[rung] / (fuel.air_fuel * fuel.kg_l * 1000)
        rungs[rung] = Rung(litres, history.read(f"{rung}_s"), sigma[rung])
    heat = p.heat_diesel_mj_l if fuel is FUELS["diesel"] else p.heat_mj_l
    rungs["physics"] = Rung(history.read("physics_mj") / heat, history.read("physics_s"), p.sigma["physics"])
    return rungs


def _taught_sigma(displacement: Q) -> float:
    """Relative 1-sigma error of an effective displacement that refuelling taught [1]; the others' is in the policy."""
    if displacement is None or displacement.source != "refuels":
        return 0.0
    return float(np.log(displacement.high / displacement.value)) / Z80


def _by_rate(history: History, fuel: LiquidFuel) -> Floats:
    return history.read("fuel_rate_l") + np.nan_to_num(history.read("fuel_rate_kg")) / fuel.kg_l


def _refusals(history: History, facts: VehicleFacts, kind: str | None, displacement: Q,
              p: FuelPolicy) -> dict[str, Unknown]:
    """Rungs that would lie about this car, with the reason."""
    burns = _kind_of_fact(facts) or kind
    refused: dict[str, Unknown] = {}
    if displacement is None:
        refused |= dict.fromkeys(("speed_density", "calculated_load"), Unknown.NO_FACT)
    if facts.displacement_l is None:
        refused["absolute_load"] = Unknown.NO_FACT
    if history.total("boosted_s") > p.boost_share * history.total("run_watched_s"):
        refused["calculated_load"] = Unknown.IMPLAUSIBLE
    if burns == "diesel" and not history.total("lambda_s") > p.coverage * history.total("engine_s"):
        refused |= dict.fromkeys(AIR_RUNGS, Unknown.DIESEL_WITHOUT_FUEL_RATE)
    if burns == "ev":
        refused |= dict.fromkeys(LADDER, Unknown.NOT_PETROL)
    return refused


def _ladder(history: History, rungs: Mapping[str, Rung], p: FuelPolicy) -> tuple[Floats, list[str]]:
    """Best rung that covers enough of each group, stretched over the part it does not cover."""
    engine_s = history.read("engine_s")
    litres, chosen = np.full(len(history), np.nan), np.full(len(history), "", dtype=object)
    for name, rung in rungs.items():
        enough: Booleans = np.isnan(litres) & (rung.seconds >= p.coverage * engine_s) & (engine_s > 0)
        enough &= ~np.isnan(rung.litres)
        litres = np.where(enough, rung.litres * np.maximum(engine_s / rung.seconds, 1.0), litres)
        chosen[enough] = name
    return litres, list(chosen)


def _per_100km(trip_l: Floats, trip_km: Floats, p: FuelPolicy) -> float:
    """Litres per 100 km over the groups where both are known; NaN below `per_100km_from_km`."""
    both = ~np.isnan(trip_l) & ~np.isnan(trip_km)
    km = float(trip_km[both].sum())
    return float(trip_l[both].sum()) / km * 100 if km >= p.per_100km_from_km else float("nan")


def _reasons(refused: Mapping[str, Unknown]) -> Reasons:
    reasons: Reasons = {f"fuel_by_source.{name}": refused.get(name, Unknown.NO_SIGNAL) for name in LADDER}
    reasons |= {"learned.ve_vd_l": Unknown.NO_SIGNAL, "fuel_type": Unknown.NO_SIGNAL}
    why = refused.get("physics", Unknown.NO_SIGNAL)
    return reasons | {"fuel_l": why, "fuel_l_per_100km": why if why is Unknown.NOT_PETROL else Unknown.TOO_SHORT}
