"""Findings about the data: what cannot be trusted, what was missed, what is worth measuring."""

from collections.abc import Iterator

import numpy as np

from health.case import Case
from health.days_in_words import day
from health.history import DAY
from health.moments import instant_us
from health.pads import pad_reading_age_d
from health.quality import Floats
from health.reasons import rounded
from health.tread import reading_age_d
from health.tyre_work import AXLES
from schemas.findings import Finding, FindingCode, Severity

ODOMETER_WORDS = {
    "rolled_back": ("倒退了,请核对仪表并问一下原因", "went backwards: please check the dashboard and ask why"),
    "reset": ("像是换过表或清零过,请核对后补记一条更正",
              "looks replaced or reset: please check it and put a correction on record"),
    "jumped": ("跳得比车能跑的还快,请核对仪表", "went up faster than a car can drive: please check the dashboard"),
}
"""What an advisor is told of each kind of contradiction; a counter that ran full is none."""


def odometer(case: Case) -> Iterator[Finding]:
    """An odometer that contradicts itself, or stands still while the car moves."""
    for kind, (zh, en) in ODOMETER_WORDS.items():
        events = [event for event in case.odometer.events if event.kind == kind]
        if events:
            last = max(events, key=lambda event: event.at)
            on = day(last.at.astimezone(case.codes.zone).date(), case.view.today)
            yield Finding(
                code=FindingCode.ODOMETER_RESET, severity=Severity.ADVISE,
                zh=f"里程表{on[0]}从{last.from_km:,.0f}公里变成{last.to_km:,.0f}公里,{zh}。",
                en=f"On {on[1]} the odometer changed from {last.from_km:,.0f} to {last.to_km:,.0f} km; it {en}.",
                evidence=[event.model_dump(mode="json") for event in events])
    km, odometer = case.view.history.read("speed_km"), case.view.history.read("odometer_km")
    frozen: Floats = km[(odometer == 0) & (km > 1.0)]
    if len(frozen):
        yield Finding(
            code=FindingCode.SENSOR_STUCK, severity=Severity.INFO,
            zh="里程信号不动,已改用车速计算里程,到店时请抄一下仪表里程。",
            en="The odometer signal stands still, so distance is taken from speed; please note the dashboard's reading "
               "at the next visit.",
            evidence=[{"signal": "odometer_km", "km_meanwhile": float(frozen.sum()), "trips": len(frozen)}])


def gaps(case: Case) -> Iterator[Finding]:
    """Driving nobody watched."""
    seen, unseen = (float(np.nansum(case.view.history.read(name))) for name in ("observed_s", "unobserved_s"))
    if unseen > case.view.policy.findings.gap_share * (seen + unseen):
        percent = rounded(unseen / (seen + unseen) * 100, 1)
        yield Finding(
            code=FindingCode.DATA_GAP, severity=Severity.INFO,
            zh=f"行驶时间约{percent}%没有数据,里程和油耗可能偏低,到店时请看看设备插得牢不牢。",
            en=f"About {percent} % of the driving time was not observed, so distance and fuel may read low; please see "
               "at the next visit whether the device sits firmly.",
            evidence=[{"observed_s": seen, "unobserved_s": unseen}])


def silence(case: Case) -> Iterator[Finding]:
    """A car nothing has been heard of for so long that only the calendar tells what is due."""
    ends_us = case.view.history.end_us
    days = (instant_us(case.view.today) - int(ends_us.max())) // DAY if len(ends_us) else 0
    if days >= case.view.policy.forecast.silent_d:
        yield Finding(
            code=FindingCode.DATA_GAP, severity=Severity.INFO,
            zh=f"已有{days}天没有收到行驶数据,到期时间只按日历算;请核实车是不是没开、设备有没有拔下。",
            en=f"No driving was seen for {days} days, so due dates follow the calendar alone; please ask whether the "
               "car was not used or the device was unplugged.",
            evidence=[{"days": days}])


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
