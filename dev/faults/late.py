"""Weeks of driving that arrive late and in disorder: what is derived of them must not tell."""

import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dev.demo.cast import CAST
from dev.demo.programs import surroundings
from dev.demo.seeding import Seeded, as_role, seed
from dev.faults.house import House
from dev.faults.stage import SHARD, Stage
from device_sim import FIELD_SINS, Dongle, Message, messages, simulate
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.fleet import Shipment, publish_fleet

PLAYERS = (CAST[0], CAST[2])
DAYS = 10
LATE = timedelta(days=30)
DERIVED_WITHIN_S = 120

Told = dict[str, list[Message]]


def out_of_order(stage: Stage) -> None:
    """F16: a month late; once in order; once shuffled, doubled, the newer half first. The reports are the same."""
    end = (datetime.now(UTC) - LATE).replace(microsecond=0)
    told = {player.device_id: list(messages(simulate(player.spec(), DAYS, end, 16), Dongle(sins=FIELD_SINS, seed=16),
                                            player.device_id, SHARD)) for player in PLAYERS}
    in_order = _derived(stage, "faults-straight", end, [told])
    in_disorder = _derived(stage, "faults-late", end, _disordered(told, stage.dice))
    stage.check("both cars have a report", len(in_order) == len(PLAYERS))
    stage.check("the reports are the same bit by bit", in_order == in_disorder)


def _disordered(told: Told, dice: random.Random) -> Sequence[Told]:
    newer = {name: one[len(one) // 2:] for name, one in told.items()}
    older = {name: one[:len(one) // 2] for name, one in told.items()}
    return [{name: dice.sample(one * 2, 2 * len(one)) for name, one in half.items()} for half in (newer, older)]


def _derived(stage: Stage, database: str, end: datetime, portions: Sequence[Told]) -> dict[int, Any]:
    """The reports after each portion was told and worked off, in a database of its own."""
    house = stage.house.another(database)
    cars = seed(house.url, house.keys, PLAYERS, end - timedelta(days=DAYS), [SHARD])
    house.admit()
    ingest = stage.ingest(house=house)
    for portion in portions:
        _publish(stage, house, cars, portion)
        subprocess.run([sys.executable, "-m", "health", "work", "--once", "--as-of", end.isoformat()], check=True,
                       env=surroundings({"DATABASE_URL": as_role(house.url, "health", house.keys)}),
                       stdout=subprocess.DEVNULL, timeout=DERIVED_WITHIN_S)
    ingest.terminate()
    with house.connect() as connection:
        return dict(connection.execute("SELECT vehicle_id, body FROM report").fetchall())


def _publish(stage: Stage, house: House, cars: Sequence[Seeded], portion: Told) -> None:
    shipments = [Shipment(Credentials.model_validate(car.credentials.for_the_device()),
                          portion[car.player.device_id]) for car in cars]
    done = publish_fleet(shipments, house.services.broker_url, resend_after_s=stage.scale.resend_s)
    stage.delivered(done.messages, done.receipted)
