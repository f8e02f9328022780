"""OVMS v3: one bare text value per metric and topic, without time; records of `notify/data` carry their age."""

import csv
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from ingest.formats.foreign import Format, Key, Reading, Told, decoded, malformed, table
from ingest.messages import Rejection

METRICS = {
    "v.p.speed": Key("speed_kmh"),
    "v.p.odometer": Key("odometer_km"),
    "v.p.latitude": Key("latitude"),
    "v.p.longitude": Key("longitude"),
    "v.p.altitude": Key("altitude_m"),
    "v.p.direction": Key("heading_deg"),
    "v.p.gpsspeed": Key("gps_speed_kmh"),
    "v.p.acceleration": Key("accel_long_m_s2"),
    "v.e.throttle": Key("throttle_pct"),
    "v.e.temp": Key("ambient_c"),
    "v.m.rpm": Key("engine_rpm"),
    "v.b.12v.voltage": Key("battery_v"),
    "v.b.soc": Key("traction_soc_pct"),
    **{f"v.t.pressure[{corner}]": Key(f"tyre_kpa_{corner.lower()}") for corner in ("FL", "FR", "RL", "RR")},
}

VECTORS = dict.fromkeys(("v.t.pressure", "v.t.temp", "v.t.health", "v.t.alert"), ("FL", "FR", "RL", "RR"))
"""Metrics that are lists with one value per wheel."""

RECORDS = {"*-LOG-Trip": {1: "v.p.latitude", 2: "v.p.longitude", 3: "v.p.altitude", 5: "v.p.odometer", 9: "v.b.soc",
                          24: "v.e.temp"}}
"""Records of `notify/data` we read: place of each metric behind the header of type, number and lifetime."""

_HEADER = 3
_AGE = re.compile(r"-?\d{1,9}")
_CONNECTED = {"yes": "online", "no": "offline"}


def decode(rest: Sequence[str], payload: bytes, arrived: datetime) -> Told | Rejection:
    """Read one message; `rest` is the topic behind the vehicle's id."""
    text = decoded(payload)
    if isinstance(text, Rejection):
        return text
    if rest[:1] == ["metric"]:
        return _metric(".".join(rest[1:]), text)
    return _record(rest[-1], text, arrived) if rest[:2] == ["notify", "data"] else Told()


def _metric(name: str, text: str) -> Told:
    if name == "s.v3.connected":
        return Told(state=_CONNECTED.get(text))
    corners = VECTORS.get(name)
    values = {f"{name}[{corner}]": part for corner, part in zip(corners, text.split(","), strict=False) if part} \
        if corners else {name: text}
    return Told([Reading(None, values)] if text else [])


def _record(age: str, text: str, arrived: datetime) -> Told | Rejection:
    """A record that waited on the car: the topic's last part says for how many seconds."""
    if not _AGE.fullmatch(age):
        return malformed("the topic carries no age")
    try:
        fields = next(csv.reader([text]), [])
    except csv.Error as bad:
        return malformed(str(bad))
    places = RECORDS.get(fields[0], {}) if fields else {}
    found = {name: fields[_HEADER + place] for place, name in places.items() if len(fields) > _HEADER + place}
    locked = fields[_HEADER:_HEADER + 1] == ["1"]
    values = {name: value for name, value in found.items() if value and (locked or not _is_place(name))}
    return Told([Reading(arrived - timedelta(seconds=abs(int(age))), values)] if values else [])


def _is_place(name: str) -> bool:
    return METRICS[name].column in ("latitude", "longitude", "altitude_m")


OVMS = Format(
    "ovms", "OVMS v3", ["ovms/{user}/{device_id}/#"], decode, table(METRICS),
    ["The device's name is the vehicle id and the MQTT user of server v3, both.",
     "No time in metrics: stamped on receipt, cut to the second, so that latitude and longitude, two messages, meet in "
     "one row.", "`notify/data/.../<-age>`: the age in the topic gives the true time; read are "
     + ", ".join(f"`{name}`" for name in RECORDS) + ", other records are ignored.",
     "`metric/s/v3/connected` says whether it is connected. Events, notices and commands are ignored."],
    private=("m.", "s.", "v.vin", "v.p."), grid=timedelta(seconds=1))
