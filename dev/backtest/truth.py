"""What really became of a car: depths, oil, and the day each need truly came."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from device_sim.world.history import Course
from schemas.vehicle import Axle

ZONE = ZoneInfo("Asia/Shanghai")
Part = Literal["tread_front", "tread_rear", "pad_front", "pad_rear"]
PARTS: tuple[Part, ...] = ("tread_front", "tread_rear", "pad_front", "pad_rear")
PARTS_OF: dict[str, tuple[Part, ...]] = {"TYR-NEW": ("tread_front", "tread_rear"), "BRK-PAD-F": ("pad_front",),
                                         "BRK-PAD-R": ("pad_rear",)}
LIMIT_MM = 3.0
"""Of tread and of pads: where the workshop replaces them."""
OIL_KM, OIL_DAYS = 10_000.0, 365
"""The maker's limits of a filling beside its own ageing [km by the odometer], [d]."""
NEVER = date.max


@dataclass
class TrueCar:
    """One car over its course; depths [mm] and the oil since they were last renewed."""

    course: Course
    depth_mm: dict[Part, float]                  # when last set
    oil_used: float                              # share, at the beginning
    oil_km: float                                # driven on it before the beginning
    oil_since: date
    used: dict[str, float] = field(default_factory=dict)  # of the course when last set, by name
    pace: dict[Part, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 1.0))  # of wear, beside the first part

    def amount(self, name: str, at: datetime) -> float:
        """Sum of the course up to an instant."""
        ways = int(np.searchsorted(self.course.epoch_s, at.timestamp(), side="right"))
        return float(getattr(self.course, name)[ways - 1]) if ways else 0.0

    def depth(self, part: Part, at: datetime) -> float:
        """Tread or thickness at an instant."""
        return self.depth_mm[part] - self.pace[part] * (self.amount(f"{part}_mm", at) - self.used.get(part, 0.0))

    def renew(self, part: Part, at: datetime, new_mm: float, pace: float) -> None:
        """A new part is fitted, which wears at a pace of its own beside the one the course was driven on."""
        self.used[part], self.depth_mm[part], self.pace[part] = self.amount(f"{part}_mm", at), new_mm, pace

    def change_oil(self, at: datetime) -> None:
        """A new filling."""
        self.oil_used = self.oil_km = 0.0
        self.oil_since = at.astimezone(ZONE).date()
        self.used |= {"oil": self.amount("oil_used", at), "oil_km": self.amount("odometer_km", at)}

    def oil_life_pct(self, at: datetime) -> float:
        """What the shortest of ageing, distance and time leaves."""
        aged = self.oil_used + self.amount("oil_used", at) - self.used.get("oil", 0.0)
        driven = self.oil_km + self.amount("odometer_km", at) - self.used.get("oil_km", 0.0)
        days = (at.astimezone(ZONE).date() - self.oil_since).days
        return 100 * max(0.0, 1 - max(aged, driven / OIL_KM, days / OIL_DAYS))

    def need_on(self, item: str, axle: Axle | None = None) -> date:
        """The day an item is truly needed if nothing is done before; `NEVER` beyond the end of the course.

        Tyres are needed when the first axle needs them, or when the axle named does.
        """
        if item == "PM-MINOR":
            return min(self._reached("oil_used", 1 - self.oil_used + self.used.get("oil", 0.0)),
                       self._reached("odometer_km", OIL_KM - self.oil_km + self.used.get("oil_km", 0.0)),
                       date.fromordinal(self.oil_since.toordinal() + OIL_DAYS))
        return min(self._worn_out(part) for part in PARTS_OF[item] if axle is None or part.endswith(axle))

    def _worn_out(self, part: Part) -> date:
        left = (self.depth_mm[part] - LIMIT_MM) / self.pace[part]
        return self._reached(f"{part}_mm", left + self.used.get(part, 0.0))

    def _reached(self, name: str, amount: float) -> date:
        way = int(np.searchsorted(getattr(self.course, name), amount))
        if way == len(self.course.epoch_s):
            return NEVER
        return datetime.fromtimestamp(float(self.course.epoch_s[way]), UTC).astimezone(ZONE).date()
