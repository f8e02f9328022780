"""From telemetry messages to columns: a whole batch at once, no Python per sample.

Messages of one shape (same signals, same differences) are parsed together, by Polars and without holding the
interpreter's lock, and then decoded signal by signal.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from ingest.formats.pitcall import strictly
from ingest.messages import Rejection, Samples
from schemas.frames import TIME
from schemas.signals import BY_ALIAS, SqlType
from schemas.wire import ALIAS_LENGTH_LIMIT, LARGEST_DIFFERENCE, SAMPLE_LIMIT, UNKNOWN_SIGNALS_LIMIT, RejectReason

MESSAGE = "message"
"""Column that says which message of the batch a row came from."""

TIMES = "dt"
"""Field of the sample times in a body, and their alias among the differences."""

SIGNALS = "s"
"""Field of a body that holds one array per signal."""

FARTHEST_MS = 2.0**45
"""A sample is at most a thousand years from the first one, as in `schemas.wire.Telemetry`."""

PARSED_BYTES = 150_000
"""Text that is parsed at a time [B]: the parser takes ten times as much memory, and gains nothing from more."""

REAL_LIMIT = float(np.finfo(np.float32).max)


class Taken(NamedTuple):
    """A telemetry message that decoded: its place in the batch, the device it came from."""

    message: int
    device_key: int
    body: Samples


@dataclass(frozen=True)
class Columns:
    """Rows of a batch with MESSAGE, device_key, time and the signals that occur; and what was refused."""

    rows: pl.DataFrame
    refused: dict[int, Rejection]


def assemble(taken: Sequence[Taken]) -> Columns:
    """Turn telemetry into one frame. A message that makes no sense is refused alone; its neighbours go on."""
    refused = {one.message: flaw for one in taken if (flaw := _flaw(one.body)) is not None}
    frames = list(_frames([one for one in taken if one.message not in refused], refused))
    rows = pl.concat(frames, how="diagonal") if frames else _no_rows()
    if refused:
        rows = rows.filter(~pl.col(MESSAGE).is_in(list(refused)))
    return Columns(rows, refused)


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema=[(MESSAGE, pl.Int32), ("device_key", pl.Int32), ("time", TIME)])


def _flaw(body: Samples) -> Rejection | None:
    unknown = set(body.signals).difference(BY_ALIAS)
    if len(unknown) > UNKNOWN_SIGNALS_LIMIT or any(len(alias) > ALIAS_LENGTH_LIMIT for alias in unknown):
        return Rejection(RejectReason.MALFORMED, "too many or too long signal names", body.boot, body.seq)
    return None


def _frames(taken: Sequence[Taken], refused: dict[int, Rejection]) -> Iterator[pl.DataFrame]:
    for group in _by_shape(taken):
        try:
            arrays = _read(group)
        except pl.exceptions.PolarsError:  # something else than a number among the numbers of one of them
            again = _by_shape(_strictly(group, refused))
            yield from (_decode(*_even(good, _read(good), refused), refused) for good in again)
        else:
            yield _decode(*_even(group, arrays, refused), refused)


def _by_shape(taken: Iterable[Taken]) -> Iterable[list[Taken]]:
    groups: dict[tuple[object, ...], list[Taken]] = {}
    for one in taken:
        groups.setdefault((one.body.signals, tuple(one.body.d.items())), []).append(one)
    return groups.values()


def _read(group: Sequence[Taken]) -> pl.DataFrame:
    """The arrays of a group, one row per message: TIMES, and one array per signal in the struct SIGNALS.

    Raises PolarsError when an array holds something else than numbers and null.
    """
    numbers = pl.List(pl.Float64)
    kind = pl.Struct({TIMES: numbers, SIGNALS: pl.Struct(dict.fromkeys(group[0].body.signals, numbers))})
    return pl.concat(_parsed(bodies, kind) for bodies in _pieces(group))


def _pieces(group: Iterable[Taken]) -> Iterator[list[bytes]]:
    bodies: list[bytes] = []
    size = 0
    for one in group:
        bodies.append(one.body.body)
        size += len(one.body.body)
        if size >= PARSED_BYTES:
            yield bodies
            bodies, size = [], 0
    if bodies:
        yield bodies


def _parsed(bodies: Sequence[bytes], kind: pl.Struct) -> pl.DataFrame:
    arrays = pl.Series(bodies, dtype=pl.Binary).cast(pl.String).str.json_decode(kind).struct.unnest()
    if arrays.height != len(bodies):
        raise pl.exceptions.ShapeError(f"{len(bodies)} bodies gave {arrays.height} rows")
    return arrays


def _strictly(group: Sequence[Taken], refused: dict[int, Rejection]) -> list[Taken]:
    """The good ones of a group that cannot be read together, each written anew."""
    good = []
    for one in group:
        again = strictly(one.body.body)
        if isinstance(again, Rejection):
            refused[one.message] = again
        else:
            good.append(one._replace(body=again))
    return good


def _even(group: list[Taken], arrays: pl.DataFrame, refused: dict[int, Rejection]) -> tuple[list[Taken], pl.DataFrame]:
    """The messages whose arrays are all as long as the array of times, and neither empty nor endless."""
    count = pl.col(TIMES).list.len()
    same = [pl.col(SIGNALS).struct.field(alias).list.len() == count for alias in group[0].body.signals]
    told = arrays.select(same=pl.all_horizontal(*same, True).fill_null(False),
                         some=(count > 0) & (count <= SAMPLE_LIMIT))
    if told["same"].all() and told["some"].all():
        return group, arrays
    uneven, odd = (set(itertools.compress((one.message for one in group), ~told[name])) for name in ("same", "some"))
    _refuse(group, odd, RejectReason.MALFORMED, f"samples: 1 to {SAMPLE_LIMIT}", refused)
    _refuse(group, uneven, RejectReason.LENGTH, "arrays differ in length", refused)
    return [one for one in group if one.message not in refused], arrays.filter(told["same"] & told["some"])


def _decode(group: list[Taken], arrays: pl.DataFrame, refused: dict[int, Rejection]) -> pl.DataFrame:
    if not group:
        return _no_rows()
    lengths = arrays[TIMES].list.len().cast(pl.Int64).to_numpy()
    message = np.repeat(np.array([one.message for one in group], dtype=np.int32), lengths)
    shape = group[0].body
    flat_times, flat = arrays[TIMES].explode(), _flat(arrays, shape.signals)
    known = flat.fill_null(0)
    most = LARGEST_DIFFERENCE if TIMES in shape.d else FARTHEST_MS
    odd_times = message[_not_whole(flat_times.fill_null(0).to_numpy(), most) | flat_times.is_null().to_numpy()]
    _refuse(group, set(odd_times.tolist()), RejectReason.MALFORMED, "a time is no whole number, or far off", refused)
    for alias in (alias for alias in shape.signals if alias in shape.d):
        odd = set(message[_not_whole(known[alias].to_numpy())].tolist())
        _refuse(group, odd, RejectReason.OVERFLOW, "a difference is no small whole number", refused)
    times = _undo_differences(flat_times.fill_null(0).to_numpy(), shape.d.get(TIMES), lengths)
    columns = {alias: _with_nulls(flat[alias], _undo_differences(known[alias].to_numpy(), shape.d.get(alias), lengths))
               for alias in shape.signals}
    key = {
        MESSAGE: message,
        "device_key": np.repeat(np.array([one.device_key for one in group], dtype=np.int32), lengths),
        "time": _instants(np.repeat(np.array([one.body.t for one in group]), lengths), times),
    }
    stored = {BY_ALIAS[alias].column: values for alias, values in columns.items() if alias in BY_ALIAS}
    extra = {alias: values for alias, values in columns.items() if alias not in BY_ALIAS}
    return _typed(pl.DataFrame(key | stored).with_columns(_extra(extra)), group, refused)


def _flat(arrays: pl.DataFrame, signals: Sequence[str]) -> pl.DataFrame:
    """One column per signal, the arrays of all messages one after the other."""
    return arrays.select(pl.col(SIGNALS).struct.field(*signals).explode()) if signals else pl.DataFrame()


def _not_whole(numbers: np.ndarray, most: float = LARGEST_DIFFERENCE) -> np.ndarray:
    """Differences must be whole and small, or they would spoil the sums of their neighbours."""
    odd: np.ndarray = (np.abs(numbers) > most) | (numbers != np.rint(numbers))
    return odd


def _undo_differences(numbers: np.ndarray, scale: float | None, lengths: np.ndarray) -> np.ndarray:
    """First value and differences to values, per message; nulls count as no difference."""
    if scale is None:
        return numbers
    steps = np.where(np.abs(numbers) > LARGEST_DIFFERENCE, 0, numbers)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    # The sum runs through all messages: each begins by taking back what the one before came to.
    steps[starts[1:]] -= np.add.reduceat(steps, starts)[:-1]
    return _scaled(np.cumsum(steps), scale)


def _with_nulls(given: pl.Series, values: np.ndarray) -> pl.Series:
    column = pl.Series(values)
    return column.set(given.is_null(), None) if given.has_nulls() else column


def _scaled(counts: np.ndarray, scale: float) -> np.ndarray:
    """Counts times scale, rounded as the decimal a device means: 523 x 0.1 is 52.3, not 52.300000000000004."""
    steps = round(1 / scale)
    return counts / steps if steps > 0 and abs(steps * scale - 1) < 1e-9 else counts * scale


def _instants(first_ms: np.ndarray, offset_ms: np.ndarray) -> pl.Series:
    offsets = np.clip(np.rint(offset_ms), -FARTHEST_MS, FARTHEST_MS).astype(np.int64)
    return pl.Series((first_ms + offsets) * 1000).cast(TIME)


def _extra(columns: dict[str, pl.Series]) -> list[pl.Expr]:
    """Signals without a column, as JSON text; null where none was measured."""
    if not columns:
        return []
    measured = pl.any_horizontal(*(pl.lit(values).is_not_null() for values in columns.values()))
    fields = pl.struct(*(pl.lit(values).alias(alias) for alias, values in columns.items()))
    return [pl.when(measured).then(fields.struct.json_encode()).alias("extra")]


def _typed(rows: pl.DataFrame, group: list[Taken], refused: dict[int, Rejection]) -> pl.DataFrame:
    signals = [signal for signal in BY_ALIAS.values() if signal.column in rows.columns]
    flaws = [_unstorable(signal.column, signal.sql) for signal in signals if signal.sql is not SqlType.DOUBLE]
    bad = rows.filter(pl.any_horizontal(*flaws))[MESSAGE].unique().to_list() if flaws else []
    _refuse(group, set(bad), RejectReason.OVERFLOW, "a number its column cannot hold", refused)
    return rows.with_columns(pl.col(signal.column).cast(_TYPES[signal.sql], strict=False) for signal in signals)


_TYPES = {SqlType.REAL: pl.Float32, SqlType.DOUBLE: pl.Float64, SqlType.SMALLINT: pl.Int16}


def _unstorable(column: str, sql: SqlType) -> pl.Expr:
    value = pl.col(column)
    return value.abs() > (REAL_LIMIT if sql is SqlType.REAL else 2.0**15 - 1)


def _refuse(group: list[Taken], messages: set[int], reason: RejectReason, detail: str,
            refused: dict[int, Rejection]) -> None:
    if messages:
        for one in (one for one in group if one.message in messages):
            refused.setdefault(one.message, Rejection(reason, detail, one.body.boot, one.body.seq))
