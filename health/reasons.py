"""Why an item falls due, in plain words of two languages with rounded figures."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from health.history import History
from health.policy import Policy
from health.road import CLASSES
from health.tread import AxleTread
from health.usage import Usage

Words = tuple[str, str]
"""Chinese and English."""

AXLE_NAMES = {"front": ("前轮", "front"), "rear": ("后轮", "rear")}


@dataclass(frozen=True)
class DueReason:
    """Attribution: what of the car's use brings the date."""

    history: History
    usage: Usage
    policy: Policy

    def by_calendar(self, since: date, months: float) -> Words:
        """Time passed, not distance."""
        return (f"上次是{since.year}年{since.month}月,按时间{months:.0f}个月到期,里程还不到。",
                f"Last done in {since:%B %Y}; the {months:.0f} months come before the distance does.")

    def by_distance(self, left_km: float) -> Words:
        """Distance left and the pace of use."""
        pace = self._pace()
        if left_km <= 0:
            over = rounded(-left_km, 100)
            return f"里程已超出约{over:,}公里。{pace[0]}", f"About {over:,} km past the limit. {pace[1]}"
        left = rounded(left_km, 100)
        return f"还剩约{left:,}公里。{pace[0]}", f"About {left:,} km left. {pace[1]}"

    def by_tread(self, tread: AxleTread, limit_mm: float) -> Words:
        """Depth now, pace of wear and what drives it."""
        depth, rate = tread.report.tread_mm, tread.report.mm_per_1000km
        if depth is None or rate is None:
            return "", ""
        zh, en = AXLE_NAMES[tread.axle]
        half = (depth.high - depth.low) / 2
        why = self._wear_cause(tread)
        return (f"{zh}花纹约{depth.value:.1f}毫米(误差±{half:.1f}),每千公里约磨{rate.value:.2f}毫米,"
                f"到{limit_mm:g}毫米建议更换。{why[0]}",
                f"The {en} tread is about {depth.value:.1f} ± {half:.1f} mm and wears {rate.value:.2f} mm per "
                f"1,000 km; replacement is advised at {limit_mm:g} mm. {why[1]}")

    def _pace(self) -> Words:
        """Kilometres a day lately, and the kind of road where it explains them."""
        recent = self.usage.km[-self.policy.findings.recent_days:]
        if not len(recent):
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
        if tread.index_per_km * 1000 > 1.3 * usual_severity(tread, self.policy):
            return "加速和刹车较多,磨得快一些。", "Much accelerating and braking wears them a little faster."
        return self._pace()


def usual_severity(tread: AxleTread, policy: Policy) -> float:
    """Severity of the class on this axle [1], taken as driven where it is the front one."""
    return policy.tyres.class_driven if tread.axle == "front" else policy.tyres.class_free


def road_share(history: History, kind: str, unit: str) -> float:
    """Share of one road type over the whole history, of distance (`m`) or time (`s`); 0 without any."""
    sums = {name: float(np.nansum(history.read(f"{name}_{unit}"))) for name in CLASSES}
    whole = sum(sums.values())
    return sums[kind] / whole if whole > 0 else 0.0


def rounded(value: float, step: int) -> int:
    """Round a figure to what a person would say."""
    return int(round(value / step) * step)
