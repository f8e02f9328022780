"""OwnTracks: the app of a phone or a tracker in its shape. Positions with their own time; the car only if a tracker."""

from collections.abc import Sequence
from datetime import datetime

from ingest.clock import instant
from ingest.formats.foreign import Format, Json, Key, Reading, Told, malformed, parsed, table
from ingest.messages import Rejection

LOCATION = {
    "lat": Key("latitude"),
    "lon": Key("longitude"),
    "alt": Key("altitude_m"),
    "vel": Key("gps_speed_kmh", invalid=(-1,)),
    "cog": Key("heading_deg", invalid=(-1,)),
    "rpm": Key("engine_rpm"),
    "odometer": Key("odometer_km"),
    "uext": Key("battery_v"),
}
"""Booklet, tech/json; the last three are what car trackers add (Traccar, OwnTracksProtocolDecoder). `batt` is the
phone's own battery in percent and no business of ours."""

_OTHER = ("transition", "waypoint", "waypoints", "status", "steps", "beacon", "card", "cmd", "configuration", "dump",
          "request")


def decode(_rest: Sequence[str], payload: bytes, _arrived: datetime) -> Told | Rejection:
    """Read one message."""
    body = parsed(payload)
    if isinstance(body, Rejection):
        return body
    kind = body.get("_type") if isinstance(body, dict) else None
    if kind == "location":
        return _location(body)
    if kind == "lwt":
        return Told(state="offline")
    return Told() if kind in _OTHER else malformed(f"_type {kind}"[:100] if isinstance(kind, str) else "no _type")


def _location(body: dict[str, Json]) -> Told | Rejection:
    stamp = body.get("tst")
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return malformed("tst is no number")
    at = instant(stamp * 1000)
    values = {name: value for name, value in body.items() if name in LOCATION}
    return malformed("tst is no time") if at is None else Told([Reading(at, values)])


OWNTRACKS = Format(
    "owntracks", "OwnTracks", ["owntracks/{device_id}/#"], decode, table(LOCATION),
    ["The app's user name is the device's name, so that its usual topic `owntracks/{user}/{device}` needs no setting.",
     "`tst` is the time, in seconds. Positions are stored while the owner consents, like any other.",
     "Nothing unknown is kept: a phone speaks of its owner. `lwt` says offline; encrypted payloads cannot be read."])
