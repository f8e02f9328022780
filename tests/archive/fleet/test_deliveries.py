"""Loss is exact: each number counts once, however often, late or shuffled it comes; and the count stays small."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import polars as pl
import psycopg
import pytest

from archive.fleet import deliveries, inventory, provisioning
from archive.fleet.deliveries import BOOTS_KEPT, CRUMBLED_BYTES, DELIVERIES
from archive.fleet.inventory import Entry
from tests.stage.database import Database

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    """As ingest, with two devices."""
    with database.connect("owner") as owner:
        for name in ("counted", "other"):
            provisioning.add_device(owner, name, ["s01"], "secret-of-counted")
    with database.connect("ingest") as connection:
        yield connection


def came(numbers: Iterable[int | None], *, boot: int = 7, device: int = 1, ahead_ms: int | None = -80,
         heard: datetime = NOW) -> pl.DataFrame:
    """Messages of one boot, as ingest hands them over."""
    rows = [(device, boot, seq, ahead_ms, heard) for seq in numbers]
    return pl.DataFrame(rows, schema=dict(DELIVERIES), orient="row")


def record(connection: psycopg.Connection, *messages: pl.DataFrame) -> None:
    """Count them as one batch."""
    deliveries.record(connection, deliveries.numbers(pl.concat(messages)))


def seen(database: Database, device_id: str = "counted") -> Entry:
    with database.connect("owner") as owner:
        return inventory.entry(owner, device_id)


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_repeated_and_late_numbers_count_once(database: Database, connection: psycopg.Connection,
                                                       seed: int) -> None:
    chance = random.Random(seed)
    arrived = {(boot, seq) for boot in (7, 8) for seq in range(400) if chance.random() > 0.1}
    lost = sum(max(seq for b, seq in arrived if b == boot) - min(seq for b, seq in arrived if b == boot) + 1
               - sum(b == boot for b, _ in arrived) for boot in (7, 8))
    deliveries_of_all = [*arrived, *chance.choices(sorted(arrived), k=500)]
    chance.shuffle(deliveries_of_all)
    while deliveries_of_all:
        batch = [deliveries_of_all.pop() for _ in range(min(len(deliveries_of_all), chance.randint(1, 90)))]
        record(connection, *(came([seq], boot=boot) for boot, seq in batch))
    entry = seen(database)
    assert (entry.received, entry.lost) == (len(arrived), lost)
    assert seen(database, "other").received is None


def test_a_gap_closes_when_what_was_missing_comes_after_all(database: Database,
                                                            connection: psycopg.Connection) -> None:
    record(connection, came([1, 2, 3, 7, 8]))
    assert seen(database).lost == 3
    record(connection, came([5, 4, 6, 6]))
    assert (seen(database).received, seen(database).lost) == (8, 0)


def test_what_is_undone_was_not_counted(database: Database, connection: psycopg.Connection) -> None:
    with pytest.raises(RuntimeError), connection.transaction():
        record(connection, came([1, 2]))
        raise RuntimeError
    assert seen(database).received is None


def test_clock_and_last_heard_are_those_of_the_newest_boot(database: Database, connection: psycopg.Connection) -> None:
    record(connection, came([1], boot=1, ahead_ms=3_600_000, heard=NOW - timedelta(hours=5)))
    record(connection, came([1], boot=2, ahead_ms=-9_000))
    record(connection, came([2], boot=2, ahead_ms=-150, heard=NOW - timedelta(seconds=10)))
    record(connection, came([None], boot=0, ahead_ms=None, heard=NOW + timedelta(seconds=1)))
    entry = seen(database)
    assert (entry.clock_ahead_s, entry.last_seen) == (-0.15, NOW + timedelta(seconds=1))
    assert (entry.received, entry.lost) == (3, 0)


def test_a_device_that_makes_up_numbers_does_not_fill_the_table(database: Database,
                                                                connection: psycopg.Connection) -> None:
    """Every other number, over and over: the count stays right although the gaps are not kept."""
    for start in range(0, 60_000, 600):
        record(connection, came(range(start, start + 600, 2)))
    record(connection, came(range(0, 600, 2)))
    size = database.value("SELECT pg_column_size(received) FROM device_boot")
    assert isinstance(size, int)
    assert size < 2 * CRUMBLED_BYTES
    entry = seen(database)
    assert (entry.received, entry.lost) == (30_000, 29_999)


def test_boots_beyond_the_newest_become_sums(database: Database, connection: psycopg.Connection) -> None:
    for boot in range(BOOTS_KEPT + 50):
        record(connection, came([1, 3], boot=boot, heard=NOW + timedelta(minutes=boot)))
    record(connection, came([1, 2], device=2))
    assert database.value("SELECT array_agg(n ORDER BY n) FROM (SELECT count(*) AS n FROM device_boot "
                          "GROUP BY device_key) AS counted") == [1, BOOTS_KEPT]
    entry = seen(database)
    assert (entry.received, entry.lost) == (2 * (BOOTS_KEPT + 50), BOOTS_KEPT + 50)


def test_the_greatest_number_a_message_can_carry_is_no_trouble(database: Database,
                                                               connection: psycopg.Connection) -> None:
    record(connection, came([2**63 - 2]))
    assert (seen(database).received, seen(database).lost) == (1, 0)
