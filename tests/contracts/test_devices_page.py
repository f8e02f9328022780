"""docs/devices.md is executed: every example against the real decoder, every figure against what it is about."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from archive.fleet.devices import Device
from archive.fleet.provisioning import Credentials
from dev.docs import with_signals
from device_sim import CarHistory, CarSpec, Dongle, messages, simulate
from device_sim.check.content import MONTH_S, MUCH_PER_SAMPLE, PLAN_MB
from device_sim.check.reading import Heard
from ingest.clock import FARTHEST_AHEAD, OLDEST
from ingest.columns import Taken, assemble
from ingest.foreign import FORMATS, Read, read
from ingest.formats import pitcall
from ingest.messages import Message, Rejection
from ingest.registry import Registry
from ingest.sorting import sort_out
from schemas import wire
from schemas.asyncapi import QOS, RETAINED
from schemas.topics import FOREIGN_LEVELS, up
from schemas.wire import DOWN, UP, RejectReason

PAGE = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")
ARRIVED = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
COLUMNS = ["time", "speed_kmh", "engine_rpm", "battery_v"]
HEADERS_BYTES = 250
"""What a message costs beside its PUBLISH, as the page says: headers of TCP/IP, PUBACK and the receipt [K]."""


class Example(NamedTuple):
    """A fenced block and what the comment above it says that it is."""

    told: str
    text: str

    @property
    def payload(self) -> bytes:
        return bytes.fromhex(self.text) if self.told.endswith("hex") else self.text.encode()


EXAMPLES = [Example(*found) for found in re.findall(r"<!-- ([\w ]+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)]


def told(*kinds: str) -> list[Example]:
    return [one for one in EXAMPLES if one.told.split()[0] in kinds]


def table(name: str) -> list[list[str]]:
    """Cells of the rows below a comment."""
    block = re.search(rf"<!-- {name} -->\n\|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE)
    assert block is not None
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in block[1].splitlines()]


class OneDevice(Registry):
    """Knows everybody as device 1 on the first shard."""

    def __getitem__(self, device_id: str) -> Device:
        return Device(1, device_id, "s00")


def test_every_block_is_told_apart_and_so_executed() -> None:
    kinds = {one.told.split()[0] for one in EXAMPLES}
    assert kinds == {*UP, *DOWN, "credentials", "rows", "refused", "decoder", "case"}
    assert len(EXAMPLES) == len(re.findall(r"^```(?:json|hex|python)$", PAGE, re.MULTILINE))


def test_the_credentials_look_like_that() -> None:
    (shown,) = told("credentials")
    body = json.loads(shown.text)
    known = Credentials(1, body["device_id"], body["shard"], body["password"], broker=body["broker"])
    assert body == known.for_the_device()


def test_the_signals_are_those_of_the_code() -> None:
    assert with_signals(PAGE) == PAGE, "run `make docs`"


def rows_of(example: Example) -> list[dict[str, Any]]:
    body = pitcall.telemetry(example.payload)
    assert not isinstance(body, Rejection), body
    columns = assemble([Taken(0, 1, body)])
    assert not columns.refused
    return columns.rows.select(COLUMNS).with_columns(pl.selectors.float().cast(pl.Float64).round(3)).to_dicts()


def test_the_three_ways_of_writing_telemetry_say_the_same_rows() -> None:
    (expected,) = told("rows")
    rows = [row | {"time": datetime.fromisoformat(row["time"])} for row in json.loads(expected.text)]
    assert [rows_of(one) for one in told("telemetry")] == [rows] * 3


def test_the_length_of_the_compressed_example_is_told() -> None:
    (compressed,) = (one for one in told("telemetry") if one.told.endswith("hex"))
    assert f"{len(compressed.payload)} bytes" in PAGE


@pytest.mark.parametrize("example", told(*UP), ids=lambda one: one.told)
def test_what_goes_up_is_taken_in(example: Example) -> None:
    body = pitcall.decode(UP[example.told.split()[0]], example.payload)
    assert not isinstance(body, Rejection), body


@pytest.mark.parametrize("example", told(*DOWN), ids=lambda one: one.told)
def test_what_comes_down_looks_like_that(example: Example) -> None:
    body = DOWN[example.told].model_validate_json(example.payload)
    assert json.loads(body.model_dump_json()) == json.loads(example.text)


def buried(payload: bytes) -> tuple[str, bool]:
    """Reason of the dead letter, and whether its device hears a receipt."""
    message = Message(up("s00", "my-device", "telemetry"), payload, 1, 1, False, "s00", 1, ARRIVED.timestamp())
    out = sort_out([message], OneDevice())
    return out.letters[0].reason.value, 0 in out.receipts


@pytest.mark.parametrize("example", told("refused"), ids=lambda one: one.told)
def test_what_is_refused_is_refused_for_that_reason_with_a_receipt(example: Example) -> None:
    assert buried(example.payload) == (example.told.split()[1], True)


@pytest.mark.parametrize(("reason", "payload"), [
    ("compression", b"\x78\x9c\x00"), ("encoding", b'{"v": 1, "boot": 1, "seq": 2, "t": 0, "s": {"\xff": []}}'),
    ("oversize", b" " * (wire.PAYLOAD_LIMIT + 1)), ("malformed", b"{")])
def test_what_cannot_be_read_gets_no_receipt(reason: str, payload: bytes) -> None:
    assert buried(payload) == (reason, False)


def test_every_reason_is_explained() -> None:
    assert {row[0].strip("`") for row in table("reasons")} == set(RejectReason)
    silent = [row[2] for row in table("reasons") if row[0].strip("`") in ("compression", "encoding", "oversize")]
    assert silent == ["no"] * 3


def test_every_topic_is_listed_with_its_level_and_retaining() -> None:
    rows = re.findall(r"^\| `(?:up|down)/(\w+)` \| (\w+) \| (\d) \| (yes|no) \|", PAGE, re.MULTILINE)
    assert {kind: (int(qos), kept == "yes") for kind, _, qos, kept in rows} == {
        kind: (QOS[kind], kind in RETAINED) for kind in (*UP, *DOWN)}


def test_the_limits_are_those_of_the_code() -> None:
    assert [row[1] for row in table("limits")] == [
        f"{wire.PAYLOAD_LIMIT // 1024} KiB; more ends the connection", f"{wire.INFLATED_LIMIT >> 20} MiB",
        f"{wire.SAMPLE_LIMIT:,}", f"{wire.UNKNOWN_SIGNALS_LIMIT}, names up to {wire.ALIAS_LENGTH_LIMIT} characters",
        f"whole, at most 2^{wire.LARGEST_DIFFERENCE.bit_length() - 1}",
        f"{wire.MESSAGES_PER_S:g} a second for ever, {wire.MESSAGE_BURST:,} more at once",
        f"{OLDEST.days} days back, {FARTHEST_AHEAD.seconds // 60} minutes ahead"]
    assert f"after {wire.RESEND_AFTER_S:g} s" in PAGE
    assert f"A plan of {PLAN_MB:g} MB allows {MUCH_PER_SAMPLE:g} bytes a sample" in PAGE
    assert round(PLAN_MB * 1e6 / MONTH_S) == MUCH_PER_SAMPLE


@pytest.fixture(scope="module")
def commute() -> CarHistory:
    """The two days the table of volumes was measured with."""
    return simulate(CarSpec("commuter", "sedan_maf", "commuter"), 2, datetime(2026, 11, 20, tzinfo=UTC), 1)


def bytes_per_sample(history: CarHistory, dongle: Dongle) -> float:
    sent = list(messages(history, dongle, "dev-000001", "s00"))
    framed = sum(Heard(0, one.topic, one.payload, 1).framed_bytes for one in sent)
    return framed / sum(one.samples for one in sent)


@pytest.mark.parametrize("row", table("volume"), ids=lambda row: row[0])
def test_the_volumes_are_measured(row: Sequence[str], commute: CarHistory) -> None:
    samples, *figures = (float(cell) for cell in row)
    ways = [Dongle("plain", False), Dongle("plain", True), Dongle("differences", True)]
    measured = [bytes_per_sample(commute, Dongle(way.encoding, way.compress, int(samples), int(samples), events=False))
                for way in ways]
    assert figures[:3] == pytest.approx(measured, rel=0.02)
    assert figures[3] == pytest.approx(figures[2] * MONTH_S / 1e6, abs=0.1)
    assert figures[4] == pytest.approx((figures[2] + HEADERS_BYTES / samples) * MONTH_S / 1e6, abs=0.1)


def test_the_decoder_written_on_the_page_decodes_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    (decoder,), (case,) = told("decoder"), told("case")
    module: dict[str, Any] = {}
    exec(decoder.text, module)  # noqa: S102 - our own page
    monkeypatch.setitem(FORMATS, "acme", module["ACME"])
    monkeypatch.setitem(FOREIGN_LEVELS, "acme", 1)
    wanted = json.loads(case.text)
    found = read(Message(wanted["topic"], json.dumps(wanted["payload"]).encode(), 1, 1, False, "foreign", 1,
                         ARRIVED.timestamp()))
    assert isinstance(found, Read)
    (sample,) = found.samples
    assert sample.at == datetime.fromisoformat(wanted["at"])
    assert sample.values == pytest.approx(wanted["values"])
    for poison in (b"{", b"[1]", b"{}", b'{"time": "now"}'):
        assert isinstance(read(Message("acme/d/data", poison, 1, 1, False, "foreign", 1, 0.0)), Rejection)
