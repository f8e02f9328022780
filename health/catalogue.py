"""Default maintenance rules and names of the catalogue items. The maker's manual, as rules of the vehicle, wins."""

from schemas.vehicle import Axle, FuelKind, MaintenanceRule, VehicleFacts

NAMES = {
    "PM-FIRST": ("首次保养", "first service"),
    "PM-MINOR": ("小保养", "minor service"),
    "PM-MAJOR": ("大保养", "major service"),
    "CHECK-12": ("12项免费检查", "free 12-item check"),
    "FLT-AIR": ("空气滤芯", "engine air filter"),
    "FLT-CAB": ("空调滤芯", "cabin filter"),
    "FLT-FUEL": ("燃油滤芯", "fuel filter"),
    "PLUG": ("火花塞", "spark plugs"),
    "BRK-FLUID": ("制动液", "brake fluid"),
    "COOLANT": ("防冻冷却液", "coolant"),
    "TRN-AT": ("自动变速箱油", "automatic transmission fluid"),
    "TRN-DCT": ("双离合或CVT油", "dual-clutch or CVT fluid"),
    "BRK-PAD-F": ("前刹车片", "front brake pads"),
    "BRK-PAD-R": ("后刹车片", "rear brake pads"),
    "BRK-DISC-F": ("前刹车盘", "front brake discs"),
    "TYR-ROT": ("轮胎换位", "tyre rotation"),
    "TYR-NEW": ("更换轮胎", "new tyres"),
    "TYR-BAL": ("车轮动平衡", "wheel balancing"),
    "ALIGN": ("四轮定位", "wheel alignment"),
    "BAT-12V": ("12伏蓄电池", "12 V battery"),
    "WIPER": ("雨刮片", "wiper blades"),
    "AC-CLEAN": ("空调清洗", "air-conditioning cleaning"),
    "AC-GAS": ("空调冷媒", "air-conditioning refrigerant"),
    "THROT": ("节气门清洗", "throttle cleaning"),
    "BELT": ("正时或附件皮带", "timing or drive belt"),
    "DIAG": ("故障诊断", "fault diagnosis"),
    "EV-CHK": ("三电检查", "electric drive check"),
    "EV-GEAR": ("减速器油", "reduction gear oil"),
    "SEASON": ("换季或节前检测", "seasonal check"),
}
"""Chinese and English names by code, as nouns that fit into a sentence; the workshop's catalogue has the prices."""

DEFAULT_RULES = (
    MaintenanceRule(item="PM-FIRST", km=5_000, months=6, once=True),
    MaintenanceRule(item="PM-MINOR", km=10_000, months=12),
    MaintenanceRule(item="PM-MAJOR", km=40_000, months=24),
    MaintenanceRule(item="FLT-AIR", km=20_000, months=24),
    MaintenanceRule(item="FLT-CAB", km=15_000, months=12),
    MaintenanceRule(item="FLT-FUEL", km=40_000, months=36),
    MaintenanceRule(item="PLUG", km=40_000, months=48),
    MaintenanceRule(item="BRK-FLUID", km=40_000, months=24),
    MaintenanceRule(item="COOLANT", km=60_000, months=48),
    MaintenanceRule(item="TYR-ROT", km=10_000, months=12),
    MaintenanceRule(item="TYR-NEW", tread_mm=3.0, months=120),
    MaintenanceRule(item="BAT-12V", months=60),
    MaintenanceRule(item="WIPER", months=12),
    MaintenanceRule(item="AC-CLEAN", months=12),
    MaintenanceRule(item="EV-CHK", km=20_000, months=12),
    MaintenanceRule(item="EV-GEAR", km=60_000, months=48),
)
"""Practice of mainstream brands; every item whichever limit comes first. The database begins with the same ones."""

_PETROL: frozenset[FuelKind] = frozenset({"petrol", "e10", "e27", "e85", "hybrid"})
_ENGINE: frozenset[FuelKind] = _PETROL | {"diesel"}

ONLY_FOR: dict[str, frozenset[FuelKind]] = {
    **dict.fromkeys(("PM-MINOR", "PM-MAJOR", "FLT-AIR", "FLT-FUEL"), _ENGINE),
    "PLUG": _PETROL, "EV-CHK": frozenset({"ev", "hybrid"}), "EV-GEAR": frozenset({"ev"}),
}
"""Cars a default rule is for, where not for all; a car of unknown fuel counts as petrol."""

WEAR_RULES = (
    MaintenanceRule(item="BRK-PAD-F", pad_mm=3.0),
    MaintenanceRule(item="BRK-PAD-R", pad_mm=3.0),
)
"""What is replaced by measured wear alone: joins every catalogue that says nothing else about these items."""

AXLE_NAMES: dict[Axle, tuple[str, str]] = {"front": ("前轮", "front"), "rear": ("后轮", "rear")}
"""Of tyres."""

PAD_NAMES: dict[Axle, tuple[str, str]] = {"front": NAMES["BRK-PAD-F"], "rear": NAMES["BRK-PAD-R"]}

CODE_RULES = (
    MaintenanceRule(item="DIAG", codes=["P", "C", "B", "U"]),
)
"""What a trouble code asks for: joins every catalogue that says nothing else about these items."""

RESTARTS = {
    "PM-FIRST": ("PM-FIRST", "PM-MINOR", "PM-MAJOR"),
    "PM-MINOR": ("PM-MINOR", "PM-MAJOR", "PM-FIRST"),
}
"""Work that includes an item, and so starts its interval anew; every item includes itself."""


INCLUDES = {
    "PM-FIRST": ("PM-MINOR",),
    "PM-MAJOR": ("PM-MINOR",),
}
"""What a service does along with it: both in one visit would be the same work twice."""


def rules_of(facts: VehicleFacts) -> list[MaintenanceRule]:
    """Rules of the vehicle, else the default catalogue; the oil's own limit tightens the minor service."""
    fuel = facts.fuel or "petrol"
    own = [rule for rule in DEFAULT_RULES if fuel in ONLY_FOR.get(rule.item, {fuel})]
    rules = own if facts.rules is None else facts.rules
    named = {rule.item for rule in rules}
    joining = [rule for rule in (*WEAR_RULES, *CODE_RULES) if rule.item not in named]
    rules = [rule for rule in (*rules, *joining) if not rule.off]
    km_max = facts.oil.km_max if facts.oil else None
    if km_max is None:
        return rules
    return [rule.model_copy(update={"km": km_max}) if rule.item == "PM-MINOR" else rule for rule in rules]


def rule_of(item: str, facts: VehicleFacts) -> MaintenanceRule | None:
    """The rule of an item; None where nobody proposes it."""
    return next((rule for rule in rules_of(facts) if rule.item == item), None)


def name_of(item: str) -> tuple[str, str]:
    """Chinese and English name of an item; its code where the catalogue has none."""
    return NAMES.get(item, (item, item))
