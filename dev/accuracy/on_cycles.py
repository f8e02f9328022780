"""Goals on standard drive cycles: distance, roads, tyres, brakes, harsh events."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from dev.accuracy.recordings import AFTERWARDS, Cycle, Data
from dev.accuracy.rows import Figure, Row, median, miss_pct, worst
from health.assess import assess
from health.quality import Floats
from schemas.quantity import Q
from schemas.report import VehicleReport
from schemas.vehicle import VehicleFacts

OFFICIAL_KM = {"udds": 11.99, "ftp75_no_soak": 17.77, "hwfet": 16.51, "us06": 12.89, "sc03": 5.76, "nycc": 1.90,
               "im240": 3.152, "wltc_class3b": 23.266, "wltc_class3a": 23.194, "nedc": 10.93}
"""Length of the cycles as their publishers state it [km]. EPA 40 CFR 86 and 600, UN GTR 15, UN R83."""

BRAKE_MJ_KM = {"udds": 0.1162, "wltc_class3b": 0.0741, "nycc": 0.2596, "hwfet": 0.0195, "us06": 0.1278,
               "sc03": 0.1424, "im240": 0.1530, "nedc": 0.0707, "japan_10_15": 0.0898}
"""Brake energy of the default car. Section 6 of the model notes."""

EVENTS = {"us06": (0, 5), "udds": (0, 0), "hwfet": (0, 0), "nycc": (0, 1)}
"""Harsh brakes and accelerations. Section 12 of the model notes."""

NO_CYCLES = "drive cycles (tables of time_s, speed_mps)"
ZONE = ZoneInfo("Asia/Shanghai")


def known(quantity: Q) -> float:
    """Value of a figure; NaN, which meets no limit, where it is null."""
    return float("nan") if quantity is None else quantity.value


def assessed(readings: pl.DataFrame, facts: VehicleFacts | None = None) -> dict[str, VehicleReport]:
    """Reports on readings, all vehicles with the same facts."""
    return assess(readings, {} if facts is None else {"*": facts}, AFTERWARDS, ZONE)


@lru_cache
def driven(data: Data) -> Mapping[str, VehicleReport]:
    """Reports on all cycles, each driven by the default car."""
    return assessed(pl.concat([cycle.readings() for cycle in data.cycles.values()])) if data.cycles else {}


def clean_distance(data: Data) -> Row:
    """Goal 1."""
    reports, quantity = driven(data), "distance on given cycles, clean 1 Hz"
    if not reports:
        return Row(1, quantity, missing=NO_CYCLES)
    integral = miss_pct([known(reports[name].distance_km) for name in data.cycles],
                        [cycle.km for cycle in data.cycles.values()])
    stated = [name for name in data.cycles if name in OFFICIAL_KM]
    official = miss_pct([known(reports[name].distance_km) for name in stated], [OFFICIAL_KM[name] for name in stated])
    return Row(1, quantity, (worst("to the integral,", integral, 0.01),
                             worst("to the official figure,", official, 0.1)))


def distorted(kind: str, cycle: Cycle, seed: int = 1) -> pl.DataFrame:
    """A cycle as a worse device would tell it."""
    chance = np.random.default_rng(seed)
    seconds, kmh = cycle.seconds, cycle.speed_m_s * 3.6
    if kind == "rounded":
        return cycle.readings(np.rint(kmh))
    if kind == "floored":
        return cycle.readings(np.floor(kmh))
    if kind == "10 % lost":
        kept = chance.random(len(seconds)) >= 0.1
        kept[[0, -1]] = True
        return cycle.readings(kmh[kept], seconds[kept])
    if kind == "every 5 s":
        return cycle.readings(kmh[::5], seconds[::5])
    order = chance.permutation(np.concatenate([np.arange(len(seconds)), chance.integers(0, len(seconds), 300)]))
    return cycle.readings(kmh[order], seconds[order])


def misses(kind: str, data: Data) -> Floats:
    """Relative difference to the integral of the undistorted cycle [%], by cycle."""
    readings = pl.concat([distorted(kind, cycle) for cycle in data.cycles.values()])
    reports = assessed(readings, VehicleFacts(speed_floored=kind == "floored"))
    return miss_pct([known(reports[name].distance_km) for name in data.cycles],
                    [cycle.km for cycle in data.cycles.values()])


WORSE_DEVICES = {"rounded": (0.05, 0.25), "10 % lost": (0.05, 0.6), "every 5 s": (0.15, 0.7),
                 "shuffled": (0.001, 0.01)}
"""Median and worst miss allowed [%]."""


def distorted_distance(data: Data) -> Row:
    """Goal 2."""
    quantity = "distance with rounded, lost, sparse, shuffled and repeated samples"
    if not data.cycles:
        return Row(2, quantity, missing=NO_CYCLES)
    figures = []
    for kind, (middle, most) in WORSE_DEVICES.items():
        off = misses(kind, data)
        figures += [median(f"{kind},", off, middle), worst(f"{kind},", off, most)]
    return Row(2, quantity, tuple(figures))


def floored_distance(data: Data) -> Row:
    """Goal 3."""
    quantity = "floored speed, correction on"
    if not data.cycles:
        return Row(3, quantity, missing=NO_CYCLES)
    off = misses("floored", data)
    return Row(3, quantity, (median("", off, 0.05), worst("", off, 0.9)))


def highway_share(data: Data) -> Row:
    """Goal 9."""
    limits = {"hwfet": (92, 100), "us06_hwy": (92, 100), "nycc": (0, 0), "udds": (15, 25)}
    reports = driven(data)
    return Row(9, "highway share of distance",
               tuple(Figure(name, 100 * known(reports[name].road_mix.highway), least=low, most=high)
                     for name, (low, high) in limits.items() if name in reports),
               missing="" if reports.keys() & limits.keys() else NO_CYCLES)


def congested_time(data: Data) -> Row:
    """Goal 10."""
    limits = {"nycc": (60, 100), "hwfet": (0, 0)}
    reports = driven(data)
    return Row(10, "congested share of time",
               tuple(Figure(name, 100 * known(reports[name].road_mix.congested_time), least=low, most=high)
                     for name, (low, high) in limits.items() if name in reports),
               missing="" if reports.keys() & limits.keys() else NO_CYCLES)


def tyre_wear(data: Data) -> Row:
    """Goal 17."""
    quantity = "tyres, mm/1000 km"
    if not {"wltc_class3b", "nycc", "hwfet", "udds"} <= data.cycles.keys():
        return Row(17, quantity, missing=NO_CYCLES)
    wltc, unit = _wear(driven(data)["wltc_class3b"]), "mm/1000 km"
    ratio = _wear(driven(data)["nycc"])[0] / _wear(driven(data)["hwfet"])[0]
    rear_driven = _wear(assessed(data.cycles["wltc_class3b"].readings(),
                                 VehicleFacts(driven_axle="rear"))["wltc_class3b"])
    by_load = [_wear(assessed(data.cycles["udds"].readings(), VehicleFacts(mass_kg=mass))["udds"])[0]
               for mass in (1100, 1400, 1700, 2100)]
    return Row(17, quantity, (
        Figure("wltc front, front-driven", wltc[0], unit, 0.13, 0.20),
        Figure("wltc rear, front-driven", wltc[1], unit, 0.05, 0.09),
        Figure("nycc : hwfet front", ratio, "1", 2.5, 5.0),
        Figure("wltc rear : front, rear-driven", rear_driven[1] / rear_driven[0], "1", least=1.0),
        Figure("least step of wear with load", min(b - a for a, b in pairwise(by_load)), unit, least=0.0)))


def _wear(report: VehicleReport) -> tuple[float, float]:
    """Front and rear [mm/1000 km]."""
    return known(report.tyres.front.mm_per_1000km), known(report.tyres.rear.mm_per_1000km)


def brake_energy(data: Data) -> Row:
    """Goal 19."""
    named = [name for name in data.cycles if name in BRAKE_MJ_KM]
    if not named:
        return Row(19, "brake energy per km", missing=NO_CYCLES)
    off = miss_pct([known(driven(data)[name].brakes.energy_mj_per_km) for name in named],
                   [BRAKE_MJ_KM[name] for name in named])
    return Row(19, "brake energy per km", (worst("", off, 2.0),))


def harsh_events(data: Data) -> Row:
    """Goal 22."""
    counted = [(driven(data)[name].events, wanted) for name, wanted in EVENTS.items() if name in data.cycles]
    off = [np.inf if ours is None else abs(ours - wanted) for found, both in counted
           for ours, wanted in zip((found.brake, found.accel), both, strict=True)]
    differing = (worst("difference of counts,", np.array(off), 0, "1"),) if off else ()
    return Row(22, "harsh events: brakes and accelerations on cycles", differing, missing="" if off else NO_CYCLES,
               note="the recorded emergency stop is not among the given recordings")
