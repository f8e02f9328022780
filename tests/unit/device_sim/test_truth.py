"""The truth is physically sensible, and sensors agree with it as far as sensors do."""

from dataclasses import replace

import numpy as np
import pytest

from device_sim import CarHistory, CarSpec, InitialState, simulate
from device_sim.world.cars import MODELS, draw_hidden
from device_sim.world.drivers import DRIVERS
from device_sim.world.engine import HEATING_VALUE_KJ_G
from tests.unit.device_sim.conftest import END

COMBUSTION = [name for name, model in MODELS.items() if model.energy != "electric"]


def test_the_same_arguments_give_the_same_history(town: CarHistory) -> None:
    again = simulate(town.spec, 3, END, 1)
    assert again.frame.equals(town.frame)
    assert again.truth == town.truth


def test_another_seed_gives_another_life(town: CarHistory) -> None:
    assert simulate(town.spec, 3, END, 2).truth.distance_km != town.truth.distance_km


def test_distance_is_the_integral_of_true_speed(commuter: CarHistory) -> None:
    speed, step_s = commuter.true_speed_m_s, np.diff(commuter.epoch_ms) / 1000
    km = np.sum(np.where(step_s <= 1, (speed[1:] + speed[:-1]) / 2, 0)) / 1000
    assert km == pytest.approx(commuter.truth.distance_km, rel=1e-9)
    assert sum(trip.distance_km for trip in commuter.truth.trips) == pytest.approx(km, rel=1e-6)
    assert sum(commuter.truth.km_by_road.values()) == pytest.approx(km, rel=1e-6)


def test_the_odometer_counts_what_the_wheels_turn(commuter: CarHistory) -> None:
    shown, speed = commuter.columns["odometer_km"], commuter.columns["speed_kmh"]
    assert shown[0] == commuter.spec.initial.odometer_km
    assert shown[-1] - shown[0] == pytest.approx(commuter.truth.distance_km, rel=0.03)
    moving = commuter.true_speed_m_s > 0
    by_wheels = np.median(speed[moving] / commuter.true_speed_m_s[moving]) / 3.6
    assert (shown[-1] - shown[0]) / commuter.truth.distance_km == pytest.approx(by_wheels, abs=0.004)


def test_worn_tyres_turn_more_often() -> None:
    """5 mm of a radius of 316, and no more than a tyre has."""
    def shown(tread_mm: float) -> float:
        begin = InitialState(tread_front_mm=tread_mm, tread_rear_mm=tread_mm)
        history = simulate(CarSpec("same", initial=begin), 3, END, 4)
        return float(np.ptp(history.columns["odometer_km"])) / history.truth.distance_km

    assert shown(3.0) / shown(8.0) == pytest.approx(319 / 314, abs=1e-4)
    assert shown(-1.0) == pytest.approx(shown(-3.0), abs=1e-6)


def test_time_passes_only_forwards_and_ends_before_the_end(commuter: CarHistory) -> None:
    assert np.diff(commuter.epoch_ms).min() == 1000
    assert commuter.epoch_ms[-1] < END.timestamp() * 1000
    assert len(commuter.truth.trips) == commuter.trip_first.size


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("model", COMBUSTION)
def test_consumption_is_what_such_cars_need(model: str, driver: str) -> None:
    truth = simulate(CarSpec(f"{model}-{driver}", model, driver), 10, END, 4).truth
    assert truth.fuel_l_per_100km is not None
    assert 4.0 < truth.fuel_l_per_100km < 14.0


def test_congestion_costs_fuel() -> None:
    use = {driver: simulate(CarSpec("same", "sedan_maf", driver), 21, END, 4).truth.fuel_l_per_100km or 0
           for driver in DRIVERS}
    assert use["city"] > 1.2 * use["motorway"]


def test_an_engine_turns_less_heat_into_work_than_it_burns(traveller: CarHistory) -> None:
    truth, model = traveller.truth, MODELS["sedan_maf"]
    heat_kj = truth.fuel_l * truth.hidden["fuel_kg_l"] * 1000 * HEATING_VALUE_KJ_G["petrol"]
    speed = traveller.true_speed_m_s
    drag_kj = np.sum(0.5 * 1.2 * model.cda_m2 * speed**3 + model.crr * model.mass_kg * 9.81 * speed) / 1000
    assert 0.15 < drag_kj / heat_kj < 0.36


def test_an_electric_car_needs_no_fuel() -> None:
    truth = simulate(CarSpec("quiet", "compact_electric", "commuter"), 10, END, 4).truth
    assert truth.fuel_l == 0
    assert 11 < 100 * truth.energy_kwh / truth.distance_km < 25


def test_air_metered_is_fuel_burnt(traveller: CarHistory) -> None:
    columns, truth = traveller.columns, traveller.truth
    burning = columns["map_kpa"] > 24
    litres = np.sum(columns["maf_g_s"][burning]) / 14.6 / truth.hidden["fuel_kg_l"] / 1000
    assert litres == pytest.approx(truth.fuel_l, rel=0.06)


def test_pressure_and_air_agree_through_the_gas_law(traveller: CarHistory) -> None:
    columns = traveller.columns
    drawn = columns["engine_rpm"] / 120 * columns["map_kpa"] * 1000 / (287.05 * (columns["intake_air_c"] + 273.15))
    assert 0.75 < np.sum(columns["maf_g_s"]) / np.sum(drawn) / 1.6 < 0.95


def test_a_diesel_breathes_freely_at_idle() -> None:
    columns = simulate(CarSpec("diesel", "wagon_diesel", "commuter"), 7, END, 4).columns
    idle = (columns["engine_rpm"] > 500) & (columns["speed_kmh"] < 1)
    assert np.median(columns["map_kpa"][idle]) > 90
    assert np.median(columns["maf_g_s"][idle]) > 5  # MAF / 14.5 would be absurd


def test_a_petrol_engine_idles_on_two_or_three_grams_of_air(commuter: CarHistory) -> None:
    columns = commuter.columns
    idle = (columns["engine_rpm"] > 500) & (columns["speed_kmh"] < 1) & (columns["coolant_c"] > 80)
    assert 1.8 < np.median(columns["maf_g_s"][idle]) < 3.5
    assert 24 < np.median(columns["map_kpa"][idle]) < 40


def test_engines_warm_up(commuter: CarHistory) -> None:
    coolant = commuter.columns["coolant_c"]
    assert coolant[commuter.trip_first[0]] < 25
    assert 84 < np.percentile(coolant, 95) < 96


def test_the_tank_balances(traveller: CarHistory) -> None:
    truth, tank_l = traveller.truth, MODELS["sedan_maf"].tank_l
    left = 0.6 * tank_l + sum(refuel.litres for refuel in truth.refuels) - truth.fuel_l
    assert truth.refuels
    assert 0 < left <= tank_l
    assert traveller.columns["fuel_level_pct"][-1] == pytest.approx(100 * left / tank_l, abs=10)


def test_the_battery_rests_cranks_and_charges(commuter: CarHistory) -> None:
    volts, rpm = commuter.columns["battery_v"], commuter.columns["engine_rpm"]
    before_start = volts[commuter.trip_first]
    assert 12.2 < np.median(before_start) < 12.9
    assert 9.0 < volts.min() < 11.5
    assert 13.5 < np.median(volts[rpm > 600]) < 14.9


def average_wear(model: str, driver: str) -> tuple[float, float]:
    """mm/1000 km front and rear, of a tyre of the middling brand."""
    truth = simulate(CarSpec(f"{model}-{driver}", model, driver), 14, END, 4).truth
    per_1000km = 1000 / truth.distance_km / truth.hidden["wear_scale"]
    return truth.wear_front_mm * per_1000km, truth.wear_rear_mm * per_1000km


def test_tyres_wear_as_published_on_mixed_driving() -> None:
    both = np.array([average_wear(model, driver) for model in MODELS for driver in DRIVERS])
    front_driven = both[[MODELS[model].driven == "front" for model in MODELS for _ in DRIVERS]]
    assert both.mean() == pytest.approx(0.12, abs=0.01)
    assert 1.6 < (front_driven[:, 0] / front_driven[:, 1]).mean() < 3.0


def test_a_rear_driven_car_wears_its_rear_tyres() -> None:
    front, rear = average_wear("saloon_rear", "commuter")
    assert rear > 1.3 * front


def test_town_wears_tyres_more_than_the_motorway_per_kilometre() -> None:
    assert average_wear("sedan_maf", "city")[0] > average_wear("sedan_maf", "motorway")[0]


def test_sensors_err_as_published_ones_do() -> None:
    """MAF against injectors on 111 cars: 5.1 %; wheel speed against satellites, treads of 3 to 8 mm: about 1.2 %."""
    rng = np.random.default_rng(0)
    cars = [draw_hidden(MODELS["sedan_maf"], rng) for _ in range(2000)]
    assert np.std([car.air_meter_bias - car.injector_bias for car in cars]) == pytest.approx(0.051, abs=0.004)
    off = np.abs(np.array([car.wheel_scale for car in cars]) * 316 / (311 + rng.uniform(3, 8, 2000)) - 1)
    assert 0.007 < np.median(off) < 0.01
    assert 0.016 < np.quantile(off, 0.9) < 0.022


def test_brands_differ() -> None:
    rng = np.random.default_rng(0)
    scales = [draw_hidden(MODELS["sedan_maf"], rng).wear_scale for _ in range(500)]
    assert 0.15 < np.std(np.log(scales)) < 0.3


def test_the_story_begins_where_the_caller_says() -> None:
    begin = InitialState(odometer_km=19_500, tread_front_mm=3.4)
    truth = simulate(CarSpec("due", "sedan_maf", "motorway", begin), 14, END, 4).truth
    assert truth.odometer_km > 20_000
    assert truth.tread_front_mm == pytest.approx(3.4 - truth.wear_front_mm)


def test_a_car_nobody_drives_has_an_empty_history() -> None:
    parked = simulate(CarSpec("parked", "sedan_maf", "weekend"), 0.01, END, 4)
    assert parked.frame.is_empty()
    assert parked.truth.distance_km == 0


def test_models_answer_what_their_makers_allow() -> None:
    spec = CarSpec("x", driver="city")
    columns = {model: set(simulate(replace(spec, model=model), 2, END, 4).columns) for model in MODELS}
    assert "odometer_km" not in columns["hatch_map"]
    assert "maf_g_s" not in columns["hatch_map"]
    assert not {"fuel_rate_l_h", "lambda_ratio"} & columns["wagon_diesel"]
    assert "engine_rpm" not in columns["compact_electric"]
