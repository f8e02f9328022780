"""The manifest of cold storage: the only truth about which parts exist and what is in them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

BUCKETS = 32
"""Buckets of a new cold storage; fixed in its manifest from then on. K: a part of 1,000 cars and a month is 40 MB."""

Instant = Annotated[AwareDatetime, AfterValidator(lambda instant: instant.astimezone(UTC))]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Frozen):
    """One Parquet file: readings of the devices of one bucket in one month, ordered by device and time.

    A file never changes: its name ends in its checksum, and what replaces it has another name.
    """

    path: str
    month: str
    bucket: int
    sha256: str
    size: int
    rows: int
    first: Instant
    last: Instant
    columns: str
    generation: int


class Manifest(_Frozen):
    """All parts; `generation` counts the changes, `columns` names the column sets parts were written with."""

    format: Literal[1] = 1
    generation: int = 0
    buckets: int = BUCKETS
    columns: dict[str, dict[str, str]] = Field(default_factory=dict)
    complete: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    def of(self, *, bucket: int | None = None, first: datetime | None = None,
           until: datetime | None = None) -> list[Part]:
        """Parts that may hold rows from `first` on, before `until`, of a bucket."""
        return [part for part in self.parts if (bucket is None or part.bucket == bucket)
                and (first is None or part.last >= first) and (until is None or part.first < until)]

    def changed(self, added: Iterable[Part], removed: Iterable[Part] = ()) -> "Manifest":
        """The next generation."""
        gone = {part.path for part in removed}
        parts = [*(part for part in self.parts if part.path not in gone), *added]
        return self.model_copy(update={"generation": self.generation + 1,
                                       "parts": tuple(sorted(parts, key=lambda part: part.path))})

    def completed(self, month: str) -> "Manifest":
        """The next generation, in which a whole month has been exported once."""
        return self.model_copy(update={"generation": self.generation + 1,
                                       "complete": tuple(sorted({*self.complete, month}))})

    def knowing(self, name: str, columns: dict[str, str]) -> "Manifest":
        """The manifest with one column set more."""
        return self.model_copy(update={"columns": self.columns | {name: columns}})

    def bucket_of(self, device_id: str) -> int:
        """Bucket of a device: the same for ever, on every machine."""
        return int.from_bytes(sha256(device_id.encode()).digest()[:8], "big") % self.buckets
