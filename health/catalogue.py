"""Default maintenance rules and names of the catalogue items. The maker's manual, as rules of the vehicle, wins."""

from schemas.vehicle import MaintenanceRule, VehicleFacts

NAMES = {
    "PM-FIRST": ("首次保养", "first service"),
    "PM-MINOR": ("小保养", "minor service"),
    "PM-MAJOR": ("大保养", "major service"),
    "FLT-AIR": ("空气滤芯", "engine air filter"),
    "FLT-CAB": ("空调滤芯", "cabin filter"),
    "FLT-FUEL": ("燃油滤芯", "fuel filter"),
    "PLUG": ("火花塞", "spark plugs"),
    "BRK-FLUID": ("制动液", "brake fluid"),
    "COOLANT": ("防冻冷却液", "coolant"),
    "TRN-AT": ("自动变速箱油", "automatic transmission fluid"),
    "TYR-ROT": ("轮胎换位", "tyre rotation"),
    "TYR-NEW": ("更换轮胎", "new tyres"),
    "WIPER": ("雨刮片", "wiper blades"),
    "AC-CLEAN": ("空调清洗", "A/C cleaning"),
}
"""Chinese and English names by code."""

DEFAULT_RULES = (
    MaintenanceRule(item="PM-FIRST", km=5_000, months=6, once=True),
    MaintenanceRule(item="PM-MINOR", km=10_000, months=12),
    MaintenanceRule(item="PM-MAJOR", km=40_000, months=24),
    MaintenanceRule(item="FLT-AIR", km=20_000, months=24),
    MaintenanceRule(item="FLT-CAB", km=15_000, months=12),
    MaintenanceRule(item="PLUG", km=40_000, months=48),
    MaintenanceRule(item="BRK-FLUID", km=40_000, months=24),
    MaintenanceRule(item="COOLANT", km=60_000, months=48),
    MaintenanceRule(item="TYR-ROT", km=10_000, months=12),
    MaintenanceRule(item="TYR-NEW", tread_mm=3.0),
)
"""Practice of mainstream brands; every item whichever limit comes first."""

RESTARTS = {
    "PM-FIRST": ("PM-FIRST", "PM-MINOR", "PM-MAJOR"),
    "PM-MINOR": ("PM-MINOR", "PM-MAJOR", "PM-FIRST"),
    "TYR-ROT": ("TYR-ROT", "TYR-NEW"),
}
"""Work that includes an item, and so starts its interval anew; every item includes itself."""


def rules_of(facts: VehicleFacts) -> list[MaintenanceRule]:
    """Rules of the vehicle, else the default catalogue; the oil's own limit tightens the minor service."""
    rules = list(DEFAULT_RULES if facts.rules is None else facts.rules)
    km_max = facts.oil.km_max if facts.oil else None
    if facts.fuel == "ev":
        rules = [rule for rule in rules if rule.item not in ("PLUG", "FLT-AIR", "FLT-FUEL")]
    if km_max is None:
        return rules
    return [rule.model_copy(update={"km": km_max}) if rule.item == "PM-MINOR" else rule for rule in rules]


def name_of(item: str) -> tuple[str, str]:
    """Chinese and English name of an item; its code where the catalogue has none."""
    return NAMES.get(item, (item, item))
