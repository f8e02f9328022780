"""Rows go when their time is over, and only when nothing is lost by it."""

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from polars.testing import assert_frame_equal
from pytest import MonkeyPatch

from archive.cold import exporting, verifying
from archive.cold.parts import PartDamaged
from archive.cold.reading import ColdReadings
from archive.fleet import history, retention
from archive.keeping import expiry
from tests.archive.cold.stock import BOTH, JULY, JUNE, LONG_AFTER, MAY, Stock, rows_of
from tests.archive.cold.test_restore import damage
from tests.archive.garage import AS_OF, MONDAY, Garage, drive

NOT_ENDING = Event()
AFTER_POSITIONS = MONDAY + timedelta(days=32)


def drop_readings(stock: Stock, now: datetime = LONG_AFTER, *, cold: bool = True) -> dict[str, int]:
    with stock.owner() as connection:
        return expiry.drop_expired_readings(connection, stock.folder if cold else None, now, NOT_ENDING)


def drop_positions(garage: Garage, now: datetime = AFTER_POSITIONS) -> dict[str, int]:
    with garage.database.connect("owner") as connection:
        return expiry.drop_expired_positions(connection, now, NOT_ENDING)


def positions(garage: Garage, device_key: int, start: datetime = MONDAY) -> None:
    """A fix a second for a minute, always turning, and its mark."""
    garage.change("INSERT INTO position (device_key, time, latitude, longitude, heading_deg) "
                  "SELECT %s, %s + s * INTERVAL '1 s', 36.6, 117 + s * 1e-4, s * 3 FROM generate_series(0, 59) AS s",
                  device_key, start)
    garage.change("INSERT INTO touched VALUES (%s, %s, %s)", device_key, start, start + timedelta(seconds=59))


def test_readings_go_once_cold_storage_holds_every_one(stock: Stock) -> None:
    """What was exported before and what was not; afterwards the database is empty and cold storage whole."""
    expected = stock.live()
    dropped = drop_readings(stock)
    assert dropped == {"reading_chunks_dropped": 5, "reading_chunks_kept_back": 0}
    assert stock.live().is_empty()
    assert_frame_equal(stock.cold(), expected, check_exact=True)
    assert list(verifying.faults(stock.folder)) == []


def test_a_month_stays_until_all_of_it_is_past_its_time(stock: Stock) -> None:
    """On 15 June 2026 the 24 months of May 2024 are over, those of June are not."""
    drop_readings(stock, JUNE.replace(year=2026, day=15))
    assert (stock.live()["time"] >= JUNE).all()
    assert stock.garage.rows("SELECT dropped_before FROM retention WHERE hypertable = 'reading'") == [(JUNE,)]


def test_late_rows_go_to_cold_storage_before_their_chunk_goes(stock: Stock) -> None:
    """Even if the month was exported long ago."""
    stock.export()
    stock.write(rows_of(stock.devices["d1"], MAY + timedelta(days=2), seconds=30))
    expected = stock.live()
    drop_readings(stock)
    assert_frame_equal(stock.cold(), expected, check_exact=True)


def test_without_cold_storage_readings_stay(stock: Stock) -> None:
    """However old they are."""
    assert drop_readings(stock, cold=False) == {"reading_chunks_dropped": 0, "reading_chunks_kept_back": 5}
    assert stock.live().height == 7200


def test_readings_stay_when_a_part_is_damaged(stock: Stock) -> None:
    """The job fails, and nothing is dropped."""
    stock.export()
    damage(stock.folder.path / stock.folder.manifest().parts[0].path)
    with pytest.raises(PartDamaged):
        drop_readings(stock)
    assert stock.live().height == 7200


def test_told_to_end_nothing_more_is_dropped(stock: Stock) -> None:
    """Neither unverified nor verified."""
    told = Event()
    told.set()
    with stock.owner() as connection:
        expiry.drop_expired_readings(connection, stock.folder, LONG_AFTER, told)
        assert not exporting.is_complete(connection, stock.folder, BOTH, told)
    assert stock.live().height == 7200


def test_readings_of_a_device_nobody_knows_stay(stock: Stock) -> None:
    """Their month with them; other months go."""
    stock.write(rows_of(999_999, MAY + timedelta(days=1), seconds=1))
    assert drop_readings(stock) == {"reading_chunks_dropped": 2, "reading_chunks_kept_back": 4}


def test_a_chunk_that_is_being_written_into_is_left_for_the_next_run(stock: Stock, monkeypatch: MonkeyPatch) -> None:
    """A writer that does not end is waited for briefly, and nobody waits behind us for long."""
    with stock.garage.database.connect("ingest") as writer, writer.transaction():
        writer.execute("INSERT INTO reading (device_key, time) VALUES (%s, %s)",
                       [stock.devices["d1"], MAY + timedelta(hours=5)])
        monkeypatch.setattr(retention, "LOCK_TIMEOUT_S", 1)
        dropped = drop_readings(stock)
    assert dropped == {"reading_chunks_dropped": 2, "reading_chunks_kept_back": 3}
    assert drop_readings(stock) == {"reading_chunks_dropped": 3, "reading_chunks_kept_back": 0}
    assert stock.cold().height == 7201


def test_positions_stay_until_health_has_looked(kept_garage: Garage) -> None:
    """Marks of devices and of cars keep them; once the trips hold their GPS distance they go."""
    vehicle, device = kept_garage.fitted_car("d1")
    positions(kept_garage, device)
    kept_garage.deliver(device, drive(MONDAY, 1, 40))
    assert drop_positions(kept_garage) == {"position_chunks_dropped": 0, "position_chunks_kept_back": 1}
    kept_garage.change("INSERT INTO vehicle_touched SELECT %s, first_time, last_time FROM touched", vehicle)
    kept_garage.change("DELETE FROM touched")
    assert drop_positions(kept_garage)["position_chunks_dropped"] == 0
    kept_garage.work(AS_OF)
    assert kept_garage.rows("SELECT (statistics->>'gps_km')::float > 0.4 FROM trip") == [(True,)]
    assert drop_positions(kept_garage) == {"position_chunks_dropped": 1, "position_chunks_kept_back": 0}
    assert kept_garage.rows("SELECT count(*) FROM position") == [(0,)]


def test_positions_within_their_time_stay(kept_garage: Garage) -> None:
    """The last 30 days, whole days of UTC."""
    device = kept_garage.device("d1")
    positions(kept_garage, device)
    kept_garage.change("DELETE FROM touched")
    assert drop_positions(kept_garage, MONDAY + timedelta(days=30, hours=23))["position_chunks_dropped"] == 0
    assert drop_positions(kept_garage, MONDAY + timedelta(days=31))["position_chunks_dropped"] == 1


def test_trips_computed_again_keep_what_expired_positions_told(kept_garage: Garage) -> None:
    """The GPS path of a trip with a speed, and trips of a car that sent nothing but positions."""
    with_speed, first = kept_garage.fitted_car("d1")
    without, second = kept_garage.fitted_car("d2")
    kept_garage.deliver(first, drive(MONDAY, 1, 40))
    for device in (first, second):
        positions(kept_garage, device)
        positions(kept_garage, device, MONDAY + timedelta(days=40))
    kept_garage.work(AS_OF)
    before = [kept_garage.derived(car)["trips"] for car in (with_speed, without)]
    assert [len(trips) for trips in before] == [2, 2]
    assert kept_garage.rows("SELECT bool_or((statistics->>'lateral_km')::float > 0) FROM trip") == [(True,)]
    assert drop_positions(kept_garage)["position_chunks_dropped"] == 1
    kept_garage.touch_whole_history(with_speed, without)
    kept_garage.work(AS_OF)
    assert [kept_garage.derived(car)["trips"] for car in (with_speed, without)] == before


def test_late_readings_beside_expired_positions_make_a_trip_of_their_own_speed(kept_garage: Garage) -> None:
    """What only positions told of gives way to it."""
    car, device = kept_garage.fitted_car("d1")
    positions(kept_garage, device)
    kept_garage.work(AS_OF)
    drop_positions(kept_garage)
    kept_garage.deliver(device, drive(MONDAY, 1, 40))
    kept_garage.work(AS_OF)
    assert kept_garage.rows("SELECT (statistics->>'speed_km')::float > 0.5 FROM trip WHERE vehicle_id = %s",
                            car) == [(True,)]


def test_history_reads_cold_and_live_as_one(stock: Stock) -> None:
    """The same reports to the bit, whether readings lie in the database, in cold storage, or some here, some there."""
    car = stock.garage.car()
    stock.garage.fit(stock.devices["d1"], car, MAY)
    stock.garage.work(AS_OF)
    before = stock.garage.derived(car)
    assert len(before["trips"]) == 4
    for now in (JUNE.replace(year=2026, day=15), LONG_AFTER):
        drop_readings(stock, now)
        stock.garage.touch_whole_history(car)
        assert stock.garage.work(AS_OF, cold=ColdReadings(stock.folder)).failed == 0
        assert stock.garage.derived(car) == before


def test_cold_storage_that_has_not_begun_is_not_asked(stock: Stock) -> None:
    """As long as nothing was dropped, health works beside an empty folder."""
    car = stock.garage.car()
    stock.garage.fit(stock.devices["d1"], car, MAY)
    assert stock.garage.work(AS_OF, cold=ColdReadings(stock.folder)).failed == 0
    assert len(stock.garage.derived(car)["trips"]) == 4


def test_without_cold_storage_health_leaves_old_trips_alone(stock: Stock) -> None:
    """It refuses to compute them again from nothing: the car's job fails, its marks stay."""
    car = stock.garage.car()
    stock.garage.fit(stock.devices["d1"], car, MAY)
    stock.garage.work(AS_OF)
    before = stock.garage.derived(car)
    drop_readings(stock)
    stock.garage.touch_whole_history(car)
    assert stock.garage.work(AS_OF).failed == 1
    assert stock.garage.derived(car) == before
    assert stock.garage.rows("SELECT count(*) FROM vehicle_touched") == [(1,)]


def test_readings_dropped_while_somebody_reads_are_not_missed(stock: Stock) -> None:
    """A reader sees each row once, before, during and after."""
    car = stock.garage.car()
    stock.garage.fit(stock.devices["d1"], car, MAY)
    stock.export()
    cold, seen = ColdReadings(stock.folder), list[int]()
    dropping = Thread(target=drop_readings, args=[stock])
    with stock.garage.database.connect("health") as connection:
        dropping.start()
        while dropping.is_alive() or len(seen) < 3:
            seen.append(history.readings(connection, car, MAY, JULY, cold).height)
        dropping.join()
    assert set(seen) == {2400}
    assert stock.live().is_empty()
