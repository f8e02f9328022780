"""Beside other cars of the model, and energy of the traction battery."""

import numpy as np
import pytest

from schemas.findings import FindingCode
from schemas.quantity import Unknown
from schemas.report import VehicleReport
from schemas.vehicle import FleetQuantiles, ModelFleet, VehicleFacts
from tests.unit.health.drives import commute, recording
from tests.unit.health.reports import assessed

OTHERS = ModelFleet(cars=12, fuel_l_per_100km=FleetQuantiles(low=6.9, median=7.6, high=8.3),
                    front_mm_per_1000km=FleetQuantiles(low=0.08, median=0.10, high=0.12))


def beside(fleet: ModelFleet | None, litres_h: float = 6.0) -> VehicleReport:
    seconds = np.arange(7200.0)
    drive = recording(seconds, speed_kmh=np.full(7200, 60.0), engine_rpm=np.full(7200, 2000.0),
                      fuel_rate_l_h=np.full(7200, litres_h))
    return assessed(drive, {"car": VehicleFacts(fleet=fleet)})["car"]


def test_the_ratio_to_the_median_of_the_model() -> None:
    figure = beside(OTHERS).fleet.fuel_l_per_100km
    assert figure.fleet is not None
    assert figure.ratio is not None
    assert (figure.fleet.low, figure.fleet.value, figure.fleet.high) == (6.9, 7.6, 8.3)
    assert figure.ratio.value == pytest.approx(10 / 7.6, rel=1e-3)
    assert figure.ratio.low < figure.ratio.value < figure.ratio.high


def test_more_than_nine_of_ten_cars_is_said() -> None:
    assert FindingCode.FUEL_FLEET in [finding.code for finding in beside(OTHERS).findings]
    assert FindingCode.FUEL_FLEET not in [finding.code for finding in beside(OTHERS, 4.7).findings]


def test_an_axle_that_wears_faster_than_nine_of_ten_is_said() -> None:
    gentle = ModelFleet(cars=12, front_mm_per_1000km=FleetQuantiles(low=0.001, median=0.002, high=0.003))
    [found] = [found for found in beside(gentle).findings if found.code is FindingCode.TYRE_WEAR_FLEET]
    assert "前轮" in found.zh
    assert FindingCode.TYRE_WEAR_FLEET not in [finding.code for finding in beside(OTHERS).findings]


def test_too_few_cars_are_no_comparison() -> None:
    alone = beside(None)
    assert alone.fleet.cars is None
    assert alone.unknown["fleet.fuel_l_per_100km.ratio"] is Unknown.FEW_CARS
    some = beside(ModelFleet(cars=12))
    assert some.fleet.front_mm_per_1000km.ratio is None
    assert some.unknown["fleet.front_mm_per_1000km.ratio"] is Unknown.FEW_CARS


def electric(**facts: object) -> VehicleReport:
    seconds = np.arange(3600.0)
    drive = recording(seconds, speed_kmh=np.full(3600, 60.0), traction_soc_pct=80 - seconds / 180)
    return assessed(drive, {"car": VehicleFacts.model_validate(facts)})["car"]


def test_energy_of_an_electric_car() -> None:
    report = electric(traction_kwh=50.0)
    assert report.fuel_type == "ev"
    assert report.electricity.energy_kwh is not None
    assert report.electricity.energy_kwh.value == pytest.approx(10.0, rel=0.001)
    assert report.electricity.kwh_per_100km is not None
    assert report.electricity.kwh_per_100km.value == pytest.approx(10 / 0.6, rel=0.001)


def test_charging_on_the_way_is_no_gain() -> None:
    seconds = np.arange(3600.0)
    charge = np.where(seconds < 1800, 40 - seconds / 180, 90 - (seconds - 1800) / 180)
    drive = recording(seconds, speed_kmh=np.full(3600, 60.0), traction_soc_pct=charge)
    energy = assessed(drive, {"car": VehicleFacts(traction_kwh=50.0)})["car"].electricity.energy_kwh
    assert energy is not None
    assert energy.value == pytest.approx(10.0, rel=0.01)


def test_energy_needs_the_capacity_and_an_electric_car() -> None:
    assert electric().unknown["electricity.energy_kwh"] is Unknown.NO_FACT
    assert assessed(commute(1))["car"].unknown["electricity.energy_kwh"] is Unknown.NOT_ELECTRIC
