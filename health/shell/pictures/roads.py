"""Road mix: where the kilometres were driven, and how much of the time went into congestion."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from health.shell.pictures.canvas import RED, ROAD_COLOURS, by_date, picture
from schemas.report import VehicleReport
from schemas.report_use import Trip

ROADS = ("highway", "urban", "congested")
SINGLE_DAYS = 45
"""Up to so many days every day has a bar of its own, then every week."""


def draw(report: VehicleReport, zone: ZoneInfo, path: Path) -> Path:
    """Kilometres per day or week by road type; below, the share of time in congested traffic."""
    width, periods = _periods(report.trips, zone)
    with picture(path, rows=2, sharex=True, height_ratios=(3, 1)) as (kilometres, jam):
        _bars(kilometres, periods, width)
        _congestion(jam, periods, width)
        name = "day" if width == 1 else "week"
        kilometres.set_title(f"{report.vehicle}: kilometres per {name} by road type")
        kilometres.set_ylabel("km")
        kilometres.legend(loc="upper left", ncols=len(ROADS), bbox_to_anchor=(0, 1.0))
        kilometres.margins(y=0.18)
        jam.set_ylabel("time in\ncongestion")
        jam.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        by_date(jam)
    return path


def _periods(trips: list[Trip], zone: ZoneInfo) -> tuple[int, dict[date, list[Trip]]]:
    days = [trip.start.astimezone(zone).date() for trip in trips]
    width = 1 if (max(days) - min(days)).days <= SINGLE_DAYS else 7
    periods: dict[date, list[Trip]] = defaultdict(list)
    for day, trip in zip(days, trips, strict=True):
        periods[day - timedelta(days=day.weekday() if width == 7 else 0)].append(trip)
    return width, dict(periods)


def _bars(axes: Any, periods: dict[date, list[Trip]], width: int) -> None:  # noqa: ANN401
    foot = [0.0] * len(periods)
    for road in ROADS:
        heights = [sum(_km(trip) * _share(trip, road) for trip in trips) for trips in periods.values()]
        axes.bar(list(periods), heights, width=0.8 * width, bottom=foot, align="edge", color=ROAD_COLOURS[road],
                 label=road)
        foot = [low + high for low, high in zip(foot, heights, strict=True)]


def _congestion(axes: Any, periods: dict[date, list[Trip]], width: int) -> None:  # noqa: ANN401
    shares = [_time_share(trips) for trips in periods.values()]
    axes.bar(list(periods), shares, width=0.8 * width, color=ROAD_COLOURS["congested"], align="edge")
    whole = _time_share([trip for trips in periods.values() for trip in trips])
    axes.axhline(whole, color=RED, linewidth=1)
    axes.set_title(f"{whole:.0%} of all time on the road", fontsize=9, fontweight="normal", loc="right", pad=2)


def _time_share(trips: list[Trip]) -> float:
    """Share of the time on the road spent in congested traffic or standing."""
    seconds = [(trip.end - trip.start).total_seconds() for trip in trips]
    jammed = [(_share(trip, "congested_time") + _share(trip, "standing_time")) * s
              for trip, s in zip(trips, seconds, strict=True)]
    return sum(jammed) / sum(seconds) if sum(seconds) else 0.0


def _km(trip: Trip) -> float:
    return trip.distance_km.value if trip.distance_km else 0.0


def _share(trip: Trip, name: str) -> float:
    quantity = getattr(trip.road_mix, name)
    return float(quantity.value) if quantity else 0.0
