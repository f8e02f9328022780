"""Goals on recordings of real cars: distance, trips, fuel, oil, battery."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import polars as pl

from dev.accuracy.on_cycles import assessed, known
from dev.accuracy.recordings import Data, Recording
from dev.accuracy.rows import Figure, Row, median, miss_pct, ninetieth, worst
from health.fuel_rungs import air_g_s, engine_on
from health.policy import DEFAULT
from health.quality import Floats
from health.statistics import summarise
from schemas.findings import FindingCode
from schemas.vehicle import VehicleFacts

PUBLISHED = "recordings whose publisher counted trips (veh, start_ts, end_ts, distance_km, zero_seconds)"


def distance_of_published(data: Data) -> Row:
    """Goal 4."""
    quantity = "vehicle totals against their publisher's"
    if data.published is None or data.driven_as_published is None:
        return Row(4, quantity, missing=PUBLISHED)
    ours = summarise(data.driven_as_published, {}).group_by("vehicle").agg(km=pl.col("speed_km").sum())
    both = ours.join(data.published.group_by("vehicle").agg(pl.col("distance_km").sum()), on="vehicle")
    off = miss_pct(both["km"].to_numpy(), both["distance_km"].to_numpy())
    return Row(4, quantity, (median("", off, 0.01), ninetieth("", off, 0.05), worst("", off, 0.2)),
               note=f"{len(both)} vehicles")


def trip_ends(data: Data) -> Row:
    """Goal 7."""
    quantity = "trips with both ends within 60 s of the publisher's"
    if data.published is None or data.driven_as_published is None:
        return Row(7, quantity, missing=PUBLISHED)
    ours = summarise(data.driven_as_published, {})
    near = timedelta(seconds=60)
    hits = []
    for trip in data.published.iter_rows(named=True):
        mine = ours.filter(pl.col("vehicle") == trip["vehicle"])
        start, end = mine["start"].dt.replace_time_zone(None), mine["end"].dt.replace_time_zone(None)
        hits.append((((start - trip["start_ts"]).abs() <= near) & ((end - trip["end_ts"]).abs() <= near)).any())
    return Row(7, quantity, (Figure("share", 100 * float(np.mean(hits)), least=97),), note=f"{len(hits)} trips")


def idle_seconds(data: Data) -> Row:
    """Goal 8."""
    quantity = "idle seconds against the publisher's, trips without gaps"
    if data.published is None or data.driven_as_published is None:
        return Row(8, quantity, missing=PUBLISHED)
    ours = summarise(data.driven_as_published, {}).with_columns(start=pl.col("start").dt.replace_time_zone(None))
    whole = data.published.filter(pl.col("max_gap_between_samples_s") <= 1).sort("start_ts")
    pairs = whole.join_asof(ours.sort("start"), left_on="start_ts", right_on="start", by="vehicle",
                            strategy="nearest", check_sortedness=False)
    off = np.abs(pairs["idle_s"].to_numpy() - pairs["zero_seconds"].to_numpy())
    return Row(8, quantity, (median("", off, 2, "s"), ninetieth("", off, 8, "s")), note=f"{len(off)} trips")


def _parts(recordings: Sequence[Recording]) -> list[pl.DataFrame]:
    return [summarise(recording.readings.drop("label", strict=False), {}) for recording in recordings]


def speed_density(data: Data) -> Row:
    """Goal 12."""
    quantity = "speed-density against MAF, VE*Vd of the car's other trips"
    taught = [rows.filter((pl.col("taught_unit_g") > 0) & pl.col("kept"))
              for rows in _parts(data.with_signals("engine_rpm", "map_kpa", "maf_g_s"))]
    off = [_density_misses(rows) for rows in taught if len(rows) > 1]
    if not off:
        return Row(12, quantity, missing="recordings of several trips with engine speed, MAP and MAF")
    burns = sorted({r.fuel or "unknown" for r in data.with_signals("engine_rpm", "map_kpa", "maf_g_s")})
    every = np.concatenate(off)
    return Row(12, quantity, (median("", every, 1.1), ninetieth("", every, 6.5)),
               note=f"{len(every)} trips; burns: {', '.join(burns)}")


def _density_misses(rows: pl.DataFrame) -> Floats:
    """Air of each trip by MAP and the others' VE*Vd, relative to its own MAF [%]."""
    air, unit = rows["taught_maf_g"].to_numpy(), rows["taught_unit_g"].to_numpy()
    learned = (air.sum() - air) / (unit.sum() - unit)
    return miss_pct(unit * learned, air)


def absolute_load(data: Data) -> Row:
    """Goal 13. The displacement, which nobody notes beside a recording, is that which fits the whole recording."""
    quantity = "absolute load against MAF"
    rows = [part.filter(pl.col("kept")) for part in _parts(data.with_signals("engine_rpm", "absolute_load_pct",
                                                                              "maf_g_s"))]
    if not rows:
        return Row(13, quantity, missing="recordings with absolute load and MAF")
    off = [miss_pct(_shares(part["absolute_load_air_g"]), _shares(part["maf_air_g"])) for part in rows]
    return Row(13, quantity, (median("", np.concatenate(off), 2.5),))


def _shares(air_g: pl.Series) -> Floats:
    """Part of the whole recording in each trip."""
    return air_g.to_numpy() / float(air_g.sum())


def calculated_load(data: Data) -> Row:
    """Goal 14: in every recording with the engine on, idling and overrun too."""
    quantity = "calculated load times ambient pressure against MAP"
    chosen = data.with_signals("engine_rpm", "engine_load_pct", "map_kpa")
    if not chosen:
        return Row(14, quantity, missing="recordings with engine speed, calculated load and MAP")
    off = np.concatenate([_pressure_misses(recording) for recording in chosen])
    return Row(14, quantity, (median("", off, 0.8), ninetieth("", off, 2.0)), note=f"{len(off)} recordings")


def _pressure_misses(recording: Recording) -> Floats:
    """Mean pressure by load relative to MAP, each weighed by the air it carries, in the recording of each car [%]."""
    samples = recording.samples
    air = air_g_s(samples, DEFAULT.fuel)
    both = (engine_on(samples, DEFAULT) > 0) & ~np.isnan(air["calculated_load"]) & ~np.isnan(air["speed_density"])
    by_load, by_map = (np.bincount(samples.groups.vehicle, samples.integral(np.where(both, air[rung], np.nan)))
                       .astype(float) for rung in ("calculated_load", "speed_density"))
    return miss_pct(by_load[by_map > 0], by_map[by_map > 0])


def diesels(data: Data) -> Row:
    """Goal 15."""
    quantity = "diesels without fuel rate found out, petrol cars never"
    cars = [(recording.fuel, report) for recording in data.with_signals("engine_rpm") if recording.fuel
            for report in assessed(recording.readings.drop("label", strict=False)).values()]
    of_diesel = [report for fuel, report in cars if fuel == "diesel"]
    of_petrol = [report for fuel, report in cars if fuel == "petrol"]
    if not of_diesel or not of_petrol:
        return Row(15, quantity, missing="recordings of a diesel and of a petrol car")
    flagged = [report.fuel_type == "diesel" for report in of_diesel]
    return Row(15, quantity, (
        Figure("diesels flagged", 100 * float(np.mean(flagged)), least=98),
        Figure("diesels given litres from air", sum(r.fuel_by_source.maf is not None for r in of_diesel), "1", most=0),
        Figure("petrol cars flagged", sum(r.fuel_type == "diesel" for r in of_petrol), "1", most=0)),
        note=f"{len(of_diesel)} trips of diesels, {len(of_petrol)} of petrol cars")


def oil_revolutions(data: Data) -> Row:
    """Goal 20: against integrals interval by interval."""
    quantity = "oil: revolutions per km, plain and weighted by coolant"
    off = []
    for recording in data.with_signals("engine_rpm", "coolant_c", "speed_kmh"):
        reports = assessed(recording.readings.drop("label", strict=False), VehicleFacts(oil_temp_source="coolant"))
        for (name,), rows in recording.readings.group_by("vehicle"):
            plain, weighted, km = plain_oil(rows.sort("time"))
            ours = reports[str(name)].oil
            if km > 1 and ours.revolutions_per_km is not None:
                off += [[known(ours.revolutions_per_km) / plain * km, known(ours.weighted_revolutions_per_km)
                         / weighted * km]]
    if not off:
        return Row(20, quantity, missing="recordings with engine speed, coolant and wheel speed")
    every = np.abs(np.array(off) - 1) * 100
    return Row(20, quantity, (worst("plain,", every[:, 0], 1.0), worst("weighted,", every[:, 1], 1.0)),
               note=f"{len(off)} trips")


def plain_oil(rows: pl.DataFrame) -> tuple[float, float, float]:
    """Revolutions, weighted revolutions and kilometres, interval by interval; the formulas of section 7."""
    step = rows["time"].dt.epoch("us").diff().to_numpy()[1:] / 1e6
    rpm, coolant, speed = (rows[name].to_numpy() for name in ("engine_rpm", "coolant_c", "speed_kmh"))
    hard = rpm / 60 * np.where(coolant < 80, np.minimum(1 + (80 - coolant) / 40, 3.0), 1.0)

    def integral(values: Floats) -> float:
        return float((((values[1:] + values[:-1]) / 2 * step)[step <= 30]).sum())

    return integral(rpm / 60), integral(hard), integral(speed / 3600)


def battery(data: Data) -> Row:
    """Goal 21: against medians over the plain rows."""
    quantity = "12 V battery, key-on rung"
    rest, charging, condemned = [], [], 0
    for recording in data.with_signals("engine_rpm", "battery_v"):
        reports = assessed(recording.readings.drop("label", strict=False))
        for (name,), rows in recording.readings.sort("time").group_by("vehicle"):
            rpm, volts = rows["engine_rpm"].to_numpy(), rows["battery_v"].to_numpy()
            car, still = reports[str(name)], int(np.argmax(rpm > 0))
            rest += [known(car.battery.rest_v) - np.median(volts[:still])] if still > 4 else []
            charging += [known(car.battery.charging_v) - np.median(volts[rpm > 600])]
            condemned += FindingCode.BATTERY_REPLACE in [finding.code for finding in car.findings]
    if not rest:
        return Row(21, quantity, missing="recordings with engine speed and module voltage from before the start")
    return Row(21, quantity, (worst("rest,", np.abs(rest), 0.03, "V"), worst("charging,", np.abs(charging), 0.03, "V"),
                              Figure("battery_replace findings", condemned, "1", most=0)))
