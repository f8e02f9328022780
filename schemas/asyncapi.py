"""AsyncAPI 3.0 description of contract v1, seen from ingest: it receives `up/`, it sends `down/`."""

from typing import Any

from pydantic.json_schema import models_json_schema

from schemas import topics
from schemas.signals import SIGNALS, Signal
from schemas.wire import DOWN, INFLATED_LIMIT, PAYLOAD_LIMIT, UP, WireMessage

Json = dict[str, Any]

QOS: dict[str, int] = {"telemetry": 1, "event": 1, "status": 1, "reply": 1, "receipt": 0, "command": 1}
RETAINED = frozenset({"status"})

_DESCRIPTION = (
    "Columnar telemetry of OBD devices over MQTT v5. A device forgets a message only when its (boot, seq) stands in a "
    f"receipt. A body may be zlib-compressed (first byte 0x78); payload at most {PAYLOAD_LIMIT} bytes, inflated at "
    f"most {INFLATED_LIMIT}. Arrays named in `d` hold integers: the first non-null is value x scale, each next "
    "non-null is added to the previous one, null stays null."
)


def document() -> Json:
    """The whole description, from the pydantic models, the topics and the signal table."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Pitcall devices", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {kind: _channel(kind, topic) for kind, topic in _addresses().items()},
        "operations": {f"{_action(kind)}_{kind}": _operation(kind) for kind in _addresses()},
        "components": {"messages": _messages(), "schemas": _schemas()},
        "x-signals": [_signal(signal) for signal in SIGNALS],
    }


def _addresses() -> dict[str, str]:
    above = {kind: topics.up("{shard}", "{device_id}", kind) for kind in UP}
    return above | {kind: topics.down("{shard}", "{device_id}", kind) for kind in DOWN}


def _channel(kind: str, address: str) -> Json:
    return {
        "address": address,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"}},
        "parameters": {
            "shard": {"description": "given at provisioning", "enum": list(topics.SHARDS)},
            "device_id": {"description": f"MQTT user name and client id, {topics.DEVICE_ID.pattern}"},
        },
    }


def _action(kind: str) -> str:
    return "receive" if kind in UP else "send"


def _operation(kind: str) -> Json:
    return {
        "action": _action(kind),
        "channel": {"$ref": f"#/channels/{kind}"},
        "bindings": {"mqtt": {"qos": QOS[kind], "retain": kind in RETAINED}},
    }


def _models() -> dict[str, type[WireMessage]]:
    return UP | DOWN


def _messages() -> Json:
    return {
        kind: {"name": kind, "summary": _summary(model), "payload": {"$ref": f"#/components/schemas/{model.__name__}"}}
        for kind, model in _models().items()
    }


def _summary(model: type[WireMessage]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def _schemas() -> Json:
    _, defined = models_json_schema(
        [(model, "validation") for model in _models().values()], ref_template="#/components/schemas/{model}"
    )
    schemas: Json = defined["$defs"]
    schemas["Telemetry"]["properties"]["s"]["description"] = "aliases: " + ", ".join(s.alias for s in SIGNALS)
    return schemas


def _signal(signal: Signal) -> Json:
    return {
        "alias": signal.alias, "column": signal.column, "unit": signal.unit, "pid": signal.pid,
        "scaling": signal.scaling, "vss": signal.vss, "range": [signal.low, signal.high], "scale": signal.scale,
    }
