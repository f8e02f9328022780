"""Which tyres have been where: wear goes with the rubber, not with the axle.

The two tyres of an axle stay together as a pair. Rotation swaps the pairs, a set comes back as it went, new tyres take
the place of one pair or of both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from health.moments import instant_us
from health.quality import Booleans, Integers
from health.tyre_work import AXLES, Work, works
from schemas.vehicle import Axle, TreadReading, Tyres, VehicleFacts

LONG_AGO = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Fresh:
    """A pair's first day, as far as somebody noted it."""

    at_us: int | None
    day: date | None
    odometer_km: float | None
    tread_mm: float | None


@dataclass(frozen=True)
class Pair:
    """Two tyres that stay together, numbered in the order pairs came to the car."""

    number: int
    winter: bool
    fresh: Fresh | None  # None: nobody knows how old they are


@dataclass(frozen=True)
class Fitting:
    """What is on the car from an instant on."""

    since_us: int
    gauged_us: int
    set_name: str
    pairs: Mapping[Axle, Pair]

    def place(self, pair: Pair) -> Axle | None:
        """The axle a pair is on; None while it is in store."""
        return next((axle for axle, on in self.pairs.items() if on.number == pair.number), None)


@dataclass(frozen=True)
class TyreSets:
    """All fittings of a car, oldest first; the first one has no beginning."""

    fittings: tuple[Fitting, ...]

    @classmethod
    def of(cls, facts: VehicleFacts) -> "TyreSets":
        """Walk through all that was done to the tyres."""
        return cls(tuple(_walk(facts)))

    @property
    def now(self) -> Mapping[Axle, Pair]:
        """The pairs on the car."""
        return self.fittings[-1].pairs

    @property
    def pairs(self) -> list[Pair]:
        """Every pair that ever was on the car, in the order they came."""
        known = {pair.number: pair for fitting in self.fittings for pair in fitting.pairs.values()}
        return [known[number] for number in sorted(known)]

    def places(self, pair: Pair, time_us: Integers) -> "Places":
        """Where a pair was at some instants."""
        places = [fitting.place(pair) for fitting in self.fittings]
        on = [number for number, place in enumerate(places) if place is not None]
        which = self._which(time_us)
        front, rear = (np.array([place == axle for place in places])[which] for axle in AXLES)
        return Places(front, rear, (on[0] <= which) & (which <= on[-1]))

    def winter(self, axle: Axle, time_us: Integers) -> Booleans:
        """Whether winter rubber was on an axle at some instants."""
        result: Booleans = np.array([fitting.pairs[axle].winter for fitting in self.fittings])[self._which(time_us)]
        return result

    def measured(self, reading: TreadReading) -> Pair:
        """The pair a gauge reading was taken on: at the instant of a visit the one that was on before it."""
        since = [fitting.gauged_us for fitting in self.fittings[1:]]
        return self.fittings[int(np.searchsorted(since, instant_us(reading.time)))].pairs[reading.axle]

    def _which(self, time_us: Integers) -> Integers:
        return np.searchsorted([fitting.since_us for fitting in self.fittings[1:]], time_us, side="right")


@dataclass(frozen=True)
class Places:
    """Per instant: whether a pair was in front, in the rear, and between its first and its last day on the car."""

    front: Booleans
    rear: Booleans
    alive: Booleans


def _walk(facts: VehicleFacts) -> Iterator[Fitting]:
    tyres = facts.tyres or Tyres()
    mounted = any(change.kind == "mounted" for change in facts.tyre_changes)
    by_km = tyres.fitted_at is None and tyres.fitted_km is not None
    fresh = Fresh(None, None, tyres.fitted_km, tyres.new_mm) if by_km else None
    first: dict[Axle, Pair] = {axle: Pair(number, tyres.winter and not mounted, fresh)
                               for number, axle in enumerate(AXLES)}
    on = Fitting(LONG_AGO, LONG_AGO, "", first)
    stored: dict[str, Mapping[Axle, Pair]] = {}
    yield on
    for number, work in enumerate(works(facts), start=1):
        on = _after(on, work, stored, 4 * number, tyres.new_mm)
        yield on


def _after(on: Fitting, work: Work, stored: dict[str, Mapping[Axle, Pair]], number: int,
           new_mm: float | None) -> Fitting:
    """Mount, swap, renew. A work can bring four pairs at most, numbered from `number` on."""
    name, pairs = on.set_name, dict(on.pairs)
    if work.mounts is not None:
        stored[name], name = pairs, work.mounts
        came = stored.get(name) or {axle: Pair(number + place, work.winter, None) for place, axle in enumerate(AXLES)}
        pairs = {axle: replace(pair, winter=work.winter) for axle, pair in came.items()}
    if work.swaps:
        pairs = {"front": pairs["rear"], "rear": pairs["front"]}
    fresh = Fresh(work.at_us, work.day, work.odometer_km, work.new_mm or new_mm)
    for place, axle in enumerate(work.renews, start=2):
        pairs[axle] = Pair(number + place, work.winter or pairs[axle].winter, fresh)
    return Fitting(work.at_us, work.gauged_us, name, pairs)
