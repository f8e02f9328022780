"""AutoPi: results with `_type` and `_stamp`. Its own topics name no device, so its topic option must."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ingest.formats.foreign import Format, Json, Key, Reading, Told, flat, malformed, parsed, table
from ingest.messages import Rejection

RESULTS = {
    "speed": Key("speed_kmh", invalid=(255,)),
    "rpm": Key("engine_rpm"),
    "engine_load": Key("engine_load_pct"),
    "absolute_load": Key("absolute_load_pct"),
    "throttle_pos": Key("throttle_pct"),
    "coolant_temp": Key("coolant_c"),
    "intake_temp": Key("intake_air_c"),
    "ambiant_air_temp": Key("ambient_c"),  # python-OBD's own spelling
    "ambient_air_temp": Key("ambient_c"),
    "oil_temp": Key("oil_c"),
    "maf": Key("maf_g_s"),
    "intake_pressure": Key("map_kpa"),
    "barometric_pressure": Key("baro_kpa"),
    "commanded_equiv_ratio": Key("lambda_ratio"),
    "short_fuel_trim_1": Key("short_fuel_trim_pct"),
    "long_fuel_trim_1": Key("long_fuel_trim_pct"),
    "fuel_rate": Key("fuel_rate_l_h"),
    "fuel_level": Key("fuel_level_pct"),
    "odometer": Key("odometer_km"),
    "control_module_voltage": Key("battery_v"),
    "run_time": Key("run_time_s"),
    "distance_since_dtc_clear": Key("distance_since_clear_km"),
    "bat.voltage": Key("battery_v"),
    "pos.loc.lat": Key("latitude"),
    "pos.loc.lon": Key("longitude"),
    "pos.alt": Key("altitude_m"),
    "pos.sog": Key("gps_speed_kmh"),
    "pos.cog": Key("heading_deg"),
}


def decode(_rest: Sequence[str], payload: bytes, _arrived: datetime) -> Told | Rejection:
    """Read one message: a result, or an array of them."""
    body = parsed(payload)
    if isinstance(body, Rejection):
        return body
    readings: list[Reading] = []
    for result in body if isinstance(body, list) else [body]:
        reading = _reading(result) if isinstance(result, dict) else malformed("not a JSON object")
        if isinstance(reading, Rejection):
            return reading
        readings.append(reading)
    return Told(readings)


def _reading(result: dict[str, Json]) -> Reading | Rejection:
    kind, stamp = result.get("_type", result.get("@t")), result.get("_stamp", result.get("@ts"))
    if not isinstance(kind, str) or not kind:
        return malformed("no _type")
    at = None if stamp is None else _instant(stamp)
    if stamp is not None and at is None:
        return malformed("_stamp is no time")
    name = kind.rpartition(".")[2]  # the cloud's form puts the namespace before: obd.rpm, track.pos
    if name == "dtc":
        return Reading(at, codes=_codes(result.get("values")))
    unit = result.get("unit")
    return Reading(at, dict(_fields(name, result)), {name: unit} if isinstance(unit, str) else {})


def _fields(name: str, result: dict[str, Json]) -> Iterable[tuple[str, Json]]:
    for field, value in result.items():
        if field == "value":
            yield from flat(name, value)
        elif field[:1] not in ("_", "@") and field not in ("unit", "utc"):
            yield from flat(f"{name}.{field}", value)


def _codes(values: Json) -> list[str]:
    found = [item.get("code") if isinstance(item, dict) else item for item in values] \
        if isinstance(values, list) else []
    return [code for code in found if isinstance(code, str)]


def _instant(stamp: Json) -> datetime | None:
    """AutoPi writes UTC without saying so."""
    try:
        at = datetime.fromisoformat(stamp)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


AUTOPI = Format(
    "autopi", "AutoPi", ["autopi/{device_id}", "autopi/{device_id}/#"], decode, table(RESULTS),
    ["Set the MQTT returner's `topic` option to `autopi/{device_id}`.",
     "`_stamp` without a zone is UTC; a result without it is stamped on receipt.",
     "A `unit` in the message counts before the table's. `dtc` becomes an event with its codes."])
