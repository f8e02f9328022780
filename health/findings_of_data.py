"""Findings about the data: what cannot be trusted, what was missed, what is worth measuring."""

from collections.abc import Iterator

import numpy as np

from health.case import Case
from health.moments import instant_us
from health.pads import pad_reading_age_d
from health.quality import Floats
from health.reasons import rounded
from health.tread import reading_age_d
from health.tyre_work import AXLES
from schemas.findings import Finding, FindingCode, Severity

ODOMETER_WORDS = {
    "rolled_back": ("里程表读数倒退过,请核对仪表里程并询问原因。",
                    "The odometer reading has gone backwards; please check the dashboard and ask why."),
    "reset": ("里程表像是换过或清零过,请核对后补记一条更正。",
              "The odometer looks replaced or reset; please check it and put a correction on record."),
    "jumped": ("里程表读数跳得比车能跑的还快,请核对仪表里程。",
               "The odometer went up faster than a car can drive; please check the dashboard."),
}
"""What an advisor is told of each kind of contradiction; a counter that ran full is none."""


def odometer(case: Case) -> Iterator[Finding]:
    """An odometer that contradicts itself, or stands still while the car moves."""
    for kind, (zh, en) in ODOMETER_WORDS.items():
        rows = [event.model_dump(mode="json") for event in case.odometer.events if event.kind == kind]
        if rows:
            yield Finding(code=FindingCode.ODOMETER_RESET, severity=Severity.ADVISE, zh=zh, en=en, evidence=rows)
    km, odometer = case.view.history.read("speed_km"), case.view.history.read("odometer_km")
    frozen: Floats = km[(odometer == 0) & (km > 1.0)]
    if len(frozen):
        yield Finding(
            code=FindingCode.SENSOR_STUCK, severity=Severity.INFO,
            zh="里程信号不动,已改用车速计算里程。",
            en="The odometer signal stands still; distance is taken from speed.",
            evidence=[{"signal": "odometer_km", "km_meanwhile": float(frozen.sum()), "trips": len(frozen)}])


def gaps(case: Case) -> Iterator[Finding]:
    """Driving nobody watched."""
    seen, unseen = (float(np.nansum(case.view.history.read(name))) for name in ("observed_s", "unobserved_s"))
    if unseen > case.view.policy.findings.gap_share * (seen + unseen):
        percent = rounded(unseen / (seen + unseen) * 100, 1)
        yield Finding(
            code=FindingCode.DATA_GAP, severity=Severity.INFO,
            zh=f"行驶时间约{percent}%没有数据,里程和油耗会偏低。",
            en=f"{percent} % of the driving time was not observed; distance and fuel may read low.",
            evidence=[{"observed_s": seen, "unobserved_s": unseen}])


def measure(case: Case) -> Iterator[Finding]:
    """What a gauge in the workshop would settle."""
    view = case.view
    if float(np.nansum(view.mileage.trip_km)) < view.policy.findings.least_km:
        return
    now, longest_d = instant_us(view.today), view.policy.tyres.measure_after_days
    if any(reading_age_d(axle, view.facts, now) > longest_d for axle in AXLES):
        yield Finding(
            code=FindingCode.MEASURE_TREAD, severity=Severity.INFO,
            zh="近半年没有花纹实测,请在12项检查里补量。",
            en="No tread reading within half a year; please measure it during the 12-item check.",
            evidence=[{"readings": len(view.facts.gauge)}])
    if pad_reading_age_d(view.facts, now) > longest_d:
        yield Finding(
            code=FindingCode.MEASURE_PADS, severity=Severity.INFO,
            zh="近半年没有刹车片厚度实测,请在12项检查里补量。",
            en="No pad reading within half a year; please measure it during the 12-item check.",
            evidence=[{"readings": len(view.facts.pads)}])
