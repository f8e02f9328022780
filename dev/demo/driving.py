"""Weeks of driving: simulated on all cores, then published by each car's own device over MQTT."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context

from dev.demo.cast import Player
from dev.demo.seeding import Seeded
from device_sim import FIELD_SINS, CarHistory, Dongle, Truth, messages, simulate
from device_sim.dongle.messages import Message
from device_sim.mqtt.credentials import Credentials
from device_sim.mqtt.fleet import Progress, Shipment, publish_fleet

SEED = 20261122


def drive(player: Player, shard: str, days: int, end: datetime) -> tuple[list[Message], Truth]:
    """One car's messages and what really happened."""
    history: CarHistory = simulate(player.spec(), days, end, SEED)
    return list(messages(history, Dongle(sins=FIELD_SINS), player.device_id, shard)), history.truth


def drive_all(cars: Sequence[Seeded], days: int, end: datetime,
              done: Callable[[], object]) -> dict[str, tuple[list[Message], Truth]]:
    """All cars, one process per core; `done` is called after each."""
    # Spawned, not forked: threads of Polars and of the broker's clients do not survive a fork.
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        jobs = {car.player.device_id: pool.submit(drive, car.player, car.credentials.shard, days, end) for car in cars}
        for job in jobs.values():
            job.add_done_callback(lambda _: done())
        return {device_id: job.result() for device_id, job in jobs.items()}


def ship(cars: Sequence[Seeded], told: dict[str, list[Message]], broker_url: str,
         progress: Callable[[Progress], object]) -> Progress:
    """Publish everything and wait until each message has its receipt."""
    shipments = [Shipment(Credentials.model_validate(car.credentials.for_the_device()), told[car.player.device_id])
                 for car in cars]
    return publish_fleet(shipments, broker_url, progress=progress)
