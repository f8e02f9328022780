"""MQTT topics of contract v1: `pitcall/v1/{shard}/{device_id}/{up|down}/{kind}`."""

import re
from dataclasses import dataclass

ROOT = "pitcall/v1"
DEVICE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Device names double as MQTT user names and topic levels, hence no slash, plus, hash or space."""

SHARDS: tuple[str, ...] = tuple(f"s{n:02d}" for n in range(16))
FOREIGN_SHARD = "foreign"
UP_KINDS: frozenset[str] = frozenset({"telemetry", "event", "status", "reply"})


@dataclass(frozen=True)
class UpTopic:
    """A parsed topic of something a device sent."""

    shard: str
    device_id: str
    kind: str


def parse_up(topic: str) -> UpTopic | None:
    """The parts of an `up/` topic, or None when it is not one of ours."""
    parts = topic.split("/")
    if len(parts) != 6 or "/".join(parts[:2]) != ROOT or parts[4] != "up" or parts[5] not in UP_KINDS:
        return None
    if parts[2] not in SHARDS or not DEVICE_ID.fullmatch(parts[3]):
        return None
    return UpTopic(parts[2], parts[3], parts[5])


def up(shard: str, device_id: str, kind: str) -> str:
    """Topic a device publishes to."""
    return f"{ROOT}/{shard}/{device_id}/up/{kind}"


def down(shard: str, device_id: str, kind: str) -> str:
    """Topic a device listens to."""
    return f"{ROOT}/{shard}/{device_id}/down/{kind}"


def shard_filter(shard: str) -> str:
    """Subscription of the ingest process that serves a shard."""
    return f"{ROOT}/{shard}/+/up/#"


def ingest_client(shard: str) -> str:
    """Client id and user name of the one connection that serves a shard."""
    return f"ingest-{shard}"
