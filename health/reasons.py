"""Why an item falls due, in plain words of two languages with rounded figures."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from health.catalogue import AXLE_NAMES
from health.due_start import Start
from health.history import History
from health.pads import AxlePads
from health.policy import Policy
from health.road import CLASSES
from health.tread import AxleTread
from health.usage import Usage
from schemas.vehicle import Axle, MaintenanceRule

Words = tuple[str, str]
"""Chinese and English."""

BEGINNINGS = {"registered": ("上牌", "the car was registered"), "tyres_new": ("装胎", "the tyres were fitted")}
"""What an item is counted from that nobody noted."""

LEAST_DAYS = 7
"""Fewer days say nothing about a pace [d]."""


@dataclass(frozen=True)
class DueReason:
    """Attribution: what of the car's use brings the date."""

    history: History
    usage: Usage
    policy: Policy

    def by_calendar(self, rule: MaintenanceRule, start: Start) -> Words:
        """Time passed, not distance; without any record what the item is counted from."""
        since = start.at
        months = rule.months or 0
        every = ((f"{months:g}个月内做", f"due within {months:g} months") if rule.once else
                 (f"每{months:g}个月一次", f"due every {months:g} months"))
        later = ("" if rule.km is None else ",里程还不到", "" if rule.km is None else ", sooner than by distance")
        if start.by != "done":
            zh, en = BEGINNINGS[start.by]
            return (f"{since.year}年{since.month}月{zh}以来没有记录,{every[0]}{later[0]}。",
                    f"There is no record of it since {en} in {since:%B %Y}; {every[1]}{later[1]}.")
        return (f"上次是{since.year}年{since.month}月,{every[0]}{later[0]}。",
                f"Last done in {since:%B %Y}; {every[1]}{later[1]}.")

    def by_age(self, axle: Axle, since: date, years: int) -> Words:
        """Rubber ages whatever its tread."""
        zh, en = AXLE_NAMES[axle]
        return (f"{zh}轮胎是{since.year}年{since.month}月装的,满{years}年建议更换,和花纹无关。",
                f"The {en} tyres were fitted in {since:%B %Y}; after {years} years they are replaced whatever their "
                "tread.")

    def by_revolutions(self, used_share: float, *, surely: bool) -> Words:
        """Cold starts, idling and short trips wear the oil faster than the distance tells."""
        if surely:
            return ("按发动机转数和油温,机油寿命基本可以确定已用完,比里程到得早。",
                    "By engine revolutions and oil temperature the oil is almost certainly used up, sooner than by "
                    "distance.")
        percent = min(rounded(used_share * 100, 5), 100)
        return _joined(f"按发动机转数和油温,机油寿命约用了{percent}%,会比里程到得早。",
                       f"By engine revolutions and oil temperature about {percent} % of the oil's life is used: it "
                       "will be gone sooner than by distance.", self._pace())

    def by_turns(self, limit: float, left_km: float) -> Words:
        """Turns of the engine: idling counts too."""
        left = max(rounded(left_km, 100), 0)
        return _joined(f"发动机每转{limit / 1e4:,.0f}万圈做一次,按平时用法还剩约{left:,}公里。",
                       f"Due every {limit / 1e6:g} million turns of the engine: about {left:,} km away as it is used.",
                       self._pace())

    def by_pads(self, pads: AxlePads, limit_mm: float) -> Words:
        """Thickness now and pace of wear."""
        if pads.mm is None:
            return "", ""
        zh, en = ("前", "front") if pads.axle == "front" else ("后", "rear")
        half = (pads.mm.high - pads.mm.low) / 2
        return (f"{zh}刹车片约{pads.mm.value:.1f}毫米(误差±{half:.1f}),每千公里约磨{pads.mm_per_1000km:.2f}毫米,"
                f"到{limit_mm:g}毫米建议更换。",
                f"The {en} brake pads are about {pads.mm.value:.1f} ± {half:.1f} mm and wear "
                f"{pads.mm_per_1000km:.2f} mm per 1,000 km; replacement is advised at {limit_mm:g} mm.")

    def by_distance(self, left_km: float) -> Words:
        """Distance left and the pace of use."""
        pace = self._pace()
        if left_km <= 0:
            over = rounded(-left_km, 100)
            return _joined(f"里程已超出约{over:,}公里。", f"About {over:,} km past the limit.", pace)
        left = rounded(left_km, 100)
        return _joined(f"还剩约{left:,}公里。", f"About {left:,} km left.", pace)

    def by_tread(self, tread: AxleTread, limit_mm: float) -> Words:
        """Depth now, pace of wear and what drives it."""
        depth, rate = tread.report.tread_mm, tread.report.mm_per_1000km
        if depth is None or rate is None:
            return "", ""
        zh, en = AXLE_NAMES[tread.axle]
        half, legal_mm = (depth.high - depth.low) / 2, self.policy.tyres.legal_mm
        now = ((f"约{depth.value:.1f}毫米(误差±{half:.1f})", f"about {depth.value:.1f} ± {half:.1f} mm")
               if depth.value >= legal_mm else
               (f"估计已不到法定的{legal_mm:g}毫米", f"probably below the legal {legal_mm:g} mm"))
        return _joined(f"{zh}花纹{now[0]},每千公里约磨{rate.value:.2f}毫米,到{limit_mm:g}毫米建议更换。",
                       f"The {en} tread is {now[1]} and wears {rate.value:.2f} mm per 1,000 km; replacement is "
                       f"advised at {limit_mm:g} mm.", self._wear_cause(tread))

    def _pace(self) -> Words:
        """Kilometres a day lately, and the kind of road where it explains them."""
        recent = self.usage.km[-self.policy.findings.recent_days:]
        if len(recent) < LEAST_DAYS:
            return "", ""
        km_d = rounded(float(recent.mean()), 1)
        motorway = road_share(self.history, "highway", "m")
        if motorway >= 0.5:
            share = rounded(motorway * 100, 1)
            return (f"近{len(recent)}天平均每天{km_d}公里,高速占{share}%,里程走得快。",
                    f"{km_d} km a day over {len(recent)} days, {share} % of it on motorways: distance adds up quickly.")
        return f"近{len(recent)}天平均每天{km_d}公里。", f"{km_d} km a day over {len(recent)} days."

    def _wear_cause(self, tread: AxleTread) -> Words:
        """Congestion and hard use wear tyres faster; motorways only bring kilometres."""
        if road_share(self.history, "congested", "s") >= self.policy.findings.congestion_share:
            return "堵车起步刹车多,磨得快一些。", "Stop-and-go traffic wears them a little faster."
        if tread.hardness > self.policy.tyres.hard:
            return "加速和刹车较多,磨得快一些。", "Much accelerating and braking wears them a little faster."
        return self._pace()


def between(low: date, high: date) -> Words:
    """An interval of days, with the year where it ends in another one."""
    year = "" if low.year == high.year else f"{high.year}年"
    return (f"{low.month}月{low.day}日至{year}{high.month}月{high.day}日",
            f"{low.day} {low:%b} to {high.day} {high:%b}" + (f" {high.year}" if year else ""))


def _joined(zh: str, en: str, more: Words) -> Words:
    """Two sentences each; the second may be empty."""
    return zh + more[0], f"{en} {more[1]}".rstrip()


def road_share(history: History, kind: str, unit: str) -> float:
    """Share of one road type over the whole history, of distance (`m`) or time (`s`); 0 without any."""
    sums = {name: float(np.nansum(history.read(f"{name}_{unit}"))) for name in CLASSES}
    whole = sum(sums.values())
    return sums[kind] / whole if whole > 0 else 0.0


def rounded(value: float, step: int) -> int:
    """Round a figure to what a person would say."""
    return int(round(value / step) * step)
