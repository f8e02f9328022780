"""The workshop: what it measures, does and writes down at a visit."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from dev.backtest.fleet import Car
from dev.backtest.truth import LIMIT_MM, PARTS, PARTS_OF, ZONE, Part, TrueCar
from device_sim.world.cars import PAD_MAKERS, TYRE_BRANDS
from device_sim.world.history import CarHistory
from schemas.vehicle import (
    Axle,
    MaintenanceRule,
    Oil,
    PadReading,
    ServiceDone,
    TreadReading,
    Tyres,
    VehicleFacts,
)

GAUGE_MM = 0.3
"""1-sigma of a workshop gauge."""
WORTH_MM = 0.5
"""Parts this near their limit are replaced once the car is on the lift."""
AXLES: dict[Axle, tuple[Part, Part]] = {"front": ("tread_front", "pad_front"), "rear": ("tread_rear", "pad_rear")}
"""What is on each axle."""
NEW_MM: dict[Part, float] = {"tread_front": 8.0, "tread_rear": 8.0, "pad_front": 11.0, "pad_rear": 11.0}
NEW_SIGMA_MM = 0.3
"""New parts, and how far makers are from it; the file says the round figure."""
RULES = (MaintenanceRule(item="PM-MINOR", km=10_000, months=12), MaintenanceRule(item="TYR-NEW", tread_mm=LIMIT_MM))
"""Pads join by themselves; electric cars have no minor service."""


@dataclass
class Workshop:
    """The file of one car."""

    car: Car
    truth: TrueCar
    history: CarHistory
    chance: np.random.Generator
    gauge: list[TreadReading] = field(default_factory=list)
    pads: list[PadReading] = field(default_factory=list)
    services: list[ServiceDone] = field(default_factory=list)
    oil: Oil | None = None
    tyres: Tyres | None = None

    @property
    def facts(self) -> VehicleFacts:
        """All that is known of the car now."""
        rules = [rule for rule in RULES if self.car.facts.fuel != "ev" or rule.item != "PM-MINOR"]
        return self.car.facts.model_copy(update={"gauge": list(self.gauge), "pads": list(self.pads), "oil": self.oil,
                                                 "services": list(self.services), "tyres": self.tyres, "rules": rules})

    def odometer_km(self, at: datetime) -> float:
        """What the dashboard shows."""
        return self.car.spec.initial.odometer_km + self.truth.amount("odometer_km", at)

    def open_file(self, begin: datetime) -> None:
        """What was noted before the story begins, at the wear of the story itself."""
        then = begin - timedelta(days=self.car.serviced_days_ago)
        ago_km = self.truth.oil_km
        before_km = self.car.spec.initial.odometer_km - ago_km
        if self.car.facts.fuel != "ev":
            self.services.append(ServiceDone(item="PM-MINOR", at=then.date(), odometer_km=before_km))
            self.oil = Oil(changed_at=then.date(), changed_km=before_km, km_max=10_000)
        if self.car.measured_before:
            end_km = float(self.history.course.odometer_km[-1])
            worn = {part: ago_km * float(getattr(self.history.course, f"{part}_mm")[-1]) / end_km for part in PARTS}
            self._measure(then, before_km, {part: self.truth.depth(part, begin) + worn[part] for part in PARTS})
        if self.car.measured:
            self.measure(begin)

    def measure(self, at: datetime) -> dict[Part, float]:
        """Gauge both axles, tyres and pads."""
        return self._measure(at, self.odometer_km(at), {part: self.truth.depth(part, at) for part in PARTS})

    def _measure(self, at: datetime, odometer_km: float, depth: dict[Part, float]) -> dict[Part, float]:
        read = {part: max(0.0, round(mm + GAUGE_MM * self.chance.standard_normal(), 1)) for part, mm in depth.items()}
        self.gauge += [TreadReading(time=at, odometer_km=odometer_km, axle=axle, tread_mm=read[tread])
                       for axle, (tread, _) in AXLES.items()]
        self.pads += [PadReading(time=at, odometer_km=odometer_km, axle=axle, pad_mm=read[pad])
                      for axle, (_, pad) in AXLES.items()]
        return read

    def visit(self, at: datetime, items: set[str]) -> set[str]:
        """Look at everything, do what is asked for and worth it; returns what was done."""
        read = self.measure(at)
        done = {item for item in items if item == "PM-MINOR" or
                min(read[part] for part in PARTS_OF[item]) <= LIMIT_MM + WORTH_MM}
        for item in sorted(done):
            self._do(item, at)
        return done

    def _do(self, item: str, at: datetime) -> None:
        day, odometer_km = at.astimezone(ZONE).date(), self.odometer_km(at)
        self.services.append(ServiceDone(item=item, at=day, odometer_km=odometer_km))
        self._fit(item, at)
        if item == "TYR-NEW":
            self.tyres = Tyres(fitted_at=day, fitted_km=odometer_km, new_mm=8.0)
        if item == "PM-MINOR":
            self.truth.change_oil(at)
            self.oil = Oil(changed_at=day, changed_km=odometer_km, km_max=10_000)

    def _fit(self, item: str, at: datetime) -> None:
        """New parts of another make than the car came with, all of an item of the same."""
        if item not in PARTS_OF:
            return
        name, spread = ("wear_scale", TYRE_BRANDS) if item == "TYR-NEW" else ("pad_scale", PAD_MAKERS)
        pace = float(np.exp(spread * self.chance.standard_normal())) / self.history.truth.hidden[name]
        for part in PARTS_OF[item]:
            self.truth.renew(part, at, NEW_MM[part] + NEW_SIGMA_MM * self.chance.standard_normal(), pace)
