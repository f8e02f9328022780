"""MQTT topics of contract v1: `pitcall/v1/{shard}/{device_id}/{up|down}/{kind}`."""

import re
from dataclasses import dataclass
from functools import lru_cache

ROOT = "pitcall/v1"
TOPIC_LIMIT = 256
"""Characters of a topic; the longest any of our devices needs is half of it."""

DEVICE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Device names double as MQTT user names and topic levels, hence no slash, plus, hash or space."""

SHARDS: tuple[str, ...] = tuple(f"s{n:02d}" for n in range(16))
FOREIGN_SHARD = "foreign"
FOREIGN_KIND = "foreign"
FOREIGN_LEVELS: dict[str, int] = {"wican": 1, "ovms": 2, "autopi": 1, "thingsboard": 1, "obd2mqtt": 1,
                                  "owntracks": 1}
"""Topic trees of foreign devices, and the level that carries the device's name, as in the broker's ACL."""

FOREIGN_TOPICS: dict[str, dict[str, str]] = {
    "wican": {"status": "wican/{id}/can/status", "data": "wican/{id}/can/rx"},
    "ovms": {"prefix": "ovms/{id}/{id}/"},
    "autopi": {"data": "autopi/{id}"},
    "thingsboard": {"data": "thingsboard/{id}"},
    "obd2mqtt": {"prefix": "obd2mqtt/{id}/"},
    "owntracks": {"prefix": "owntracks/{id}/"},
}
"""What to enter in a foreign device, so that its topics carry its name where we look for it."""

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
    if parts[2] not in (*SHARDS, FOREIGN_SHARD) or not DEVICE_ID.fullmatch(parts[3]):
        return None
    return UpTopic(parts[2], parts[3], parts[5])


def parse_foreign(topic: str) -> UpTopic | None:
    """Who sent a foreign device's topic, or None when it belongs to no format we read."""
    parts = topic.split("/")
    level = FOREIGN_LEVELS.get(parts[0])
    if level is None or len(parts) <= level or not DEVICE_ID.fullmatch(parts[level]):
        return None
    return UpTopic(FOREIGN_SHARD, parts[level], FOREIGN_KIND)


def parse(topic: str) -> UpTopic | None:
    """Who sent a topic, of ours or of a foreign device; None when nobody we know sends there."""
    return _parsed(topic) if len(topic) <= TOPIC_LIMIT else None


@lru_cache(maxsize=16_384)
def _parsed(topic: str) -> UpTopic | None:
    """Each message asks more than once, and devices send on the same topics for ever."""
    return parse_up(topic) or parse_foreign(topic)


def up(shard: str, device_id: str, kind: str) -> str:
    """Topic a device publishes to."""
    return f"{ROOT}/{shard}/{device_id}/up/{kind}"


def down(shard: str, device_id: str, kind: str) -> str:
    """Topic a device listens to."""
    return f"{ROOT}/{shard}/{device_id}/down/{kind}"


def of_device(kind: str, shard: str, device_id: str) -> dict[str, dict[str, str]]:
    """What a device of a format is to be told: where it publishes (`up`) and what it hears (`down`)."""
    if kind in FOREIGN_TOPICS:
        return {"up": {name: topic.format(id=device_id) for name, topic in FOREIGN_TOPICS[kind].items()}, "down": {}}
    return {"up": {name: up(shard, device_id, name) for name in sorted(UP_KINDS)},
            "down": {name: down(shard, device_id, name) for name in ("command", "receipt")}}


def shard_filter(shard: str) -> str:
    """Subscription of the ingest process that serves a shard."""
    return f"{ROOT}/{shard}/+/up/#"


def foreign_filters() -> list[str]:
    """Subscriptions that only the shard of foreign devices has."""
    return [f"{root}/{'+/' * level}#" for root, level in FOREIGN_LEVELS.items()]


def ingest_client(shard: str) -> str:
    """Client id and user name of the one connection that serves a shard."""
    return f"ingest-{shard}"


def checking_client() -> str:
    """User name and client id of `python -m device_sim check-device`, which may only read: one at a time."""
    return ingest_client("check")
