"""Values of foreign devices: into the column's unit, or kept beside the readings, or left alone."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ingest.formats.foreign import PERSONAL, Format, Json, Key
from ingest.formats.units import stated
from ingest.messages import Rejection
from schemas.signals import BY_COLUMN, SqlType
from schemas.wire import RejectReason

EXTRA_LIMIT = 100
"""Unknown keys of one sample; whoever sends more sends no measurements."""

NAME_LIMIT = 64
TEXT_LIMIT = 200
WHOLE_LIMIT = 2**53
REAL_LIMIT = float(np.finfo(np.float32).max)
SMALLINT_LIMIT = 2**15 - 1
WORDS = {"on": True, "off": False, "yes": True, "no": False}
"""How devices write true and false."""


def measured(key: Key, value: float, unit: str | None) -> dict[str, float]:
    """The value in the column's unit; nothing when the device says that it read nothing."""
    if not math.isfinite(value) or value in key.invalid:
        return {}
    conversion = (stated(unit, BY_COLUMN[key.column].unit) if unit else None) or key.conversion
    return {key.column: conversion(value)}


def number(raw: Json) -> float | None:
    """A number, or text that is one; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        return float(raw)
    except (ValueError, OverflowError):
        return None


def kept(one: Format, name: str, raw: Json) -> dict[str, Json]:
    """An unknown key as it is kept beside the readings: a number, a truth or a short text, nothing personal."""
    if len(name) > NAME_LIMIT or name.startswith(one.private) or PERSONAL.search(name):
        return {}
    value = _plain(raw)
    return {} if value is None else {name.replace("\0", ""): value}


def _plain(raw: Json) -> float | str | bool | None:
    if isinstance(raw, bool):
        return raw
    value = number(raw)
    if value is not None:
        return value if abs(value) <= WHOLE_LIMIT else None
    if not isinstance(raw, str) or len(raw) > TEXT_LIMIT:
        return None
    return WORDS.get(raw.strip().lower(), raw.replace("\0", ""))


def fault_codes(codes: Sequence[str]) -> list[str]:
    """Codes as they are kept: a device has a handful, and none is long."""
    return [code.replace("\0", "")[:NAME_LIMIT] for code in codes[:EXTRA_LIMIT]]


def unstorable(values: Mapping[str, float]) -> Iterator[Rejection]:
    """Why a number does not fit its column, per column where it does not."""
    for column, value in values.items():
        limit = {SqlType.REAL: REAL_LIMIT, SqlType.SMALLINT: SMALLINT_LIMIT}.get(BY_COLUMN[column].sql, math.inf)
        if not math.isfinite(value) or abs(value) > limit:
            yield Rejection(RejectReason.OVERFLOW, f"{column}: a number its column cannot hold")
