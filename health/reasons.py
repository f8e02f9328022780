"""Why an item falls due, in plain words of two languages with rounded figures."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from health.catalogue import AXLE_NAMES, PAD_NAMES
from health.days_in_words import Words, month
from health.due_start import Start
from health.history import History
from health.moments import instant_us
from health.pads import AxlePads
from health.policy import Policy
from health.road import CLASSES
from health.tread import AxleTread
from health.usage import Usage
from schemas.quantity import Quantity
from schemas.vehicle import Axle, MaintenanceRule

BEGINNINGS = {"registered": ("上牌", "the car was registered"), "tyres_new": ("装胎", "the tyres were fitted"),
              "tyres_mounted": ("换上这套轮胎", "this set of tyres was mounted")}
"""What an item is counted from that nobody noted."""

LEAST_DAYS = 7
"""Fewer days say nothing about a pace [d]."""


@dataclass(frozen=True)
class DueReason:
    """Attribution: what of the car's use brings the date."""

    history: History
    usage: Usage
    policy: Policy

    def by_calendar(self, rule: MaintenanceRule, start: Start, left_km: float | None) -> Words:
        """Time passed, and the distance where it is known; without any record what the item is counted from."""
        zh, en = month(start.at)
        every = _every(rule.months or 0, once=rule.once)
        if start.by == "done":
            words = f"上次是{zh},{every[0]}。", f"Last done in {en}; due {every[1]}."
        else:
            nothing = _nothing_noted(start)
            words = f"{nothing[0]},{every[0]}。", f"{nothing[1]}; due {every[1]}."
        return _joined(*words, _beside_distance(left_km))

    def by_age(self, axle: Axle, since: date, years: float) -> Words:
        """Rubber ages whatever its tread."""
        (zh, en), (fitted_zh, fitted_en) = AXLE_NAMES[axle], month(since)
        return (f"{zh}轮胎是{fitted_zh}装的,满{years:g}年建议更换,和花纹无关。",
                f"The {en} tyres were fitted in {fitted_en}; after {years:g} years they are replaced whatever their "
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
        left = rounded(left_km, 100)
        there = ((f"按平时用法还剩约{left:,}公里", f"about {left:,} km away as it is used") if left > 0 else
                 ("已经到了", "now reached"))
        return _joined(f"发动机每转{limit / 1e4:,.0f}万圈做一次,{there[0]}。",
                       f"Due every {limit / 1e6:g} million turns of the engine: {there[1]}.", self._pace())

    def by_pads(self, pads: AxlePads, limit_mm: float) -> Words:
        """Thickness now and pace of wear."""
        if pads.mm is None:
            return "", ""
        (zh, en), now = PAD_NAMES[pads.axle], pad_thickness(pads.mm)
        limit = _limit(pads.mm.value, limit_mm)
        return (f"{zh}{now[0]},每千公里约磨{pads.mm_per_1000km:.2f}毫米,{limit[0]}。",
                f"The {en} are {now[1]} and wear {pads.mm_per_1000km:.2f} mm per 1,000 km; {limit[1]}.")

    def by_distance(self, left_km: float, start: Start) -> Words:
        """Distance left and the pace of use; without any record what the item is counted from."""
        if left_km <= 0:
            over = rounded(-left_km, 100)
            words = ((f"里程已超出约{over:,}公里。", f"About {over:,} km past the limit.") if over else
                     ("里程刚好到了。", "The distance has just been reached."))
        else:
            left = rounded(left_km, 100)
            words = ((f"还剩约{left:,}公里。", f"About {left:,} km left.") if left else
                     ("还剩不到100公里。", "Less than 100 km left."))
        if start.by != "done":
            zh, en = _nothing_noted(start)
            words = f"{zh}。{words[0]}", f"{en}. {words[1]}"
        return _joined(*words, self._pace())

    def by_tread(self, tread: AxleTread, limit_mm: float) -> Words:
        """Depth now, pace of wear and what drives it."""
        depth, rate = tread.report.tread_mm, tread.report.mm_per_1000km
        if depth is None or rate is None:
            return "", ""
        (zh, en), legal_mm = AXLE_NAMES[tread.axle], self.policy.tyres.legal_mm
        now = (plus_minus(depth) if depth.value >= legal_mm else
               (f"估计已不到法定的{legal_mm:g}毫米", f"probably below the legal {legal_mm:g} mm"))
        limit = _limit(depth.value, limit_mm, *(("冬季胎", " of winter tyres") if tread.pair.winter else ("", "")))
        return _joined(f"{zh}花纹{now[0]},每千公里约磨{rate.value:.2f}毫米,{limit[0]}。",
                       f"The {en} tread is {now[1]} and wears {rate.value:.2f} mm per 1,000 km; {limit[1]}.",
                       self._wear_cause(tread))

    def _pace(self) -> Words:
        """Kilometres a day lately, and the kind of road where it explains them."""
        recent = self.usage.km[-self.policy.findings.recent_days:]
        if len(recent) < LEAST_DAYS:
            return "", ""
        days, km_d = len(recent), rounded(float(recent.mean()), 1)
        if km_d == 0:
            return f"近{days}天几乎没开。", f"The car was hardly driven over the last {days} days."
        since = instant_us(self.usage.last_day - timedelta(days=days))
        motorway = road_share(self.history.part(self.history.start_us >= since), "highway", "m")
        if motorway >= 0.5:
            share = rounded(motorway * 100, 1)
            return (f"近{days}天平均每天约{km_d}公里,高速占{share}%,里程走得快。",
                    f"The car does about {km_d} km a day (last {days} days), {share} % of it on motorways: distance "
                    "adds up quickly.")
        return f"近{days}天平均每天约{km_d}公里。", f"The car does about {km_d} km a day (last {days} days)."

    def _wear_cause(self, tread: AxleTread) -> Words:
        """Congestion and hard use wear tyres faster; motorways only bring kilometres."""
        if road_share(self.history, "congested", "s") >= self.policy.findings.congestion_share:
            return "堵车起步刹车多,磨得快一些。", "Stop-and-go traffic wears them a little faster."
        if tread.hardness > self.policy.tyres.hard:
            return "加速和刹车较多,磨得快一些。", "Much accelerating and braking wears them a little faster."
        return self._pace()


def plus_minus(mm: Quantity) -> Words:
    """A depth and how far it may be off."""
    half = (mm.high - mm.low) / 2
    return f"约{mm.value:.1f}毫米(误差±{half:.1f})", f"about {mm.value:.1f} ± {half:.1f} mm"


def pad_thickness(mm: Quantity) -> Words:
    """Of brake pads; an estimate near nothing says no tenths."""
    return plus_minus(mm) if mm.value >= 1 else ("估计已不到1毫米", "probably below 1 mm")


def _limit(mm: float, limit_mm: float, of_zh: str = "", of_en: str = "") -> Words:
    """Where something is replaced: still to come, or past."""
    if mm > limit_mm:
        return f"{of_zh}到{limit_mm:g}毫米建议更换", f"replacement{of_en} is advised at {limit_mm:g} mm"
    return (f"已低于{of_zh}建议更换的{limit_mm:g}毫米",
            f"that is past the {limit_mm:g} mm at which replacement{of_en} is advised")


def _nothing_noted(start: Start) -> Words:
    (zh, en), since = month(start.at), BEGINNINGS[start.by]
    return f"{zh}{since[0]}以来没有记录", f"There is no record of it since {since[1]} in {en}"


def _every(months: float, *, once: bool) -> Words:
    if once:
        return f"{months:g}个月内做", f"within {months:g} months" if months != 1 else "within a month"
    return ("每个月一次", "every month") if months == 1 else (f"每{months:g}个月一次", f"every {months:g} months")


def _beside_distance(left_km: float | None) -> Words:
    """What the distance says of an item the calendar asks for."""
    if left_km is None:
        return "", ""
    if left_km > 0:
        return "按里程还没到。", "By distance it is not due yet."
    over = rounded(-left_km, 100)
    return ((f"里程也超出约{over:,}公里。", f"It is also about {over:,} km past its distance.") if over else
            ("里程也刚好到了。", "The distance has just been reached too."))


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
