"""The ThingsBoard shape: {"ts": ms, "values": {...}}, an array of them, or flat keys."""

from collections.abc import Sequence
from datetime import datetime

from ingest.clock import instant
from ingest.formats.foreign import Format, Json, Key, Reading, Told, malformed, parsed, table
from ingest.messages import Rejection
from schemas.signals import SIGNALS
from schemas.wire import RejectReason

OURS = {name: Key(signal.column) for signal in SIGNALS for name in (signal.alias, signal.column)}
"""Both names of every signal of ours."""

USUAL = {
    "latitude": Key("latitude"),
    "longitude": Key("longitude"),
    "altitude": Key("altitude_m"),
    "vehicleSpeed": Key("speed_kmh"),
    "engineSpeed": Key("engine_rpm"),
    "odometer": Key("odometer_km"),
    "odometer_mi": Key("odometer_km", "mi"),
    "fuelLevel": Key("fuel_level_pct"),
    "fuel_level": Key("fuel_level_pct"),
    "coolantTemp": Key("coolant_c"),
    "coolant_temp": Key("coolant_c"),
    "batteryVoltage": Key("battery_v"),
    "battery_voltage": Key("battery_v"),
    **{f"tyre_psi_{corner}": Key(f"tyre_kpa_{corner}", "psi") for corner in ("fl", "fr", "rl", "rr")},
}

_NOT_TELEMETRY = ("attributes", "rpc", "claim")


def decode(rest: Sequence[str], payload: bytes, _arrived: datetime) -> Told | Rejection:
    """Read one message: one set of values, or an array of them."""
    if rest and rest[0] in _NOT_TELEMETRY:
        return Told()
    body = parsed(payload)
    if isinstance(body, Rejection):
        return body
    readings: list[Reading] = []
    for item in body if isinstance(body, list) else [body]:
        reading = _reading(item) if isinstance(item, dict) else malformed("not a JSON object")
        if isinstance(reading, Rejection):
            return reading
        readings.append(reading)
    return Told(readings)


def _reading(item: dict[str, Json]) -> Reading | Rejection:
    values = item.get("values", {name: value for name, value in item.items() if name != "ts"})
    if not isinstance(values, dict):
        return malformed("values is no object")
    stamp = item.get("ts")
    if stamp is None:
        return Reading(None, values)
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return malformed("ts is no number")
    at = instant(stamp)
    return Rejection(RejectReason.CLOCK, f"ts {stamp}"[:100]) if at is None else Reading(at, values)


THINGSBOARD = Format(
    "thingsboard", "ThingsBoard shape", ["thingsboard/{device_id}", "thingsboard/{device_id}/#"], decode,
    table(OURS, USUAL),
    ["`ts` is epoch milliseconds; values without it are stamped on receipt.", "Attributes and RPC are ignored.",
     "On ThingsBoard's own topic `v1/devices/me/telemetry` nobody says who he is: a device that knows no other needs a "
     "bridge that puts `thingsboard/{device_id}` in its place."])
