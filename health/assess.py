"""The report: per-trip statistics folded in time order, chapter by chapter."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from health.battery_state import estimate_battery
from health.brakes import energy_per_km
from health.case import Case
from health.codes import NO_SCANS, estimate_codes
from health.distance import estimate_mileage
from health.due import Parts, due_dates, outlook
from health.figures import exact, with_reasons
from health.findings import findings_of
from health.fleet import compared
from health.fuel import estimate_fuel
from health.fuel_trim_drift import estimate_trims
from health.history import History, facts_of, histories
from health.moments import instant_us
from health.odometer import corrected, estimate_odometer
from health.oil_life import estimate_oil
from health.pads import estimate_pads
from health.pattern_list import weekly
from health.policy import DEFAULT, Policy
from health.statistics import summarise
from health.thermostat_drift import estimate_cooling
from health.tread import estimate_tread
from health.trip_list import list_trips
from health.usage import daily_usage
from health.use import use_of
from schemas.report import BrakeReport, Learned, TyreReport, VehicleReport
from schemas.vehicle import VehicleFacts


def assess(readings: pl.DataFrame, facts: Mapping[str, VehicleFacts], as_of: datetime, timezone: ZoneInfo,
           policy: Policy = DEFAULT, vehicles: Iterable[str] = (),
           scans: pl.DataFrame = NO_SCANS) -> dict[str, VehicleReport]:
    """Readings in, one report per vehicle out. Parameters as in `summarise` and `report`."""
    return report(summarise(readings, facts, policy), facts, as_of, timezone, policy, vehicles, scans)


def report(statistics: pl.DataFrame, facts: Mapping[str, VehicleFacts], as_of: datetime, timezone: ZoneInfo,
           policy: Policy = DEFAULT, vehicles: Iterable[str] = (),
           scans: pl.DataFrame = NO_SCANS) -> dict[str, VehicleReport]:
    """Fold per-trip statistics into one report per vehicle.

    A pure function of its arguments and `MODEL_VERSION`.

    Parameters
    ----------
    statistics
        Rows of `TRIP_STATISTICS`, any order, repeated rows allowed.
    facts
        Facts by vehicle; `"*"` serves vehicles not named.
    as_of
        Nothing that starts later is known yet; due dates count from here.
    timezone
        Where the vehicle's days begin.
    vehicles
        Vehicles to report on even where they have no statistics yet; those named in `facts` always are.
    scans
        What was told of trouble codes: rows of `schemas.frames.CODE_SCANS`.
    """
    named = {*vehicles, *facts} - {"*"}
    return {history.vehicle: _report(history, facts_of(history.vehicle, facts), as_of, timezone, policy,
                                     scans.filter(pl.col("vehicle") == history.vehicle))
            for history in histories(statistics, as_of, named)}


def _report(history: History, facts: VehicleFacts, as_of: datetime, timezone: ZoneInfo,
            policy: Policy, scans: pl.DataFrame) -> VehicleReport:
    history, facts = corrected(history, facts)
    mileage = estimate_mileage(history, facts, policy)
    odometer = estimate_odometer(history, facts, mileage, policy.mileage)
    fuel = estimate_fuel(history, facts, mileage, policy)
    use = use_of(history, mileage, fuel, facts, policy)
    tread, tyre_reasons = estimate_tread(history, facts, mileage, policy)
    pads, pad_reasons = estimate_pads(history, facts, mileage, fuel.kind, policy)
    usage = daily_usage(use.history, use.mileage, as_of, timezone)
    oil = estimate_oil(history, facts, mileage, usage.last_day, policy)
    battery = estimate_battery(history, facts, instant_us(as_of), policy)
    cooling = estimate_cooling(history, policy)
    trims = estimate_trims(history, policy.trims)
    codes = estimate_codes(scans, history, mileage, as_of, timezone, policy)
    view = outlook(history, use.history, facts, mileage, usage, Parts(tread, pads, oil, codes), policy)
    due, due_reasons = due_dates(view)
    fleet, fleet_reasons = compared(facts, use.fuel.l_per_100km, tread["front"].report.mm_per_1000km,
                                    tread["rear"].report.mm_per_1000km)
    draft = VehicleReport(
        vehicle=history.vehicle,
        observed_s=exact(history.total("observed_s"), "readings", "s"),
        unobserved_s=exact(history.total("unobserved_s"), "readings", "s"),
        distance_km=mileage.total,
        distance_by_source=mileage.by_source,
        odometer=odometer,
        trips=list_trips(history, mileage, fuel, policy),
        weeks=weekly(history, mileage, fuel, timezone, policy),
        cooling=cooling.report,
        fuel_trims=trims.report,
        fleet=fleet,
        fuel_type=fuel.kind,
        learned=Learned(speed_scale=mileage.scale, ve_vd_l=fuel.ve_vd_l,
                        tyre_k_front=tread["front"].k, tyre_k_rear=tread["rear"].k),
        tyres=TyreReport(front=tread["front"].report, rear=tread["rear"].report),
        brakes=BrakeReport(energy_mj_per_km=energy_per_km(history, policy.brakes),
                           pad_mm_front=pads["front"].mm, pad_mm_rear=pads["rear"].mm),
        oil=oil.report,
        battery=battery.report,
        codes=codes.told,
        due=due,
        **use.fields(),
        findings=findings_of(Case(view, odometer, use, battery, cooling, trims, codes, fleet, due)),
    )
    reasons = (mileage.reasons | fuel.reasons | tyre_reasons | pad_reasons | oil.reasons | battery.reasons
               | cooling.reasons | trims.reasons | use.reasons if len(history) else {}) | codes.reasons | fleet_reasons
    return draft.model_copy(update={"unknown": with_reasons(dict(draft), reasons) | due_reasons})
