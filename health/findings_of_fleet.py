"""Findings beside other cars of the same model: what nine of ten of them do better."""

from collections.abc import Iterator

from health.case import Case
from health.catalogue import AXLE_NAMES
from schemas.findings import Finding, FindingCode, Severity


def fuel(case: Case) -> Iterator[Finding]:
    """More fuel than nine of ten cars of the model."""
    own, others = case.use.fuel.l_per_100km, case.fleet.fuel_l_per_100km.fleet
    if own is None or others is None or own.low <= others.high:
        return
    yield Finding(
        code=FindingCode.FUEL_FLEET, severity=Severity.INFO,
        zh=f"油耗约{own.value:.1f}升/百公里,同款{case.fleet.cars}台车一般{others.value:.1f}升,比九成的车高。",
        en=f"About {own.value:.1f} L/100 km; {case.fleet.cars} cars of this model usually need {others.value:.1f}, and "
           "nine of ten need less.",
        evidence=[case.fleet.model_dump(mode="json")])


def tyre_wear(case: Case) -> Iterator[Finding]:
    """An axle that wears its tyres faster than nine of ten cars of the model."""
    figures = {"front": case.fleet.front_mm_per_1000km, "rear": case.fleet.rear_mm_per_1000km}
    for axle, tread in case.view.parts.tread.items():
        own, others = tread.report.mm_per_1000km, figures[axle].fleet
        if own is None or others is None or own.low <= others.high:
            continue
        zh, en = AXLE_NAMES[axle]
        yield Finding(
            code=FindingCode.TYRE_WEAR_FLEET, severity=Severity.ADVISE,
            zh=f"{zh}每千公里约磨{own.value:.2f}毫米,同款{case.fleet.cars}台车一般{others.value:.2f}毫米,建议检查胎压和定位。",
            en=f"The {en} tyres wear {own.value:.2f} mm per 1,000 km, {case.fleet.cars} cars of this model usually "
               f"{others.value:.2f}; please check pressure and alignment.",
            evidence=[case.fleet.model_dump(mode="json")])
