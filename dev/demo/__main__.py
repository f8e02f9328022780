"""`python -m dev.demo`: from driving cars to booked visits on the real database and broker."""

import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console

from archive.fleet import marks
from dev.demo import driving, recorded, seeding, summary
from dev.demo.cast import CAST
from dev.demo.keys import Keys
from dev.demo.only_one import only_one
from dev.demo.ports import free_or
from dev.demo.programs import Programs, programs
from dev.demo.seeding import Seeded
from dev.demo.steps import Steps
from dev.services import Running, start, stop
from device_sim import Truth
from device_sim.mqtt.fleet import Progress
from schemas.errors import PitcallError
from schemas.settings import Settings

DAYS = 28
SHARDS = ("s00", "s01")


@dataclass(frozen=True)
class Stage:
    """Everything that stays the same during one demo."""

    services: Running
    keys: Keys
    database_url: str
    api_url: str
    end: datetime


def demo(once: bool, home: Path) -> None:
    """The whole demo, chapter by chapter."""
    console = Console(width=None if sys.stdout.isatty() else 118)
    steps = Steps(console)
    with only_one(home / "demo"), programs(home / "demo" / "logs") as running:
        stage = _set_stage(steps, home)
        try:
            with steps.step("store, advisor, customers, cars and devices"):
                cars = _enter_everyone(stage)
            with steps.step("ingest, broker-sync, health and API start"):
                _start_programs(running, stage)
            truths, samples = _drive(steps, running, stage, cars)
            _wait_for_health(steps, running, stage)
            summary.show(console, stage.api_url, stage.keys, cars, truths, samples)
            summary.show_ways_in(console, stage.api_url, stage.keys, stage.database_url, stage.services.broker_url,
                                 once=once)
            if not once:
                _keep_running(running)
        finally:
            running.stop()
            stage.services.stop()


def _set_stage(steps: Steps, home: Path) -> Stage:
    with steps.step("TimescaleDB and Mosquitto"):
        # From nothing: messages queued in an earlier demo would reach this one's database.
        stop("demo", home, remove=True)
        services = start("demo", home)
    keys = Keys.kept_in(home / "demo")
    with steps.step("a fresh demo database"):
        url = seeding.fresh_database(services.database_url, keys)
    port = free_or(Settings.from_env().api_port)
    return Stage(services, keys, url, f"http://127.0.0.1:{port}", datetime.now(UTC) - timedelta(hours=2))


def _enter_everyone(stage: Stage) -> list[Seeded]:
    players = [*CAST, *([recorded.PLAYER] if recorded.available() else [])]
    begin = stage.end - timedelta(days=DAYS)
    return seeding.seed(stage.database_url, stage.keys, players, begin, SHARDS)


def _start_programs(running: Programs, stage: Stage) -> None:
    keys, admin_port = stage.keys, free_or(9100)
    broker = stage.services.broker_url.replace("mqtt://", f"mqtt://:{keys.broker}@")
    files = {"BROKER_FILES": str(stage.services.broker_files), "BROKER_PID_FILE": str(stage.services.broker_pid_file)}

    def database(role: str) -> str:
        return seeding.as_role(stage.database_url, role, keys)

    running.start("ingest", "broker-sync", DATABASE_URL=database("ingest"), BROKER_URL=broker,
                  CHECK_PASSWORD=keys.check, **files)
    running.start("health", "work", DATABASE_URL=database("health"))
    running.start("api", DATABASE_URL=database("api"), MASTER_KEY=keys.master, DEMO_CODES="true",
                  API_PORT=stage.api_url.rpartition(":")[2])
    running.wait_for_text("ingest-broker-sync", "broker_updated")  # new devices, so always
    running.start("ingest", DATABASE_URL=database("ingest"), BROKER_URL=broker, MASTER_KEY=keys.master,
                  SHARDS=",".join(SHARDS), ADMIN_PORT=str(admin_port))
    running.wait_until_ready(f"http://127.0.0.1:{admin_port}/readyz")
    running.wait_until_ready(f"{stage.api_url}/readyz")


def _drive(steps: Steps, running: Programs, stage: Stage,
           cars: list[Seeded]) -> tuple[dict[str, Truth], dict[str, int]]:
    simulated = [car for car in cars if car.player is not recorded.PLAYER]
    with steps.bar(f"{DAYS} days of driving, {len(simulated)} cars simulated", len(simulated)) as advance:
        finished: list[None] = []
        driven = driving.drive_all(simulated, DAYS, stage.end, lambda: advance(_count(finished)))
    shipments = {device_id: messages for device_id, (messages, _) in driven.items()}
    for car in cars:
        if car.player is recorded.PLAYER:
            shipments[car.player.device_id] = recorded.replay(car.credentials.shard, stage.end)
    with steps.bar("published over MQTT, every message receipted", sum(map(len, shipments.values()))) as advance:
        def show(now: Progress) -> None:
            running.check()
            advance(now.receipted)

        driving.ship(cars, shipments, stage.services.broker_url, show)
    samples = {device_id: sum(message.samples for message in told) for device_id, told in shipments.items()}
    return {device_id: truth for device_id, (_, truth) in driven.items()}, samples


def _count(finished: list[None]) -> int:
    finished.append(None)
    return len(finished)


def _wait_for_health(steps: Steps, running: Programs, stage: Stage) -> None:
    with steps.step("trips, wear, due dates and proposals derived"), \
            psycopg.connect(stage.database_url, autocommit=True) as connection:
        while marks.waiting(connection):
            running.check()
            time.sleep(0.1)


def _keep_running(running: Programs) -> None:
    while True:
        running.check()
        time.sleep(1)


def main(once: Annotated[bool, typer.Option("--once", help="end after the summary")] = False) -> None:
    """Run the demo until Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where a shell started us in the background with SIGINT ignored: stopping must leave nothing behind.
        signal.signal(number, signal.default_int_handler)
    try:
        demo(once, Settings.from_env().home)
    except KeyboardInterrupt:
        print("stopped; nothing of the demo is left running")
    except PitcallError as problem:
        sys.exit(f"demo: {problem}")


if __name__ == "__main__":
    typer.run(main)
