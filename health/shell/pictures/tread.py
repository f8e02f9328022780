"""Tread over time: what is left, how sure, what the gauge said, when the limit is reached."""

from bisect import bisect
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from health.moments import instant_us
from health.policy import DEFAULT
from health.shell.pictures.canvas import BLUE, GREY, ORANGE, RED, by_date, picture, say_nothing_to_draw
from health.tread import advise_mm
from health.tyre_sets import TyreSets
from schemas.quantity import Q
from schemas.report import AxleTyres, Due, VehicleReport
from schemas.vehicle import Axle, VehicleFacts

AXLES: dict[Axle, str] = {"front": BLUE, "rear": ORANGE}
FAR = timedelta(days=365)
"""A limit further off would squeeze what has been measured into a corner."""


def draw(history: list[tuple[datetime, VehicleReport]], facts: VehicleFacts, as_of: datetime, path: Path) -> Path:
    """Depth of both axles; where no depth is known, wear since the first trip."""
    final = history[-1][1]
    known = any(_axle(final, axle).tread_mm for axle in AXLES)
    with picture(path) as axes:
        axes.set_title(f"{final.vehicle}: tread depth" if known else
                       f"{final.vehicle}: tyre wear since the first trip (depth unknown: never measured)")
        drawn = [_band(axes, axle, [(at, _figure(report, axle, depth=known)) for at, report in history], _begins(facts))
                 for axle in AXLES]
        if not any(drawn):
            say_nothing_to_draw(axes, "not driven enough to say anything about the tyres")
            return path
        if known:
            limits = {axle: advise_mm(pair, facts, DEFAULT.tyres) for axle, pair in TyreSets.of(facts).now.items()}
            _limits(axes, limits)
            _gauge(axes, facts)
            _outlook(axes, final, as_of, limits)
        axes.set_ylabel("mm")
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.07), ncols=4, fontsize=9)
        by_date(axes)
    return path


def _axle(report: VehicleReport, axle: Axle) -> AxleTyres:
    return report.tyres.front if axle == "front" else report.tyres.rear


def _figure(report: VehicleReport, axle: Axle, *, depth: bool) -> Q:
    return _axle(report, axle).tread_mm if depth else _axle(report, axle).wear_mm


def _begins(facts: VehicleFacts) -> list[int]:
    """Instants from which other tyres are on the axles [us]: no line leads from one pair to another."""
    return [fitting.since_us for fitting in TyreSets.of(facts).fittings]


def _band(axes: Any, axle: Axle, line: list[tuple[datetime, Q]], begins: list[int]) -> bool:  # noqa: ANN401
    found = [(at, q) for at, q in line if q is not None]
    pieces = [list(piece) for _, piece in groupby(found, lambda one: bisect(begins, instant_us(one[0])))]
    for number, piece in enumerate(pieces):
        times = [at for at, _ in piece]
        axes.plot(times, [q.value for _, q in piece], color=AXLES[axle], linewidth=2,
                  label=None if number else f"{axle} axle, 80 % interval")
        axes.fill_between(times, [q.low for _, q in piece], [q.high for _, q in piece], color=AXLES[axle], alpha=0.18,
                          linewidth=0)
    return bool(pieces)


def _limits(axes: Any, limits: Mapping[Axle, float]) -> None:  # noqa: ANN401
    for depth, words in (*((depth, "replacement advised at") for depth in sorted(set(limits.values()))),
                         (DEFAULT.tyres.legal_mm, "legal limit")):
        axes.axhline(depth, color=RED, linewidth=1, linestyle=(0, (6, 4)))
        axes.annotate(f"{words} {depth:g} mm", (0.005, depth), xycoords=("axes fraction", "data"), color=RED,
                      fontsize=9, va="bottom")


def _gauge(axes: Any, facts: VehicleFacts) -> None:  # noqa: ANN401
    for axle, colour in AXLES.items():
        readings = [(r.time, r.tread_mm) for r in facts.gauge if r.axle == axle]
        if readings:
            axes.errorbar([at for at, _ in readings], [mm for _, mm in readings], DEFAULT.tyres.sigma_gauge_mm,
                          fmt="o", color=colour, markeredgecolor="white", markersize=7, capsize=3,
                          label=f"{axle}, measured")


def _outlook(axes: Any, final: VehicleReport, as_of: datetime, limits: Mapping[Axle, float]) -> None:  # noqa: ANN401
    """From today to the day each axle reaches its limit, with the interval of that day; a far one only alone."""
    axes.axvline(as_of, color=GREY, linewidth=1)
    worn = [due for due in final.due if due.limit == "tread" and due.axle]
    for due in [due for due in worn if due is worn[0] or due.date <= as_of.date() + FAR]:
        axle = due.axle or "front"
        limit, depth, colour = limits[axle], _axle(final, axle).tread_mm, AXLES[axle]
        axes.plot([due.low, due.high], [limit, limit], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt",
                  label=f"{axle}: limit reached, 80 %")
        now = due.date <= as_of.date() or depth is None
        if not now and depth:
            axes.plot([as_of, _at(due, as_of)], [depth.value, limit], color=colour, linewidth=1.2, linestyle=":")
        axes.annotate("due now" if now else f"{due.date:%-d %b %Y}", (_at(due, as_of), limit), xytext=(0, -6),
                      textcoords="offset points", ha="left" if now else "center", va="top", fontsize=9, color=colour)


def _at(due: Due, as_of: datetime) -> datetime:
    return datetime(due.date.year, due.date.month, due.date.day, tzinfo=as_of.tzinfo)
