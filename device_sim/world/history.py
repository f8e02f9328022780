"""What the world hands out: what a car's sensors said, and what really happened."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from device_sim.world.arrays import Floats, Ints
from device_sim.world.life import STEADY, Life
from device_sim.world.roads import Road
from device_sim.world.tank import Refuel
from schemas.frames import TIME


@dataclass(frozen=True)
class InitialState:
    """How the car stood when the story begins; the caller chooses what falls due."""

    odometer_km: float = 42_000.0
    tread_front_mm: float = 6.2
    tread_rear_mm: float = 6.8
    fuel_share: float = 0.6


@dataclass(frozen=True)
class CarSpec:
    """One car and who drives it."""

    name: str
    model: str = "sedan_maf"
    driver: str = "commuter"
    initial: InitialState = field(default_factory=InitialState)
    home: tuple[float, float] | None = None  # WGS-84; drawn around Jinan when not given
    utc_offset_h: float = 8.0
    life: Life = STEADY


@dataclass(frozen=True)
class TrueTrip:
    """One way as it really was, engine start to engine stop."""

    start: datetime
    end: datetime
    distance_km: float
    fuel_l: float
    idle_s: float


@dataclass(frozen=True)
class Truth:
    """Ground truth of one car over its history."""

    distance_km: float
    odometer_km: float         # true, at the end
    fuel_l: float
    energy_kwh: float          # electric cars
    engine_revolutions: float
    brake_mj: float
    wear_front_mm: float
    wear_rear_mm: float
    tread_front_mm: float      # at the end
    tread_rear_mm: float
    km_by_road: dict[str, float]
    seconds_by_road: dict[str, float]
    standing_s: float          # engine on, not moving
    trips: tuple[TrueTrip, ...]
    refuels: tuple[Refuel, ...]
    hidden: dict[str, float]

    @property
    def fuel_l_per_100km(self) -> float | None:
        return 100 * self.fuel_l / self.distance_km if self.distance_km and self.fuel_l else None

    def as_json(self) -> dict[str, Any]:
        """Plain values; times as ISO 8601."""
        trips = [asdict(trip) | {"start": trip.start.isoformat(), "end": trip.end.isoformat()} for trip in self.trips]
        return asdict(self) | {"trips": trips, "fuel_l_per_100km": self.fuel_l_per_100km}


@dataclass(frozen=True)
class Course:
    """How the car stood at the end of each way, counted from the beginning of the story."""

    epoch_s: Floats
    distance_km: Floats
    odometer_km: Floats        # by the dashboard
    fuel_l: Floats
    tread_front_mm: Floats     # worn off, like the following three
    tread_rear_mm: Floats
    pad_front_mm: Floats
    pad_rear_mm: Floats
    oil_used: Floats           # share of a filling; above 1 where it should have been changed

    @classmethod
    def parked(cls) -> "Course":
        """Of a car nobody drove."""
        return cls(*np.empty((9, 0)))


@dataclass(frozen=True)
class CarHistory:
    """Every second the dongle was awake: sensor values by column name, before any sin of the dongle."""

    spec: CarSpec
    epoch_ms: Ints
    columns: dict[str, Floats]
    trip_first: Ints           # index of each trip's first second
    trip_last: Ints
    running_first: Ints        # engine starts
    running_last: Ints
    true_speed_m_s: Floats
    truth: Truth
    course: Course

    @classmethod
    def parked(cls, spec: CarSpec) -> "CarHistory":
        """A car nobody drove."""
        none, never = np.empty(0), np.empty(0, np.int64)
        begin, roads = spec.initial, {road.name.lower(): 0.0 for road in Road}
        truth = Truth(0, begin.odometer_km, 0, 0, 0, 0, 0, 0, begin.tread_front_mm, begin.tread_rear_mm, roads, roads,
                      0, (), (), {})
        return cls(spec, never, {}, never, never, never, never, none, truth, Course.parked())

    @property
    def frame(self) -> pl.DataFrame:
        """The same as a table with `time` and our column names."""
        time = pl.Series("time", self.epoch_ms).cast(pl.Datetime("ms", "UTC")).cast(TIME)
        return pl.DataFrame([time, *(pl.Series(name, values) for name, values in self.columns.items())])

    def instant(self, index: int) -> datetime:
        return datetime.fromtimestamp(float(self.epoch_ms[index]) / 1000, UTC)
