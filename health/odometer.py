"""Odometer: what it has truly done, and whether what it shows can be believed.

Sources are the car's own counter and what people read off the dashboard in the workshop. A correction on record (a new
instrument cluster, a roll-back found out) shifts every reading from its instant on; section 1 of the model notes: an
odometer is monotone and no faster than a car.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import polars as pl

from health.distance import Mileage
from health.figures import relative
from health.history import History
from health.moments import EPOCH, instant_us
from health.policy import MileagePolicy
from health.quality import Booleans, Floats, Integers
from health.trips import SECOND
from schemas.report import OdometerEvent, OdometerReport
from schemas.vehicle import OdometerCorrection, VehicleFacts

Kind = Literal["rolled_back", "reset", "rolled_over", "jumped"]


@dataclass(frozen=True)
class _Readings:
    """All readings of a car in time order."""

    at_us: Integers
    km: Floats
    by_car: Booleans  # else read off the dashboard in the workshop

    def source(self, index: int) -> str:
        return "car" if self.by_car[index] else "workshop"


def corrected(history: History, facts: VehicleFacts) -> tuple[History, VehicleFacts]:
    """History and facts as if every odometer had always shown the truth; the same ones without any correction."""
    if not facts.odometer_corrections:
        return history, facts
    corrections = sorted(facts.odometer_corrections, key=lambda correction: instant_us(correction.at))
    columns = [pl.Series(name, history.read(name) + _offset_km(history.start_us, corrections)).fill_nan(None)
               for name in ("odometer_first_km", "odometer_last_km")]
    return History(history.vehicle, history.rows.with_columns(columns)), _facts(facts, corrections)


def _offset_km(at_us: Integers, corrections: list[OdometerCorrection]) -> Floats:
    """What the correction in force adds to a reading at each instant [km]."""
    since = [instant_us(correction.at) for correction in corrections]
    offsets = np.array([0.0, *(correction.true_km - correction.shown_km for correction in corrections)])
    result: Floats = offsets[np.searchsorted(since, at_us, side="right")]
    return result


def _facts(facts: VehicleFacts, corrections: list[OdometerCorrection]) -> VehicleFacts:
    """The vehicle file with the kilometres people read off the dashboard made true."""
    changes: dict[str, object] = {}
    for name, moment in (("services", "at"), ("gauge", "time"), ("pads", "time"), ("tyre_changes", "at")):
        lines = getattr(facts, name)
        at_us = np.array([instant_us(getattr(line, moment)) for line in lines], dtype=np.int64)
        shifts = _offset_km(at_us, corrections)
        changes[name] = [line if line.odometer_km is None else
                         line.model_copy(update={"odometer_km": line.odometer_km + float(shift)})
                         for line, shift in zip(lines, shifts, strict=True)]
    for name, moment, km in (("tyres", "fitted_at", "fitted_km"), ("oil", "changed_at", "changed_km")):
        part = getattr(facts, name)
        if part is not None and getattr(part, moment) is not None and getattr(part, km) is not None:
            shift = float(_offset_km(np.array([instant_us(getattr(part, moment))]), corrections)[0])
            changes[name] = part.model_copy(update={km: getattr(part, km) + shift})
    return facts.model_copy(update=changes)


def estimate_odometer(history: History, facts: VehicleFacts, mileage: Mileage, p: MileagePolicy) -> OdometerReport:
    """Kilometres done now, and every reading that contradicts the one before it. Takes what `corrected` returns."""
    readings = _readings(history, facts)
    if len(readings.km) == 0:
        return OdometerReport(now_km=relative(mileage.odometer_now_km, p.sigma_speed, "workshop", "km"))
    last, events = readings.source(-1), list(_contradictions(readings, p))
    sigma = p.sigma_odometer if last == "car" else p.sigma_speed
    return OdometerReport(now_km=relative(mileage.odometer_now_km, sigma, last, "km"),
                          trusted=not events if len(readings.km) > 1 else None, events=events)


def _readings(history: History, facts: VehicleFacts) -> _Readings:
    """Of a trip its first and its last; of the workshop what was noted with gauge readings."""
    noted = [(instant_us(r.time), r.odometer_km) for r in facts.gauge if r.odometer_km is not None]
    noted += [(instant_us(r.time), r.odometer_km) for r in facts.pads if r.odometer_km is not None]
    at_us = np.concatenate([history.start_us, history.end_us, np.array([at for at, _ in noted], dtype=np.int64)])
    km = np.concatenate([history.read("odometer_first_km"), history.read("odometer_last_km"),
                         np.array([km for _, km in noted], dtype=np.float64)])
    by_car = np.arange(len(km)) < 2 * len(history)
    order = np.lexsort((km, at_us))
    order = order[~np.isnan(km[order])]
    return _Readings(at_us[order], km[order], by_car[order])


def _contradictions(readings: _Readings, p: MileagePolicy) -> Iterator[OdometerEvent]:
    """Steps no car can make between neighbours in time; people round to whole kilometres."""
    step, hours = np.diff(readings.km), np.diff(readings.at_us) / SECOND / 3600
    exact = readings.by_car[1:] & readings.by_car[:-1]
    slack = np.where(exact, p.odometer_resolution_km, p.odometer_rounding_km)
    jumped = step > p.odometer_step_kmh * hours + slack + p.odometer_rounding_km
    for index in np.flatnonzero(jumped | (step < -slack)).tolist():
        before, after = float(readings.km[index]), float(readings.km[index + 1])
        yield OdometerEvent(at=EPOCH + timedelta(microseconds=int(readings.at_us[index + 1])), from_km=before,
                            to_km=after, kind=_kind(before, after, p), source=readings.source(index + 1))


def _kind(before_km: float, after_km: float, p: MileagePolicy) -> Kind:
    if after_km > before_km:
        return "jumped"
    if before_km > p.odometer_full_km - p.odometer_turn_km and after_km < p.odometer_turn_km:
        return "rolled_over"
    return "reset" if after_km <= p.odometer_reset_share * before_km else "rolled_back"
