"""Where a pair of tyres has been: rotation and changes of set move wear with the rubber, not with the axle.

Section 5 of the model notes: depth is linear in the wear index, so a pair that changed places has worn by the sum of
the indices of the places it was in.
"""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from health.history import DAY
from health.moments import day_of, instant_us
from health.quality import Booleans, Floats, Integers
from schemas.vehicle import Axle, VehicleFacts

ROTATION = "TYR-ROT"
"""Catalogue item that swaps the axles."""

LONG_AGO = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Fitting:
    """What is on the car from an instant on."""

    since_us: int
    set_name: str
    turned: bool  # whether the set's first front pair is on the rear axle
    winter: bool


@dataclass(frozen=True)
class TyreSets:
    """All fittings of a car, oldest first; the first one has no beginning."""

    fittings: tuple[Fitting, ...]

    @classmethod
    def of(cls, facts: VehicleFacts) -> "TyreSets":
        """Walk through the recorded changes; a rotation turns the set on the car, a set comes back as it went."""
        winter = bool(facts.tyres and facts.tyres.winter)
        mounted = [change for change in facts.tyre_changes if change.kind == "mounted"]
        first = Fitting(LONG_AGO, "", turned=False, winter=winter and not mounted)
        walked, turned = [first], {"": False}
        for at_us, set_name, is_winter in _changes(facts):
            on = walked[-1]
            if set_name is None:
                turned[on.set_name] = not on.turned
                walked.append(Fitting(at_us, on.set_name, turned[on.set_name], on.winter))
            else:
                walked.append(Fitting(at_us, set_name, turned.setdefault(set_name, False), is_winter))
        return cls(tuple(walked))

    @property
    def now(self) -> Fitting:
        """The set on the car."""
        return self.fittings[-1]

    def at(self, time_us: Integers) -> "Places":
        """Where the pairs now on the car were at some instants."""
        which = np.searchsorted([fitting.since_us for fitting in self.fittings[1:]], time_us, side="right")
        on = np.array([fitting.set_name == self.now.set_name for fitting in self.fittings])
        moved = np.array([fitting.turned != self.now.turned for fitting in self.fittings])
        winter = np.array([fitting.winter for fitting in self.fittings])
        return Places(on[which], moved[which], winter[which])


@dataclass(frozen=True)
class Places:
    """Per instant: whether the set now on the car was on it, whether on swapped axles, and whether what was is winter
    rubber."""

    mounted: Booleans
    swapped: Booleans
    winter: Booleans

    def index_of_pair(self, own: Floats, other: Floats) -> Floats:
        """Wear index of the pair now on an axle, from the indices of that axle and of the other one."""
        return np.where(self.mounted, np.where(self.swapped, other, own), np.where(np.isnan(own), own, 0.0))


def belongs(sets: TyreSets, time: datetime, measured_axle: Axle, axle_now: Axle) -> bool:
    """Whether a reading on an axle was taken on the pair that is on `axle_now` today."""
    places = sets.at(np.array([instant_us(time)]))
    return bool(places.mounted[0]) and (measured_axle == axle_now) != bool(places.swapped[0])


def _changes(facts: VehicleFacts) -> list[tuple[int, str | None, bool]]:
    """(instant, set or None for a rotation, winter) in time order; a rotation the workshop noted twice is one."""
    noted = [(_effective_us(change.at), None if change.kind == "rotated" else change.set_name, change.winter)
             for change in facts.tyre_changes]
    known = {day_of(change.at) for change in facts.tyre_changes if change.kind == "rotated"}
    rotations = {service.at for service in facts.services if service.item == ROTATION} - known
    noted += [(_effective_us(day), None, False) for day in rotations]
    return sorted(noted, key=lambda change: (change[0], change[1] or ""))


def _effective_us(at: datetime | date) -> int:
    """A change of which only the day is known counts from its end: the check with the gauge comes before the work."""
    return instant_us(at) if isinstance(at, datetime) else instant_us(at) + DAY
