"""Sorting a batch out: every message becomes rows, an event, a status, an answer, or a dead letter with its reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from archive.fleet.arrival import Batch, DeviceEvent, DeviceStatus
from archive.fleet.commands import Answer
from archive.fleet.dead_letters import DeadLetter
from archive.fleet.devices import Device
from ingest import foreign
from ingest.clock import FARTHEST_AHEAD, OLDEST, instant, plausible
from ingest.columns import MESSAGE, Columns, Taken, assemble
from ingest.delivered import NO_SPANS, delivered
from ingest.formats import pitcall
from ingest.messages import Message, Receiptable, Rejection
from ingest.registry import Registry
from schemas.signals import POSITION_SIGNALS, READING_SIGNALS, Signal
from schemas.topics import FOREIGN_KIND, UpTopic, parse
from schemas.wire import Event, EventType, RejectReason, Reply, Status

BODY_BYTES = 600_000
"""Inflated telemetry that is read at once [B]: some 17,000 samples, or a batch of single ones. A sample takes 2 KB of
memory on its way, and a message of 1 KB may inflate to a megabyte, so this bounds a batch whatever came."""


@dataclass
class SortedOut:
    """What a batch consists of. `rows` keeps the message number beside each row, to tell later what became of it."""

    messages: Sequence[Message]
    telemetry: list[Taken] = field(default_factory=list)
    body_bytes: int = 0
    foreign_rows: list[foreign.Row] = field(default_factory=list)
    unknown_keys: int = 0
    events: list[DeviceEvent] = field(default_factory=list)
    statuses: list[DeviceStatus] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    """Messages that brought an event, a status or an answer."""
    letters: dict[int, DeadLetter] = field(default_factory=dict)
    receipts: dict[int, Receiptable] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)
    senders: dict[int, Device] = field(default_factory=dict)
    readings: pl.DataFrame = field(default_factory=pl.DataFrame)
    positions: pl.DataFrame = field(default_factory=pl.DataFrame)
    refused_positions: int = 0
    refused: set[int] = field(default_factory=set)
    spans: pl.DataFrame = field(default_factory=lambda: NO_SPANS)

    def batch(self) -> Batch:
        """The same, as the archive stores it."""
        return Batch(self.readings.drop(MESSAGE), self.positions.drop(MESSAGE), self.events, self.statuses,
                     self.answers, list(self.letters.values()),
                     deliveries=delivered(self.messages, self.senders, self.receipts, self.spans))


def sort_out(messages: Sequence[Message], registry: Registry) -> SortedOut:
    """Read the messages of a batch, the first of them if their bodies are very large. Never raises for what came."""
    out = SortedOut(messages)
    for number, message in enumerate(messages):
        if out.body_bytes > BODY_BYTES:
            out.messages = messages[:number]
            break
        _sort_one(out, number, message, registry)
    columns = assemble(out.telemetry)
    rows = _refuse_wrong_clocks(out, columns)
    for number, flaw in columns.refused.items():
        _bury(out, number, flaw)
    if out.foreign_rows:
        rows = pl.concat([rows, foreign.frame(out.foreign_rows)], how="diagonal")
    out.readings = _measured(rows, READING_SIGNALS, "extra")
    located = _measured(rows, POSITION_SIGNALS)
    out.positions = _consented(located, registry.consented)
    _count_refusals(out, located)
    return out


def _sort_one(out: SortedOut, number: int, message: Message, registry: Registry) -> None:
    topic = parse(message.topic)
    if topic is None:
        return _bury(out, number, Rejection(RejectReason.TOPIC, "not a topic of ours"))
    device = registry[topic.device_id]
    if device is None:
        return _bury(out, number, Rejection(RejectReason.UNKNOWN_DEVICE, "not provisioned, revoked, or lapsed"))
    out.senders[number] = device
    if device.shard != topic.shard:
        return _bury(out, number, Rejection(RejectReason.WRONG_SHARD, f"this device belongs to {device.shard}"))
    if message.too_fast:
        return _bury(out, number, Rejection(RejectReason.RATE, "more messages than its allowance"))
    if message.retain and topic.kind != "status":
        out.ignored.add(number)  # a replay by the broker, not a new sample
        return None
    return _TAKE[topic.kind](out, number, topic, device)


def _take_telemetry(out: SortedOut, number: int, topic: UpTopic, device: Device) -> None:
    body = pitcall.telemetry(out.messages[number].payload)
    if isinstance(body, Rejection):
        return _bury(out, number, body)
    out.receipts[number] = Receiptable(topic.shard, topic.device_id, body.boot, body.seq)
    out.telemetry.append(Taken(number, device.device_key, body))
    out.body_bytes += len(body.body)
    return None


def _take_event(out: SortedOut, number: int, topic: UpTopic, device: Device) -> None:
    body = pitcall.decode(Event, out.messages[number].payload)
    if isinstance(body, Rejection):
        return _bury(out, number, body)
    arrived = out.messages[number].arrived
    time = instant(body.t)
    if time is None or not plausible(time, arrived):
        return _bury(out, number, Rejection(RejectReason.CLOCK, f"boot {body.boot}: event at {time or body.t}",
                                            body.boot, body.seq))
    out.receipts[number] = Receiptable(topic.shard, topic.device_id, body.boot, body.seq)
    out.events.append(DeviceEvent(device.device_key, time, body.boot, body.seq, body.type.value, body.data))
    out.told.add(number)
    return None


def _take_status(out: SortedOut, number: int, topic: UpTopic, device: Device) -> None:
    body = pitcall.decode(Status, out.messages[number].payload)
    if isinstance(body, Rejection):
        return _bury(out, number, body)
    message = out.messages[number]
    out.statuses.append(DeviceStatus(device.device_key, body.state, body.fw, body.boot, message.arrived,
                                     message.retain))
    out.told.add(number)
    return None


def _take_reply(out: SortedOut, number: int, topic: UpTopic, device: Device) -> None:
    body = pitcall.decode(Reply, out.messages[number].payload)
    if isinstance(body, Rejection):
        return _bury(out, number, body)
    out.answers.append(Answer(device.device_key, body.id, body.ok, body.result if body.ok else body.error))
    out.told.add(number)
    return None


def _take_foreign(out: SortedOut, number: int, _topic: UpTopic, device: Device) -> None:
    read = foreign.read(out.messages[number])
    if isinstance(read, Rejection):
        return _bury(out, number, read)
    if read.nothing or (read.clockless and out.messages[number].repeated):
        out.ignored.add(number)
        return None
    if read.state or read.codes:
        out.told.add(number)
    if read.state:
        out.statuses.append(DeviceStatus(device.device_key, read.state, "", 0, out.messages[number].arrived))
    out.foreign_rows += [foreign.Row(number, device.device_key, sample) for sample in read.samples]
    out.events += [DeviceEvent(device.device_key, time, 0, 0, EventType.CODES.value, {"codes": list(codes)})
                   for time, codes in read.codes]
    out.unknown_keys += read.unknown
    return None


_TAKE: dict[str, Callable[[SortedOut, int, UpTopic, Device], None]] = {
    "telemetry": _take_telemetry, "event": _take_event, "status": _take_status, "reply": _take_reply,
    FOREIGN_KIND: _take_foreign,
}


def _bury(out: SortedOut, number: int, flaw: Rejection) -> None:
    message, sender, topic = out.messages[number], out.senders.get(number), parse(out.messages[number].topic)
    out.letters[number] = DeadLetter(message.arrived, message.topic, message.payload, flaw.reason, flaw.detail,
                                     sender.device_key if sender else None, topic.device_id if topic else None)
    if sender and flaw.boot is not None and flaw.seq is not None:
        out.receipts[number] = Receiptable(sender.shard, sender.device_id, flaw.boot, flaw.seq)


def _refuse_wrong_clocks(out: SortedOut, columns: Columns) -> pl.DataFrame:
    """One sample outside the window condemns its message: a clock that jumps cannot be trusted in between."""
    out.spans = columns.rows.group_by(MESSAGE).agg(pl.col("time").min().alias("first"),
                                                   pl.col("time").max().alias("last"))
    arrived = pl.DataFrame({MESSAGE: pl.Series([one.message for one in out.telemetry], dtype=pl.Int32),
                            "arrived": [out.messages[one.message].arrived for one in out.telemetry]},
                           schema_overrides={"arrived": pl.Datetime("us", "UTC")})
    early, late = pl.col("first") < pl.col("arrived") - OLDEST, pl.col("last") > pl.col("arrived") + FARTHEST_AHEAD
    wrong = out.spans.join(arrived, on=MESSAGE).filter(early | late)
    for number, first, last in wrong.select(MESSAGE, "first", "last").iter_rows():
        receipt = out.receipts[number]
        columns.refused[number] = Rejection(RejectReason.CLOCK, f"boot {receipt.boot}: samples from {first} to {last}",
                                            receipt.boot, receipt.seq)
    return columns.rows.join(wrong, on=MESSAGE, how="anti") if wrong.height else columns.rows


def _measured(rows: pl.DataFrame, signals: Sequence[Signal], *more: str) -> pl.DataFrame:
    """Rows and columns of these signals that carry a value at all."""
    wanted = [*(signal.column for signal in signals), *more]
    columns = [name for name in wanted if name in rows.columns and rows[name].null_count() < rows.height]
    if not columns:
        return rows.select(MESSAGE, "device_key", "time").clear()
    chosen = rows.select(MESSAGE, "device_key", "time", *columns)
    if any(not chosen[name].has_nulls() for name in columns):
        return chosen
    return chosen.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in columns))


def _consented(located: pl.DataFrame, consented: pl.DataFrame) -> pl.DataFrame:
    if located.is_empty() or consented.is_empty():
        return located.clear()
    inside = located.join(consented, on="device_key", maintain_order="left").filter(
        (pl.col("time") >= pl.col("first")) & (pl.col("time") < pl.col("last")))
    return inside.select(located.columns)


def _count_refusals(out: SortedOut, located: pl.DataFrame) -> None:
    """A message of nothing but positions that may not be kept counts as refused by consent."""
    out.refused_positions = located.height - out.positions.height
    if out.refused_positions:
        kept = set(out.readings[MESSAGE].unique()) | set(out.positions[MESSAGE].unique())
        out.refused = set(located[MESSAGE].unique()) - kept
