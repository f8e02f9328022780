"""Erasure: parts are written again without the rows of a person, a car or a device.

Each part is replaced in one step, so an erasure that was killed is simply done again. The rows must have left the
database first, or the next export would bring them back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import psycopg
from psycopg.rows import class_row

from archive.cold.exporting import checked
from archive.cold.folder import Change, Folder
from archive.cold.manifest import Part
from archive.cold.months import Window
from archive.cold.parts import PartWriter
from archive.database.queries import beside

_QUERIES = beside(__file__)
ALWAYS = Window(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Span:
    """What a device measured from `first` on, before `until`."""

    device_id: str
    first: datetime = ALWAYS.first
    until: datetime = ALWAYS.until


@dataclass(frozen=True)
class Rewritten:
    """One part before and after: a proof to keep. None after when no row was left."""

    before: Part
    after: Part | None


def erase(folder: Folder, spans: Sequence[Span]) -> list[Rewritten]:
    """Remove all rows of some spans, and every file that held them. Raises PartDamaged as reading does."""
    with folder.changing() as change:
        return [_rewritten(folder, change, part, held) for part in change.manifest.parts
                if (held := _held(folder, change, part, spans))]


def spans_of_vehicle(connection: psycopg.Connection, vehicle_id: int) -> list[Span]:
    """What devices measured while they sat in a car."""
    return _spans(connection, "of_vehicle", vehicle_id)


def spans_of_customer(connection: psycopg.Connection, customer_id: int) -> list[Span]:
    """What devices measured in the cars of a person while they were his."""
    return _spans(connection, "of_customer", customer_id)


def _spans(connection: psycopg.Connection, query: str, number: int) -> list[Span]:
    given = {"number": number, "always_from": ALWAYS.first, "always_until": ALWAYS.until}
    with connection.cursor(row_factory=class_row(Span)) as cursor:
        return cursor.execute(_QUERIES[query], given).fetchall()


def _held(folder: Folder, change: Change, part: Part, spans: Sequence[Span]) -> list[Span]:
    """The spans of which a part holds any row."""
    near = [span for span in spans if change.manifest.bucket_of(span.device_id) == part.bucket
            and span.first <= part.last and part.first < span.until]
    return [span for span in near if not folder.open(part).rows(span.device_id, span.first, span.until).is_empty()]


def _rewritten(folder: Folder, change: Change, part: Part, spans: Sequence[Span]) -> Rewritten:
    source = checked(folder, part)

    def fill(writer: PartWriter) -> None:
        for rows in source.row_groups():
            writer.add(rows.filter(~pl.any_horizontal(_inside(span) for span in spans)))

    after = change.write(part.month, part.bucket, fill)
    change.commit(after, removed=part)
    return Rewritten(part, after)


def _inside(span: Span) -> pl.Expr:
    return (pl.col("device_id") == span.device_id) & (pl.col("time") >= span.first) & (pl.col("time") < span.until)
