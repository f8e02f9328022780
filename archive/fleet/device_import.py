"""Many devices at once from a CSV file: each line reports what became of it, the good ones are done."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import psycopg

from archive.database.sealing import Vault
from archive.fleet import vehicles
from archive.fleet.devices import Grant
from archive.fleet.provisioning import Credentials, Provisioner, Scope, Wish
from archive.workshop import stores
from schemas.devices import DeviceFormat, GrantReason
from schemas.errors import InvalidInput, NotFound, Refused

COLUMNS = ("device_id", "vehicle", "format", "store", "reason", "until")
"""Header of the file: name, VIN, format, store code, why it may send, last day of the grant (ISO). Only the first is
needed; an empty cell means the default."""

LINE_LIMIT = 20_000
"""Lines of one file: half a minute's work, and one transaction."""

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Outcome:
    """What became of one line. `credentials` of added devices only; `field` and `why` of refused lines only."""

    line: int
    device_id: str
    outcome: str
    field: str | None = None
    why: str | None = None
    credentials: Credentials | None = None

    def row(self) -> dict[str, object]:
        """Flat, for CSV and JSON."""
        told = self.credentials
        return {"line": self.line, "device_id": self.device_id, "outcome": self.outcome, "field": self.field,
                "why": self.why, "user": told and told.device_id, "password": told and told.password,
                "shard": told and told.shard, "broker": told and told.broker, "format": told and told.format.value}


class DeviceImport:
    """Provisions the lines of a file within the caller's transaction; repeating a file adds nothing."""

    def __init__(self, connection: psycopg.Connection, vault: Vault, shards: Sequence[str], scope: Scope) -> None:
        self._connection = connection
        self._vault = vault
        self._scope = scope
        self._provisioner = Provisioner(connection, shards)
        self._stores = stores.by_code(connection)

    def run(self, content: bytes) -> Iterator[Outcome]:
        """One outcome per line, in order. Raises InvalidInput for a file that is not this kind of table."""
        for line, cells in table(content):
            yield self._attempt(line, cells)

    def _attempt(self, line: int, cells: Mapping[str, str]) -> Outcome:
        name = cells.get("device_id", "")
        try:
            with self._connection.transaction():
                done = self._provisioner.provide(self._wish(cells))
        except Refused as refused:
            return Outcome(line, name, "refused", refused.field, refused.why)
        except InvalidInput as wrong:
            field, _, why = str(wrong).partition(": ")
            return Outcome(line, name, "refused", field, why)
        told = done if isinstance(done, Credentials) else None
        return Outcome(line, name, "added" if told else "already", credentials=told)

    def _wish(self, cells: Mapping[str, str]) -> Wish:
        if "" in cells:
            raise Refused("line", "more values than columns")
        vehicle_id = self._vehicle(cells.get("vehicle", ""))
        return Wish(cells["device_id"], _word(DeviceFormat, "format", cells, DeviceFormat.PITCALL),
                    self._store(cells.get("store", ""), vehicle_id), vehicle_id,
                    Grant(_word(GrantReason, "reason", cells, GrantReason.CUSTOMER), _until(cells.get("until", ""))))

    def _vehicle(self, vin: str) -> int | None:
        if not vin:
            return None
        vehicle_id = vehicles.by_vin(self._connection, self._vault, vin)
        if vehicle_id is None:
            raise Refused("vehicle", "no vehicle with this VIN")
        return vehicle_id

    def _store(self, code: str, vehicle_id: int | None) -> int | None:
        if code and code not in self._stores:
            raise Refused("store", "no store with this code")
        try:
            return self._scope.store_for(self._connection, self._stores.get(code), vehicle_id)
        except NotFound:
            raise Refused("vehicle" if vehicle_id else "store", "not of a store you administer") from None


def table(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, cells by column) of a CSV file with a header; cells beyond the header stand under "".

    Raises InvalidInput for a file without `device_id`, with columns nobody knows, or with too many lines.
    """
    reader = csv.DictReader(io.StringIO(_text(content), newline=""), restkey="", restval="", strict=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    unknown = sorted(set(names) - set(COLUMNS))
    if "device_id" not in names or unknown or len(set(names)) < len(names):
        raise InvalidInput(f"header: {', '.join(COLUMNS)} once each, device_id at least"
                           + (f"; not {', '.join(unknown)[:100]}" if unknown else ""))
    reader.fieldnames = names
    try:
        for count, cells in enumerate(reader, 1):
            if count > LINE_LIMIT:
                raise InvalidInput(f"file: more than {LINE_LIMIT} lines")
            yield reader.line_num, {name: str(value).strip() for name, value in cells.items()}
    except csv.Error as broken:
        raise InvalidInput(f"line {reader.line_num}: {broken}") from None


def _text(content: bytes) -> str:
    """Spreadsheets write UTF-8 with a mark, or in China GB 18030."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _word(words: type[Word], field: str, cells: Mapping[str, str], usual: Word) -> Word:
    given = cells.get(field, "")
    if given and given not in list(words):
        raise Refused(field, f"one of {', '.join(words)}")
    return words(given) if given else usual


def _until(given: str) -> datetime | None:
    """The end of the last day, UTC."""
    if not given:
        return None
    try:
        end = datetime.combine(date.fromisoformat(given), datetime.min.time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Refused("until", "a day such as 2027-03-31") from None
    if end <= datetime.now(UTC):
        raise Refused("until", "lies in the past")
    return end
