"""What trouble codes mean: system, urgency and what to do, by ranges of SAE J2012 (ISO 15031-6).

Ranges are the groupings of J2012 clause 5.4 and its appendices; a single code that needs other words has a narrower
row, and the narrowest row that holds a code speaks. Severities are practice (K): the standard has none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from health.quality import Integers
from schemas.findings import Severity
from schemas.report import TroubleCode

INFO, ADVISE, SOON, URGENT = Severity.INFO, Severity.ADVISE, Severity.SOON, Severity.URGENT


@dataclass(frozen=True)
class Meaning:
    """Codes from `first` to `last`; `care` is what the driver should do until it is repaired."""

    first: str
    last: str
    zh: str
    en: str
    severity: Severity
    care_zh: str = ""
    care_en: str = ""


_GENTLE = ("期间请避免急加速。", "Avoid hard acceleration until then.")
_STOP = ("请不要继续行驶。", "Please do not drive on.")
_SLOW = ("期间请慢行、早刹车。", "Drive slowly and brake early until then.")

MEANINGS = (
    Meaning("P0000", "P3FFF", "动力系统", "powertrain", ADVISE),
    Meaning("P0001", "P02FF", "燃油或进气", "fuel or air metering", ADVISE),
    Meaning("P0115", "P0119", "水温传感器", "coolant temperature sensor", ADVISE),
    Meaning("P0125", "P0126", "水温上升慢", "coolant slow to warm up", ADVISE),
    Meaning("P0128", "P0128", "水温低于节温器温度", "coolant below thermostat temperature", ADVISE),
    Meaning("P0170", "P0175", "混合气过稀或过浓", "mixture too lean or too rich", ADVISE),
    Meaning("P0217", "P0217", "发动机过热", "engine overheated", URGENT, *_STOP),
    Meaning("P0218", "P0218", "变速箱过热", "transmission overheated", URGENT, *_STOP),
    Meaning("P0234", "P0235", "涡轮增压异常", "turbocharger", SOON, *_GENTLE),
    Meaning("P0300", "P03FF", "点火系统", "ignition", SOON, *_GENTLE),
    Meaning("P0300", "P0312", "发动机失火", "engine misfire", SOON, *_GENTLE),
    Meaning("P0400", "P04FF", "排放控制", "emission control", ADVISE),
    Meaning("P0420", "P0424", "三元催化效率低", "catalyst efficiency low", ADVISE),
    Meaning("P0430", "P0434", "2排三元催化效率低", "catalyst efficiency low, bank 2", ADVISE),
    Meaning("P0440", "P0459", "燃油蒸发系统", "fuel vapour system", ADVISE,
            "请先拧紧油箱盖。", "Please tighten the fuel cap first."),
    Meaning("P0500", "P05FF", "车速、怠速或辅助输入", "vehicle speed, idle control or auxiliary inputs", ADVISE),
    Meaning("P0520", "P0523", "机油压力传感器", "oil pressure sensor", SOON),
    Meaning("P0524", "P0524", "机油压力过低", "engine oil pressure too low", URGENT, *_STOP),
    Meaning("P0560", "P0563", "车载电压", "system voltage", SOON),
    Meaning("P0571", "P0572", "刹车开关", "brake switch", SOON),
    Meaning("P0600", "P06FF", "发动机电脑或其输出", "engine computer or its outputs", SOON),
    Meaning("P0620", "P0622", "发电机控制", "generator control", SOON),
    Meaning("P0700", "P09FF", "变速箱", "transmission", SOON, *_GENTLE),
    Meaning("P0A00", "P0CFF", "混动或电驱系统", "hybrid or electric drive", SOON),
    Meaning("P0AA6", "P0AA6", "高压系统绝缘", "high-voltage insulation", URGENT,
            "请停车,不要触碰橙色高压线。", "Please stop and do not touch the orange cables."),
    Meaning("P1000", "P1FFF", "厂家自定义的动力系统码", "maker's own code, powertrain", ADVISE),
    Meaning("P2000", "P22FF", "燃油、进气或排放", "fuel, air or emission control", ADVISE),
    Meaning("P2300", "P23FF", "点火系统", "ignition", SOON, *_GENTLE),
    Meaning("P2400", "P25FF", "排放或辅助输入", "emission control or auxiliary inputs", ADVISE),
    Meaning("P2600", "P26FF", "发动机电脑或其输出", "engine computer or its outputs", SOON),
    Meaning("P2700", "P28FF", "变速箱", "transmission", SOON, *_GENTLE),
    Meaning("P2A00", "P2AFF", "燃油或进气", "fuel or air metering", ADVISE),
    Meaning("P3000", "P33FF", "厂家自定义的动力系统码", "maker's own code, powertrain", ADVISE),
    Meaning("P3400", "P34FF", "气缸停缸", "cylinder deactivation", ADVISE),
    Meaning("C0000", "C3FFF", "制动、转向或悬架", "brakes, steering or suspension", SOON, *_SLOW),
    Meaning("C1000", "C2FFF", "厂家自定义的底盘码", "maker's own code, chassis", SOON),
    Meaning("B0000", "B3FFF", "车身电器", "body electrics", INFO),
    Meaning("B0000", "B00FF", "气囊或安全带", "airbag or seat belt", SOON),
    Meaning("B1000", "B2FFF", "厂家自定义的车身码", "maker's own code, body", INFO),
    Meaning("U0000", "U3FFF", "控制器通信", "communication between controllers", ADVISE),
    Meaning("U0100", "U0100", "与发动机电脑失去通信", "no communication with the engine computer", SOON),
    Meaning("U0121", "U0122", "与制动或车身稳定电脑失去通信", "no communication with brake or stability control",
            SOON, *_SLOW),
    Meaning("U1000", "U2FFF", "厂家自定义的网络码", "maker's own code, network", ADVISE),
)
"""Rows may lie within others."""

LETTERS = "PCBU"
"""Powertrain, chassis, body, network: the two highest bits of a code. J2012, 5.1"""


def number_of(code: str) -> int:
    """The two bytes of a code as one number: P0143 is 0x0143, U0158 is 0xC158. SAE J2012, 5.1."""
    return LETTERS.index(code[0]) << 14 | int(code[1:], 16)


_FIRST, _LAST = (np.array([number_of(getattr(row, end)) for row in MEANINGS]) for end in ("first", "last"))


def rows_of(numbers: Integers) -> Integers:
    """Row of `MEANINGS` for each code given as two bytes (0 to 65535): the narrowest that holds it."""
    holds = (numbers[:, None] >= _FIRST) & (numbers[:, None] <= _LAST)
    width = np.where(holds, _LAST - _FIRST, np.iinfo(np.int64).max)
    result: Integers = width.argmin(axis=1)
    return result


def meaning_of(code: str) -> Meaning:
    """What a code is about."""
    return MEANINGS[int(rows_of(np.array([number_of(code)]))[0])]


def codes_in_words(codes: Iterable[TroubleCode]) -> tuple[str, str]:
    """Codes with their meanings in Chinese and English, each once, in order: `codes P0301 (…) and P0302 (…)`."""
    by_name = {code.code: code for code in sorted(codes, key=lambda code: code.code)}
    en = [f"{name} ({code.name_en})" for name, code in by_name.items()]
    listed = " and ".join(filter(None, [", ".join(en[:-1]), en[-1]]))
    return ("、".join(f"{name}({code.name_zh})" for name, code in by_name.items()),
            f"code {listed}" if len(en) == 1 else f"codes {listed}")
