"""Tread over time: what is left, how sure, what the gauge said, when the limit is reached."""

from datetime import datetime
from pathlib import Path
from typing import Any

from health.policy import DEFAULT
from health.shell.pictures.canvas import BLUE, GREY, INK, ORANGE, RED, by_date, picture, say_nothing_to_draw
from schemas.quantity import Q
from schemas.report import AxleTyres, Due, VehicleReport
from schemas.vehicle import VehicleFacts

AXLES = {"front": BLUE, "rear": ORANGE}


def draw(history: list[tuple[datetime, VehicleReport]], facts: VehicleFacts, as_of: datetime, path: Path) -> Path:
    """Depth of both axles; where no depth is known, wear since the first trip."""
    final = history[-1][1]
    known = any(_axle(final, axle).tread_mm for axle in AXLES)
    with picture(path) as axes:
        drawn = [_band(axes, axle, [(at, _figure(report, axle, depth=known)) for at, report in history])
                 for axle in AXLES]
        if not any(drawn):
            say_nothing_to_draw(axes, "not driven enough to say anything about the tyres")
            return path
        if known:
            _limits(axes)
            _gauge(axes, facts)
            _outlook(axes, final, as_of)
        axes.set_title(f"{final.vehicle}: tread depth" if known else
                       f"{final.vehicle}: tyre wear since the first trip (depth unknown: never measured)")
        axes.set_ylabel("mm")
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper right", ncols=2)
        by_date(axes)
    return path


def _axle(report: VehicleReport, axle: str) -> AxleTyres:
    return report.tyres.front if axle == "front" else report.tyres.rear


def _figure(report: VehicleReport, axle: str, *, depth: bool) -> Q:
    return _axle(report, axle).tread_mm if depth else _axle(report, axle).wear_mm


def _band(axes: Any, axle: str, line: list[tuple[datetime, Q]]) -> bool:  # noqa: ANN401
    found = [(at, q) for at, q in line if q is not None]
    if not found:
        return False
    times = [at for at, _ in found]
    axes.plot(times, [q.value for _, q in found], color=AXLES[axle], linewidth=2, label=f"{axle} axle")
    axes.fill_between(times, [q.low for _, q in found], [q.high for _, q in found], color=AXLES[axle], alpha=0.18,
                      linewidth=0, label=f"{axle}, 80 % interval")
    return True


def _limits(axes: Any) -> None:  # noqa: ANN401
    for depth, words in ((DEFAULT.tyres.advise_mm, "advised limit"), (DEFAULT.tyres.legal_mm, "legal limit")):
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


def _outlook(axes: Any, final: VehicleReport, as_of: datetime) -> None:  # noqa: ANN401
    """From today to the day the limit is reached, with the interval of that day."""
    due = next((item for item in final.due if item.limit == "tread"), None)
    if due is None:
        return
    limit, depth = DEFAULT.tyres.advise_mm, _axle(final, due.axle or "front").tread_mm
    today_mm = depth.value if depth else limit
    axes.plot([as_of, _at(due, as_of)], [today_mm, limit], color=INK, linewidth=1.2, linestyle=":")
    axes.plot([due.low, due.high], [limit, limit], color=INK, linewidth=5, alpha=0.35, solid_capstyle="butt",
              label="limit reached, 80 %")
    axes.axvline(as_of, color=GREY, linewidth=1)
    axes.annotate(f"{due.date:%d %b %Y}", (_at(due, as_of), limit), xytext=(0, 14), textcoords="offset points",
                  ha="center", fontsize=9)


def _at(due: Due, as_of: datetime) -> datetime:
    return datetime(due.date.year, due.date.month, due.date.day, tzinfo=as_of.tzinfo)
