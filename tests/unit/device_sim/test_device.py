"""A device against a broker made of two lists and a clock that stands still until told."""

import json
from collections import deque
from typing import Any

import pytest
from pydantic import JsonValue

from device_sim import Message
from device_sim.mqtt.device import Device
from device_sim.mqtt.link import Acked, Connected, News, Received, Refused
from schemas import topics
from schemas.errors import BrokerUnavailable
from schemas.wire import Command


class Wire:
    """Where a link ends: what was published, and an inbox to put news into."""

    def __init__(self) -> None:
        self.inbox: deque[News] = deque([Connected()])
        self.published: list[tuple[str, bytes, bool]] = []
        self.subscribed: list[str] = []
        self.will = b""

    def open(self, will_topic: str, will: bytes) -> None:
        self.will = will

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int:
        self.published.append((topic, payload, retain))
        return len(self.published)

    def subscribe(self, topic: str) -> None:
        self.subscribed.append(topic)

    def close(self) -> None:
        self.inbox.clear()

    def kinds(self) -> list[str]:
        return [topic.rpartition("/")[2] for topic, _, _ in self.published]

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(body) for topic, body, _ in self.published if topic.endswith(kind)]

    def hears(self, kind: str, body: object) -> None:
        self.inbox.append(Received(topics.down("s00", "dev-1", kind), json.dumps(body).encode()))


class Story:
    """A device, its wire and its clock."""

    def __init__(self, window: int = 500) -> None:
        self.now_s = 0.0
        self.wire = Wire()
        self.device = Device("dev-1", "s00", self.wire, boot=7, answer=self.answer, clock_s=lambda: self.now_s,
                             now_s=lambda: 1000.0, window=window).open()

    def answer(self, command: Command) -> JsonValue:
        if command.type != "read_codes":
            raise ValueError(f"unknown command {command.type}")
        return {"codes": ["P0420"]}

    def send(self, *seqs: int) -> None:
        for seq in seqs:
            self.device.send(Message(topics.up("s00", "dev-1", "telemetry"), b"{}", 0, 0, 7, seq, 60, 0))
        self.device.pump()

    def telemetry(self) -> int:
        return self.wire.kinds().count("telemetry")


def test_it_says_hello_listens_and_leaves_a_will() -> None:
    story = Story()
    assert story.wire.subscribed == ["pitcall/v1/s00/dev-1/down/+"]
    assert story.wire.published[0][2]
    assert [body["state"] for body in story.wire.bodies("status")] == ["online"]
    assert json.loads(story.wire.will)["state"] == "offline"
    story.device.close()
    assert story.wire.bodies("status")[-1]["state"] == "offline"


def test_a_broker_ack_is_not_a_receipt() -> None:
    story = Story()
    story.send(1)
    story.wire.inbox.append(Acked(len(story.wire.published)))
    story.now_s = 61.0
    story.device.pump()
    assert story.telemetry() == 2


def test_a_receipt_ends_the_resending() -> None:
    story = Story()
    story.send(1, 2)
    story.wire.hears("receipt", {"boot": 7, "seq": [[1, 2]]})
    story.now_s = 61.0
    story.device.pump()
    assert story.telemetry() == 2
    assert (story.device.receipted, len(story.device.ring)) == (2, 0)


def test_after_a_reconnect_the_unreceipted_goes_out_again() -> None:
    story = Story()
    story.send(1, 2)
    first = len(story.wire.published) - 1
    story.wire.inbox.extend([Acked(first), Connected()])  # message 2 is still with the client library
    story.device.pump()
    assert story.telemetry() == 3


def test_no_more_than_a_window_travels() -> None:
    story = Story(window=2)
    story.send(1, 2, 3, 4)
    assert story.telemetry() == 2
    story.wire.inbox.extend([Acked(2), Acked(3)])
    story.device.pump()
    assert story.telemetry() == 4


def test_a_command_is_answered() -> None:
    story = Story()
    story.wire.hears("command", {"id": "c1", "type": "read_codes", "args": {}, "expires": 2_000_000})
    story.device.pump()
    assert story.wire.bodies("reply") == [{"id": "c1", "ok": True, "result": {"codes": ["P0420"]}, "error": None}]


@pytest.mark.parametrize(("kind", "expires", "error"), [
    ("self_destruct", 2_000_000, "unknown command self_destruct"), ("read_codes", 999_999, "expired")])
def test_a_command_that_cannot_be_obeyed_is_answered_too(kind: str, expires: int, error: str) -> None:
    story = Story()
    story.wire.hears("command", {"id": "c2", "type": kind, "expires": expires})
    story.device.pump()
    assert [(body["ok"], body["error"]) for body in story.wire.bodies("reply")] == [(False, error)]


def test_a_refusal_is_an_error_with_its_reason() -> None:
    story = Story()
    story.wire.inbox.append(Refused("Not authorized", 3))
    with pytest.raises(BrokerUnavailable, match=r"dev-1: .* Not authorized"):
        story.device.pump()
