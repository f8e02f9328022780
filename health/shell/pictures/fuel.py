"""Fuel by road type: what a hundred kilometres cost on trips that spend most of their time on each kind of road."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from health.shell.pictures.canvas import GREY, INK, ROAD_COLOURS, picture, say_nothing_to_draw
from schemas.quantity import Unknown
from schemas.report import VehicleReport
from schemas.report_use import Trip

SHORTEST_KM = 0.5
"""Below this a cold engine and a parking space decide the figure, not the road."""

ROADS = ("highway", "urban", "congested")


@dataclass(frozen=True)
class _Point:
    km: float
    litres: float
    mean_kmh: float
    shares: dict[str, float]  # of the time, by road

    @property
    def l_per_100km(self) -> float:
        return 100 * self.litres / self.km

    @property
    def mostly(self) -> str:
        return max(ROADS, key=lambda road: self.shares[road])


def draw(report: VehicleReport, path: Path) -> Path:
    """Consumption of every trip over its mean speed, coloured by the road it mostly ran on; their means beside it."""
    points = [point for trip in report.trips if (point := _point(trip)) is not None]
    with picture(path, columns=2, sharey=True, width_ratios=(3, 1)) as (every, mean):
        every.set_title(f"{report.vehicle}: consumption of each trip")
        if not points:
            reason = report.unknown.get("fuel_l")
            say_nothing_to_draw(every, f"no trip with known fuel ({_plain(reason)})")
            mean.remove()
            return path
        _trips(every, points)
        _means(mean, points, report)
        every.set_ylabel("L/100 km")
        every.set_xlabel("mean speed, stops included [km/h]; area of a point: distance")
        every.set_ylim(bottom=0)
        every.legend(title="most of the time", loc="lower left")
    return path


def _point(trip: Trip) -> _Point | None:
    hours = (trip.end - trip.start).total_seconds() / 3600
    if trip.distance_km is None or trip.fuel_l is None or trip.distance_km.value < SHORTEST_KM or hours <= 0:
        return None
    shares = {road: q.value if (q := getattr(trip.road_mix, f"{road}_time")) else 0.0 for road in ROADS}
    km = trip.distance_km.value
    return _Point(km, trip.fuel_l.value, km / hours, shares)


def _trips(axes: Any, points: list[_Point]) -> None:  # noqa: ANN401
    longest = max(point.km for point in points)
    for road in ROADS:
        own = [point for point in points if point.mostly == road]
        if own:
            axes.scatter([p.mean_kmh for p in own], [p.l_per_100km for p in own],
                         s=[12 + 180 * p.km / longest for p in own], color=ROAD_COLOURS[road], alpha=0.65,
                         edgecolor="white", linewidth=0.5, label=road)


def _plain(reason: Unknown | None) -> str:
    return reason.replace("_", " ") if reason else "all too short"


def _means(axes: Any, points: list[_Point], report: VehicleReport) -> None:  # noqa: ANN401
    """Litres over distance of the trips of each colour; the line is the car's figure over everything."""
    for place, road in enumerate(ROADS):
        own = [point for point in points if point.mostly == road]
        km = sum(point.km for point in own)
        if km < SHORTEST_KM:
            continue
        mean = 100 * sum(point.litres for point in own) / km
        axes.bar(place, mean, color=ROAD_COLOURS[road], width=0.7)
        axes.annotate(f"{mean:.1f}", (place, mean), xytext=(0, 3), textcoords="offset points", ha="center", zorder=5,
                      bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8})
        axes.annotate(f"{km:,.0f} km", (place, 0), xytext=(0, 5), textcoords="offset points", ha="center",
                      va="bottom", color="white", fontsize=8, rotation=90)
    if report.fuel_l_per_100km:
        whole = report.fuel_l_per_100km
        axes.axhline(whole.value, color=INK, linewidth=1)
        axes.axhspan(whole.low, whole.high, color=GREY, alpha=0.2, linewidth=0)
    axes.set_xticks(range(len(ROADS)), ROADS, fontsize=9, rotation=30)
    axes.set_xlim(-0.6, len(ROADS) - 0.4)
    axes.set_title("by road type")
    axes.grid(visible=False, axis="x")
