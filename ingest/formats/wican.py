"""WiCAN (meatPi): AutoPID values as one JSON object, without any time; raw frames and chatter are not for us."""

import re
from collections.abc import Sequence
from datetime import datetime

from ingest.formats.foreign import Format, Json, Key, Reading, Told, malformed, parsed, table
from ingest.messages import Rejection
from schemas.signals import SIGNALS

STANDARD = {f"{signal.pid}-": Key(signal.column) for signal in SIGNALS if signal.pid}
"""Standard PIDs are named "0C-EngineRPM"; the two hex digits say all."""

PROFILE = {
    "SPEED": Key("speed_kmh"),
    "VehicleSpeed": Key("speed_kmh"),
    "ENGINE_RPM": Key("engine_rpm"),
    "COOLANT_TMP": Key("coolant_c"),
    "INTAKE_AIR_TMP": Key("intake_air_c"),
    "ENGINE_OIL_TEMP": Key("oil_c"),
    "TMP_A": Key("ambient_c"),
    "MAF": Key("maf_g_s"),
    "THROTTLE": Key("throttle_pct"),
    "FUEL": Key("fuel_level_pct"),
    "FUEL_RATE": Key("fuel_rate_g_s"),
    "ODOMETER": Key("odometer_km"),
    "ODOMETER_MI": Key("odometer_km", "mi"),
    "LV_V": Key("battery_v"),
    "battery_voltage": Key("battery_v"),
    "SOC": Key("traction_soc_pct"),
    **{f"TYRE_P_{corner}": Key(f"tyre_kpa_{corner.lower()}", "psi") for corner in ("FL", "FR", "RL", "RR")},
}

_PID = re.compile(r"[0-9A-Fa-f]{2}-")
_SENT_TO_IT = (["can", "tx"], ["elm327"])
_CHATTER = frozenset({"cmd", "rsp", "status", "config"})


def decode(rest: Sequence[str], payload: bytes, _arrived: datetime) -> Told | Rejection:
    """Read one message; `rest` is the topic behind the device's name."""
    if list(rest) in _SENT_TO_IT:
        return Told()
    body = parsed(payload)
    if isinstance(body, Rejection):
        return body
    if not isinstance(body, dict):
        return malformed("not a JSON object")
    return Told(state=_state(body)) if rest[-1:] == ["status"] else _values(body)


def _state(body: dict[str, Json]) -> str | None:
    state = body.get("status")
    return state if state in ("online", "offline") else None


def _values(body: dict[str, Json]) -> Told:
    """AutoPID data, grouped or not. Raw frames need the car's own database of signals: nothing to read here."""
    if "frame" in body:
        return Told()
    inner = body.get("autopid_data", body)
    values = {name: value for name, value in inner.items() if name not in _CHATTER} if isinstance(inner, dict) else {}
    return Told([Reading(None, values)] if values else [])


def _lookup(name: str) -> str:
    return (name[:3] if _PID.match(name) else name).lower()


WICAN = Format(
    "wican", "WiCAN", ["wican/{device_id}/#"], decode, table(STANDARD, PROFILE),
    ["No time in the messages: stamped on receipt.", "`status` and `can/status` say whether it is connected.",
     "Destinations of your own must begin with `wican/{device_id}/`, that of the battery alert too: at first it is "
     "`CAR1/voltage`.", "`can/tx`, `elm327` and raw CAN frames are ignored."], _lookup)
