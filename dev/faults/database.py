"""The database dies, stops, hangs, loses the connection in the middle of COMMIT, or has no room left."""

import time
from contextlib import suppress
from pathlib import Path

from dev.faults.ingest_process import RETRIES, UNACKED
from dev.faults.outages import short_outages
from dev.faults.proxy import COMMIT
from dev.faults.stage import Stage
from ingest.listening import RECEIVE_MAXIMUM

GROWTH_MB = 64
GIVEN_UP_S = 10
TMPFS_MB = 256


def killed(stage: Stage) -> None:
    """F4: PostgreSQL crashes; ingest writes again soon after it is back."""
    short_outages(stage, stage.house.services.kill_database, stage.house.services.start_database)


def stopped(stage: Stage) -> None:
    """F5: away for long; ingest lives, says that it is not ready, holds a bounded amount and leaves the rest."""
    fleet = stage.fleet()
    ingest = stage.ingest()
    fleet.speak()
    fleet.wait(5)
    calm_mb = ingest.peak_mb
    stage.house.services.stop_database()
    stage.check("not ready within 5 s", stage.seconds_until(lambda: not ingest.ready(), 5) <= 5)
    fleet.wait(stage.scale.outage_s)
    stage.check("alive and unready all the time", ingest.running() and not ingest.ready())
    stage.check("holds no more than the receive maximum", ingest.look()[UNACKED] <= RECEIVE_MAXIMUM)
    stage.check(f"grows by no more than {GROWTH_MB} MB", ingest.peak_mb - calm_mb <= GROWTH_MB)
    stage.house.services.start_database()
    stage.recovered(stage.until_receipts_flow(fleet), limit_s=5)
    stage.finish(patience_s=120)


def hung(stage: Stage) -> None:
    """F6: every process of PostgreSQL is stopped; its sockets stay open, so only a clock of ours can tell."""
    fleet = stage.fleet()
    ingest = stage.ingest()
    fleet.speak(1)
    fleet.speak()
    before, hung_at = ingest.look()[RETRIES], time.monotonic()
    stage.house.services.pause_database()
    given_up_s = stage.seconds_until(lambda: ingest.look()[RETRIES] > before, stage.scale.hang_s)
    stage.check(f"given up within {GIVEN_UP_S} s", given_up_s <= GIVEN_UP_S)
    stage.check("not ready", not ingest.ready())
    fleet.wait(hung_at + stage.scale.hang_s - time.monotonic())
    stage.house.services.resume_database()
    stage.recovered(stage.until_receipts_flow(fleet), limit_s=5)
    stage.finish()


def lost_in_commit(stage: Stage) -> None:
    """F7: COMMIT arrives, its answer does not; the batch is tried again although it is stored."""
    link = stage.proxy(stage.house.database_port)
    fleet = stage.fleet()
    stage.ingest(database=link)
    fleet.speak()
    for _ in range(stage.scale.kills):
        fleet.wait(stage.dice.uniform(0.2, 1.0))
        link.cut_after(COMMIT)
        stage.seconds_until(link.idle, 10)
        stage.recovered(stage.until_receipts_flow(fleet), limit_s=5)
    stage.finish()
    stage.check("cut in COMMIT each time", link.sprung == stage.scale.kills)
    stage.ingests[0].look()
    stage.check("what was committed is tried again", stage.duplicates >= 1)


def disk_full(stage: Stage) -> None:
    """F8: no room left for data; nothing is acknowledged or receipted until there is."""
    services = stage.house.services
    fleet = stage.fleet(rate=stage.scale.rate / 4)
    ingest = stage.ingest()
    fleet.speak()
    fleet.wait(2)
    ballast = _fill(services.folder / "postgres")
    before = ingest.look()[RETRIES]
    stage.check("not ready within 30 s", stage.seconds_until(lambda: not ingest.ready(), 30) <= 30)
    receipted = fleet.receipted
    fleet.wait(5)
    stage.check("nothing receipted meanwhile", fleet.receipted == receipted)
    stage.check("counted in ingest_database_retries_total", ingest.look()[RETRIES] > before)
    ballast.unlink()
    services.start_database()
    stage.recovered(stage.until_receipts_flow(fleet), limit_s=10)
    stage.finish()


def _fill(folder: Path) -> Path:
    """Take all the room there is."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65_536))
    return ballast
