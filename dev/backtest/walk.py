"""One car through its year: health looks every fortnight, proposes, and the car comes when it was told to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from dev.backtest.fleet import Car, last_day
from dev.backtest.readings import readings_of
from dev.backtest.truth import NEVER, PARTS_OF, ZONE, Part, TrueCar
from dev.backtest.workshop import Workshop
from device_sim import CarHistory, simulate
from health.assess import report
from health.statistics import summarise
from schemas.quantity import Q
from schemas.report import Due, VehicleReport

ITEMS = ("PM-MINOR", "TYR-NEW", "BRK-PAD-F", "BRK-PAD-R")
FIRST_LOOK_D = 42
"""Days of driving before anything is judged."""
STEP_D = 14
SCORED_EVERY = 2
"""Health looks every fortnight; figures are held to the truth every other time."""
AHEAD_D = 30
"""A visit is proposed when something falls due within so many days: the default of a store."""
NOTICE_D = 3
"""Nobody comes sooner."""
REST_D = 28
"""What was looked at on its day and left is not proposed again within so many days."""


@dataclass(frozen=True)
class Score:
    """One figure beside the truth."""

    car: str
    on: str
    quantity: str
    source: str
    value: float
    low: float
    high: float
    true: float


@dataclass(frozen=True)
class DueScore:
    """One forecast beside the day the need truly came; None: not within the story."""

    car: str
    item: str
    limit: str   # what decides it, as health says
    ahead_d: int
    low_d: int
    high_d: int
    true_d: int | None
    left_d: int  # of the story


@dataclass(frozen=True)
class Proposal:
    """A visit proposed for a day, beside the day it was truly needed."""

    car: str
    item: str
    for_day: date
    true_day: date | None
    end: date
    depth_mm: float | None = None  # true, on that day if nothing is done before; of the part that is worn most


@dataclass
class Walk:
    """What one car leaves behind."""

    scores: list[Score] = field(default_factory=list)
    due: list[DueScore] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    needs: int = 0    # that truly came
    missed: int = 0   # of them, without any proposal until two weeks after


@dataclass
class Year:
    """A car, its truth and its workshop, as far as the story has gone."""

    car: Car
    truth: TrueCar
    workshop: Workshop
    statistics: pl.DataFrame
    first_look: date
    end: date
    walk: Walk = field(default_factory=Walk)
    pending: dict[str, date] = field(default_factory=dict)
    resting: dict[str, date] = field(default_factory=dict)
    cycles: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(ITEMS, False))  # proposed in this cycle?

    @property
    def items(self) -> tuple[str, ...]:
        """What this car can need."""
        return ITEMS[1:] if self.car.facts.fuel == "ev" else ITEMS


def walk_through(car: Car, days: int) -> Walk:
    """Simulate a car and judge what health says of it."""
    end = last_day(days)
    history = simulate(car.spec, days, end, car.seed)
    statistics = summarise(readings_of(history, car), {car.spec.name: car.facts})
    year = _opened(car, history, statistics, end - timedelta(days=days), end)
    for number, moment in enumerate(_looks(days, end)):
        _look(year, moment, scored=number % SCORED_EVERY == 0)
    _settle(year)
    return year.walk


def _opened(car: Car, history: CarHistory, statistics: pl.DataFrame, begin: datetime, end: datetime) -> Year:
    """The file on the first day. What happened before it happened at the pace of the story."""
    course = history.course
    days = (end - begin).total_seconds() / 86_400
    since_km = float(course.odometer_km[-1]) / days * car.serviced_days_ago
    used = since_km * float(course.oil_used[-1] / course.odometer_km[-1])
    depth: dict[Part, float] = {"tread_front": car.spec.initial.tread_front_mm,
                                "tread_rear": car.spec.initial.tread_rear_mm,
                                "pad_front": car.pads_mm["front"], "pad_rear": car.pads_mm["rear"]}
    since = (begin - timedelta(days=car.serviced_days_ago)).astimezone(ZONE).date()
    truth = TrueCar(course, depth, used, since_km, since)
    workshop = Workshop(car, truth, history, np.random.default_rng([car.seed, int(1000 * car.pads_mm["front"])]))
    workshop.open_file(begin)
    first_look = begin + timedelta(days=FIRST_LOOK_D)
    return Year(car, truth, workshop, statistics, first_look.astimezone(ZONE).date(), end.astimezone(ZONE).date())


def _looks(days: int, end: datetime) -> Iterator[datetime]:
    for day in range(FIRST_LOOK_D, days, STEP_D):
        yield end - timedelta(days=days - day)


def _look(year: Year, moment: datetime, *, scored: bool) -> None:
    """Report, judge, propose, and let the visits of the next fortnight happen."""
    name = year.car.spec.name
    told = report(year.statistics, {name: year.workshop.facts}, moment, ZONE)[name]
    if scored:
        year.walk.scores += _scores(year, told, moment)
        year.walk.due += _due_scores(year, told, moment)
    _propose(year, told, moment)
    _visits(year, moment)


def _scores(year: Year, told: VehicleReport, at: datetime) -> list[Score]:
    truth = year.truth
    km, litres = truth.amount("distance_km", at), truth.amount("fuel_l", at)
    beside: list[tuple[str, Q, float]] = [
        ("distance", told.distance_km, km),
        ("fuel", told.fuel_l_per_100km, 100 * litres / km if km else 0.0),
        ("tread", told.tyres.front.tread_mm, truth.depth("tread_front", at)),
        ("tread", told.tyres.rear.tread_mm, truth.depth("tread_rear", at)),
        ("pads", told.brakes.pad_mm_front, truth.depth("pad_front", at)),
        ("pads", told.brakes.pad_mm_rear, truth.depth("pad_rear", at)),
        ("oil life", told.oil.life_pct, truth.oil_life_pct(at))]
    return [Score(told.vehicle, at.date().isoformat(), name, q.source, q.value, q.low, q.high, true)
            for name, q, true in beside if q is not None]


def _due_scores(year: Year, told: VehicleReport, at: datetime) -> list[DueScore]:
    today, found = at.astimezone(ZONE).date(), []
    for due in told.due:
        if due.item in year.items and due.date > today:
            true = year.truth.need_on(due.item, due.axle)
            found.append(DueScore(told.vehicle, due.item, due.limit, (due.date - today).days, (due.low - today).days,
                                  (due.high - today).days, None if true > year.end else (true - today).days,
                                  (year.end - today).days))
    return found


def _soonest(told: VehicleReport) -> list[Due]:
    """One need per item: this workshop replaces all four tyres when the first axle needs it."""
    return list({due.item: due for due in reversed(told.due)}.values())


def _propose(year: Year, told: VehicleReport, at: datetime) -> None:
    today = at.astimezone(ZONE).date()
    for due in _soonest(told):
        soon = (due.date - today).days <= AHEAD_D and year.resting.get(due.item, today) <= today
        if due.item in year.items and soon and due.item not in year.pending:
            true = year.truth.need_on(due.item)
            for_day = max(due.date, today + timedelta(days=NOTICE_D))
            year.pending[due.item], year.cycles[due.item] = for_day, True
            if true >= year.first_look:  # what was needed before anybody looked can only be late
                year.walk.proposals.append(Proposal(told.vehicle, due.item, for_day, None if true > year.end else true,
                                                    year.end, _depth_mm(year, due.item, for_day)))


def _depth_mm(year: Year, item: str, day: date) -> float | None:
    """Least depth of the parts an item is about; None beyond the end, and of what has no depth."""
    if item not in PARTS_OF or day > year.end:
        return None
    return min(year.truth.depth(part, datetime.combine(day, time(10), ZONE)) for part in PARTS_OF[item])


def _visits(year: Year, at: datetime) -> None:
    """What is proposed for the next fortnight is brought in on the earliest of its days."""
    until = at.astimezone(ZONE).date() + timedelta(days=STEP_D)
    day = min(year.pending.values(), default=NEVER)
    if day > min(until, year.end):
        return
    together = {item for item, planned in year.pending.items() if (planned - day).days <= AHEAD_D}
    came = datetime.combine(day, time(10), ZONE)
    own_day = {item for item in together if year.pending[item] == day}
    needed = {item: year.truth.need_on(item) for item in together}
    done = year.workshop.visit(came, together)
    for item in sorted(together):
        del year.pending[item]
        if item in done or item in own_day:  # what only came along and was left is forecast anew
            year.resting[item] = day + timedelta(days=REST_D)
        if item in done:
            year.walk.needs += needed[item] <= day
            year.cycles[item] = False


def _settle(year: Year) -> None:
    """Needs that came and were not met: missed where nothing had been proposed until two weeks after."""
    for item in year.items:
        true = year.truth.need_on(item)
        if true <= year.end - timedelta(days=STEP_D):
            year.walk.needs += 1
            year.walk.missed += not year.cycles[item]
