"""What every foreign format is made of: a decoder that knows the shape, and a table that knows the meaning."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import from_json

from ingest.formats.units import Conversion, conversion
from ingest.messages import Rejection
from schemas.signals import BY_COLUMN
from schemas.wire import RejectReason

Json = Any
"""A JSON value of unknown shape, as parsed."""


@dataclass(frozen=True)
class Key:
    """One accepted key: the column it fills, the unit the device sends, and values that mean "not read"."""

    column: str
    unit: str = ""  # empty: the column's own unit
    invalid: tuple[float, ...] = ()

    @property
    def theirs(self) -> str:
        """The unit on the wire."""
        return self.unit or BY_COLUMN[self.column].unit

    @property
    def conversion(self) -> Conversion:
        """From the wire to the column."""
        return conversion(self.theirs, BY_COLUMN[self.column].unit)


@dataclass(frozen=True)
class Reading:
    """Values of one instant under the device's own names. `at` is None when the device has no clock."""

    at: datetime | None
    values: Mapping[str, Json] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)  # where the message itself says the unit
    codes: Sequence[str] | None = None  # fault codes


@dataclass(frozen=True)
class Told:
    """What one message says; nothing at all when it is of no interest to us."""

    readings: Sequence[Reading] = ()
    state: str | None = None  # online or offline


@dataclass(frozen=True)
class Format:
    """A foreign format: where its topics start, how to read it, and its table of keys."""

    root: str
    title: str
    topics: Sequence[str]
    decode: Callable[[Sequence[str], bytes, datetime], Told | Rejection]
    keys: Mapping[str, Key]
    notes: Sequence[str] = ()
    lookup: Callable[[str], str] = str.lower
    private: tuple[str, ...] = ()  # beginnings of names that are nobody's business: neither stored nor logged
    grid: timedelta = timedelta(microseconds=1)  # receipt times are cut to this

    def key(self, name: str) -> Key | None:
        """The meaning of a device's own name for a value."""
        return self.keys.get(self.lookup(name))


PERSONAL = re.compile(r"(?:^|[._ -])(?:lat|lon|lng|latitude|longitude|location|address|vin|plate|ssid|imei|imsi|iccid"
                      r"|phone|msisdn|token|password)(?:$|[._ -])", re.IGNORECASE)
"""Unknown names that look like a place, a person or a secret are not kept beside the readings."""


def table(*groups: Mapping[str, Key]) -> dict[str, Key]:
    """One table of several, names in lower case."""
    return {name.lower(): key for group in groups for name, key in group.items()}


def parsed(payload: bytes) -> Json | Rejection:
    """The JSON of a payload; NaN and infinity are none."""
    try:
        return from_json(payload, allow_inf_nan=False)
    except ValueError as bad:
        text = decoded(payload)
        return text if isinstance(text, Rejection) else Rejection(RejectReason.MALFORMED, str(bad)[:200])


def decoded(payload: bytes) -> str | Rejection:
    """The text of a payload."""
    try:
        return payload.decode().strip()
    except UnicodeDecodeError as wrong:
        return Rejection(RejectReason.ENCODING, str(wrong.reason))


def malformed(detail: str) -> Rejection:
    """Not the shape of this format."""
    return Rejection(RejectReason.MALFORMED, detail)


def flat(name: str, value: Json) -> Iterable[tuple[str, Json]]:
    """An object's fields under dotted names; a plain value under its own."""
    if isinstance(value, dict):
        for part, inner in value.items():
            yield f"{name}.{part}" if name else part, inner
    else:
        yield name, value
