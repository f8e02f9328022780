"""Whatever the order of delivery, a car's trips, days and report come out as if all had been there at once."""

from datetime import timedelta

import polars as pl

from tests.archive.garage import AS_OF, MONDAY, Garage, drive, week


def test_late_data_changes_exactly_the_trip_it_belongs_to(garage: Garage) -> None:
    """Ten minutes that arrive a week late lengthen Wednesday's drive and no other."""
    car, device = garage.fitted_car("d1")
    tail = drive(MONDAY + timedelta(days=2, minutes=10), 10, 60, 20_200)
    garage.deliver(device, *week())
    garage.work()
    before = {row[0]: row[1:] for row in garage.rows("SELECT started_at, statistics::text, ended_at FROM trip")}

    garage.deliver(device, tail)
    garage.work()

    after = {row[0]: row[1:] for row in garage.rows("SELECT started_at, statistics::text, ended_at FROM trip")}
    changed = {start for start in before | after if before.get(start) != after.get(start)}
    assert changed == {MONDAY + timedelta(days=2)}
    assert after[MONDAY + timedelta(days=2)][1] > before[MONDAY + timedelta(days=2)][1]
    assert garage.derived(car) == derived_from_scratch(garage, [*week(), tail], car)


def test_two_drives_become_one_when_the_minutes_between_arrive(garage: Garage) -> None:
    """What was stored as two trips is one, and nothing of the two is left."""
    car, device = garage.fitted_car("d1")
    whole = drive(MONDAY, 40, 50)
    garage.deliver(device, whole[:900], whole[1500:])
    garage.work()
    assert garage.database.value("SELECT count(*) FROM trip WHERE kept") == 2
    garage.deliver(device, whole[900:1500])
    garage.work()
    assert garage.database.value("SELECT count(*) FROM trip") == 1
    assert garage.derived(car) == derived_from_scratch(garage, [whole], car)


def test_a_report_is_not_older_than_the_instant_it_is_made_for(garage: Garage) -> None:
    """`--as-of` is what the report says, whatever the clock says."""
    _car, device = garage.fitted_car("d1")
    garage.deliver(device, drive(MONDAY, 10, 50))
    garage.work(AS_OF)
    assert garage.rows("SELECT as_of FROM report") == [(AS_OF,)]


def derived_from_scratch(garage: Garage, drives: list[pl.DataFrame], like: int) -> dict[str, object]:
    """The same drives on another car, delivered at once and worked through once; named like the first."""
    car, device = garage.fitted_car("fresh")
    garage.deliver(device, *drives)
    garage.work()
    return {name: [tuple(renamed(value, car, like) for value in row) for row in rows]
            for name, rows in garage.derived(car).items()}


def renamed(value: object, car: int, like: int) -> object:
    """Text of one car as another's."""
    return value.replace(f'"vehicle": "{car}"', f'"vehicle": "{like}"').replace(
        f'"vehicle":"{car}"', f'"vehicle":"{like}"') if isinstance(value, str) else value
