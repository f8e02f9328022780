"""Foreign devices: from a message of any accepted format to the same columns as our own telemetry."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import polars as pl

from ingest.clock import plausible
from ingest.columns import MESSAGE
from ingest.formats.autopi import AUTOPI
from ingest.formats.foreign import Format, Json, Reading, Told
from ingest.formats.obd2mqtt import OBD2MQTT
from ingest.formats.ovms import OVMS
from ingest.formats.owntracks import OWNTRACKS
from ingest.formats.thingsboard import THINGSBOARD
from ingest.formats.values import EXTRA_LIMIT, fault_codes, kept, measured, number, unstorable
from ingest.formats.wican import WICAN
from ingest.messages import Message, Rejection
from schemas.frames import STORED_POSITIONS, STORED_READINGS
from schemas.signals import BY_COLUMN, SqlType
from schemas.topics import FOREIGN_LEVELS
from schemas.wire import PAYLOAD_LIMIT, SAMPLE_LIMIT, RejectReason

FORMATS: dict[str, Format] = {one.root: one for one in (WICAN, OVMS, AUTOPI, OBD2MQTT, THINGSBOARD, OWNTRACKS)}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SCHEMA = {MESSAGE: pl.Int32} | dict(STORED_READINGS) | dict(STORED_POSITIONS)


class Sample(NamedTuple):
    """What was measured at one instant, by column; `extra` is JSON text of what has no column."""

    at: datetime
    values: Mapping[str, float]
    extra: str | None = None


class Row(NamedTuple):
    """A sample with the message and the device it came from."""

    message: int
    device_key: int
    sample: Sample


@dataclass
class Read:
    """A foreign message in our terms. `clockless`: some of it was stamped on receipt."""

    samples: list[Sample] = field(default_factory=list)
    codes: list[tuple[datetime, Sequence[str]]] = field(default_factory=list)
    state: str | None = None
    unknown: int = 0
    clockless: bool = False

    @property
    def nothing(self) -> bool:
        """Not one thing in it that is stored."""
        return not self.samples and not self.codes and self.state is None


def read(message: Message) -> Read | Rejection:
    """Read a message on a topic `schemas.topics.parse_foreign` knows; never raises for what a device sent."""
    if len(message.payload) > PAYLOAD_LIMIT:
        return Rejection(RejectReason.OVERSIZE, f"{len(message.payload)} bytes, at most {PAYLOAD_LIMIT}")
    parts = message.topic.split("/")
    one = FORMATS[parts[0]]
    told = one.decode(parts[FOREIGN_LEVELS[parts[0]] + 1:], message.payload, message.arrived)
    return told if isinstance(told, Rejection) else _translate(one, told, message.arrived)


def _translate(one: Format, told: Told, arrived: datetime) -> Read | Rejection:
    if len(told.readings) > SAMPLE_LIMIT:
        return Rejection(RejectReason.MALFORMED, f"more than {SAMPLE_LIMIT} samples")
    out = Read(state=told.state, clockless=any(reading.at is None for reading in told.readings))
    for reading in told.readings:
        at = _cut(arrived, one.grid) if reading.at is None else reading.at
        if not plausible(at, arrived):
            return Rejection(RejectReason.CLOCK, f"sample at {at}")
        flaw = _add(out, one, at, reading)
        if flaw is not None:
            return flaw
    return out


def _cut(arrived: datetime, grid: timedelta) -> datetime:
    return arrived - (arrived - _EPOCH) % grid


def _add(out: Read, one: Format, at: datetime, reading: Reading) -> Rejection | None:
    if reading.codes is not None:
        out.codes.append((at, fault_codes(reading.codes)))
    values: dict[str, float] = {}
    extra: dict[str, Json] = {}
    for name, raw in reading.values.items():
        key = one.key(name)
        value = number(raw) if key else None
        if key and value is not None:
            values.update(measured(key, value, reading.units.get(name)))
        elif raw is not None:
            out.unknown += 1
            extra.update(kept(one, name, raw))
    if len(extra) > EXTRA_LIMIT:
        return Rejection(RejectReason.MALFORMED, f"more than {EXTRA_LIMIT} unknown keys")
    if values or extra:
        out.samples.append(Sample(at, values, json.dumps(extra, ensure_ascii=False) if extra else None))
    return next(unstorable(values), None)


def frame(rows: Sequence[Row]) -> pl.DataFrame:
    """The same columns as telemetry has; only those that occur."""
    columns = [column for column in BY_COLUMN if any(column in row.sample.values for row in rows)]
    data: dict[str, list[object]] = {
        MESSAGE: [row.message for row in rows],
        "device_key": [row.device_key for row in rows],
        "time": [(row.sample.at - _EPOCH) // timedelta(microseconds=1) for row in rows],
        "extra": [row.sample.extra for row in rows],
    }
    data |= {column: [_stored(column, row.sample.values.get(column)) for row in rows] for column in columns}
    return pl.DataFrame(data, schema={name: pl.Int64 if name == "time" else _SCHEMA[name] for name in data}
                        ).with_columns(pl.col("time").cast(_SCHEMA["time"]))


def _stored(column: str, value: float | None) -> float | None:
    return round(value) if value is not None and BY_COLUMN[column].sql is SqlType.SMALLINT else value
