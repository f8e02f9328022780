"""Pages: how many things at once, and an opaque cursor to the next ones."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, TypeVar

from fastapi import Query

from schemas.errors import InvalidInput

LARGEST = 200
T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=LARGEST, description="things on one page")]
Cursor = Annotated[str | None, Query(max_length=100, description="`next_cursor` of the page before")]


def cut(found: Sequence[T], limit: int, key: Callable[[T], object]) -> tuple[Sequence[T], str | None]:
    """The page and the cursor to the next one; `found` holds one thing more than the page if there is a next."""
    if len(found) <= limit:
        return found, None
    page = found[:limit]
    return page, base64.urlsafe_b64encode(str(key(page[-1])).encode()).decode()


def number_in(cursor: str | None) -> int | None:
    """The number a cursor stands for; raises InvalidInput for a cursor we did not write."""
    return _read(cursor, _natural)


def time_in(cursor: str | None) -> datetime | None:
    """The instant a cursor stands for; raises InvalidInput for a cursor we did not write."""
    return _read(cursor, _instant)


def day_in(cursor: str | None) -> date | None:
    """The day a cursor stands for; raises InvalidInput for a cursor we did not write."""
    return _read(cursor, date.fromisoformat)


def _read(cursor: str | None, parse: Callable[[str], T]) -> T | None:
    if cursor is None:
        return None
    try:
        return parse(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (binascii.Error, ValueError):
        raise InvalidInput("cursor: not one of ours") from None


def _natural(written: str) -> int:
    number = int(written)
    if not 0 <= number < 2**63:
        raise ValueError
    return number


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError
    return instant
