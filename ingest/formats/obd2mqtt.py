"""adlerre/obd2-mqtt: one bare value per topic `{identifier}_{field}`, retained, without time."""

from collections.abc import Sequence
from datetime import datetime

from ingest.formats.foreign import Format, Json, Key, Reading, Told, decoded, malformed, parsed, table
from ingest.messages import Rejection

FIELDS = {
    "speed": Key("speed_kmh"),
    "rpm": Key("engine_rpm"),
    "engineLoad": Key("engine_load_pct"),
    "throttle": Key("throttle_pct"),
    "engineCoolantTemp": Key("coolant_c"),
    "intakeAirTemp": Key("intake_air_c"),
    "ambientAirTemp": Key("ambient_c"),
    "oilTemp": Key("oil_c"),
    "mafRate": Key("maf_g_s"),
    "manifoldPressure": Key("map_kpa"),
    "fuelRate": Key("fuel_rate_l_h"),
    "fuelType": Key("fuel_type_code"),
    "fuelLevel": Key("fuel_level_pct"),
    "odometer": Key("odometer_km"),
    "batteryVoltage": Key("battery_v"),
    "attributes.latitude": Key("latitude"),
    "attributes.longitude": Key("longitude"),
    "attributes.altitude": Key("altitude_m"),
}
_KNOWN = table(FIELDS)
_CONNECTED = {"connected": "online", "online": "online", "connection lost": "offline", "offline": "offline"}


def decode(rest: Sequence[str], payload: bytes, _arrived: datetime) -> Told | Rejection:
    """Read one message; `rest` is the topic behind the device's name."""
    text = decoded(payload)
    if isinstance(text, Rejection):
        return text
    name = _field(rest[0]) if rest else ""
    if name == "connection":
        return Told(state=_CONNECTED.get(text))
    if text.startswith("{"):
        return _attributes(payload)
    return Told([Reading(None, {name: text})] if text and name else [])


def _field(topic: str) -> str:
    """`car_7_speed` is the field speed of car_7; an unknown field may hold an underscore itself."""
    last = topic.rpartition("_")[2]
    return last if last.lower() in (*_KNOWN, "connection") else topic.partition("_")[2] or topic


def _attributes(payload: bytes) -> Told | Rejection:
    body = parsed(payload)
    if isinstance(body, Rejection):
        return body
    codes: Json = body.get("dtc") if isinstance(body, dict) else None
    if codes is None:
        return Told([Reading(None, {f"attributes.{name}": value for name, value in body.items()})])
    if not isinstance(codes, list):
        return malformed("dtc is no list")
    return Told([Reading(None, codes=[code for code in codes if isinstance(code, str)])])


OBD2MQTT = Format(
    "obd2mqtt", "obd2-mqtt (adlerre)", ["obd2mqtt/{device_id}/#"], decode, _KNOWN,
    ["No time in the messages: stamped on receipt.",
     "The firmware keeps only the last level of its main topic, so a bridge must put `obd2mqtt/{device_id}/` before.",
     "Use the metric profile: the imperial one sends miles under the same names without saying so.",
     "`..._dtc` becomes an event with its codes; `..._connection` says whether it is connected."])
