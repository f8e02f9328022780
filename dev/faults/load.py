"""Ordinary life at its limits: everybody reconnects at once, and hours of steady load."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import httpx
import numpy as np

from dev.demo.programs import surroundings
from dev.demo.seeding import as_role
from dev.faults.fleet import FLAT_OUT, Fleet
from dev.faults.ingest_process import IngestProcess
from dev.faults.stage import Stage
from dev.faults.telling import FIRST, newest
from dev.services.ports import LOOPBACK, free_port

STEADY_S = 30
ASK_EVERY_S = 0.02
QUIET_S = 5
SLOWER_AT_MOST = 2
QUICK_S = 0.1
"""Or this, where it is more [K]: a person does not notice it, and on two cores 2,000 clients that the rig itself plays
take their share from the API."""

SOAK_DEVICES = 200
"""Each within the 50 messages a second that ingest allows for ever."""
FLAT_OUT_S = 40
MEASURED_S = 30
SHARE = 0.8
LOOK_S = 0.2
PIECE_S = 10
WARM_UP_SHARE = 1 / 3
SLOPE_MB_PER_MIN = 1.0
LAG_P99_S = 2.0


def storm(stage: Stage) -> None:
    """F23: the broker restarts, and every device is back at once with something to tell."""
    fleet = stage.fleet(devices=stage.scale.storm)
    stage.ingest()
    with _api(stage) as api:
        quiet_s = api.p99_over(lambda: fleet.wait(QUIET_S))
        stage.house.services.stop_broker()
        stage.house.services.start_broker()
        storm_s = api.p99_over(lambda: stage.recovered(_all_told_again(stage, fleet), STEADY_S))
    stage.finish()
    stage.notes["api p99 quiet [ms]"], stage.notes["api p99 in the storm [ms]"] = quiet_s * 1e3, storm_s * 1e3
    stage.check(f"API p99 {storm_s * 1e3:.0f} ms, at most {SLOWER_AT_MOST} times the quiet {quiet_s * 1e3:.0f} ms",
                storm_s <= max(SLOWER_AT_MOST * quiet_s, QUICK_S))


def soak(stage: Stage) -> None:
    """F24: 80 % of what goes through here flat out, for long; memory stays level and messages are stored in time."""
    fleet = stage.fleet(devices=SOAK_DEVICES, swift=True)
    ingest = stage.ingest()
    rated = _rated(stage, fleet)
    began_s = time.monotonic()
    fleet.speak(rate=SHARE * rated)
    lag_s = float(np.percentile(_until_queryable_s(stage, fleet), 99))
    fleet.hush()
    slope = _slope_mb_per_min(ingest, began_s + WARM_UP_SHARE * stage.scale.soak_s)
    stage.finish()
    stage.notes |= {"rated [messages/s]": rated, "lag p99 [s]": lag_s, "RSS slope [MB/min]": slope}
    stage.check(f"lag p99 {lag_s:.2f} s, at most {LAG_P99_S:g}", lag_s <= LAG_P99_S)
    stage.check(f"RSS slope {slope:.2f} MB/min, at most {SLOPE_MB_PER_MIN:g}", slope <= SLOPE_MB_PER_MIN)


def _rated(stage: Stage, fleet: Fleet) -> float:
    """Messages/s that are receipted while more are offered."""
    fleet.speak(rate=FLAT_OUT)
    fleet.wait(FLAT_OUT_S - MEASURED_S)
    before = fleet.receipted
    fleet.wait(MEASURED_S)
    rated = (fleet.receipted - before) / MEASURED_S
    fleet.hush()
    stage.check("the backlog is worked off", fleet.receipted_within(120))
    return rated


def _until_queryable_s(stage: Stage, fleet: Fleet) -> list[float]:
    """How old the newest stored message of some device is, asked again and again [s]: receipts may come later."""
    ages: list[float] = []
    until = time.monotonic() + stage.scale.soak_s
    with stage.house.connect() as connection:
        while time.monotonic() < until:
            fleet.wait(LOOK_S)
            sender, now_s = stage.dice.choice(fleet.senders), time.monotonic()
            ages.append(now_s - sender.sent_at[newest(connection, sender.who, sender.base_ms) - FIRST])
    return ages


def _slope_mb_per_min(ingest: IngestProcess, since_s: float) -> float:
    """How the floor of resident memory rises: batches come and go above it, so the least of each piece counts."""
    samples = np.array([sample for sample in ingest.rss_mb if sample[0] >= since_s])
    pieces = ((samples[:, 0] - since_s) // PIECE_S).astype(int)
    floor = [samples[pieces == piece, 1].min() for piece in np.unique(pieces)]
    return float(np.polyfit(np.unique(pieces) * PIECE_S / 60, floor, 1)[0])


def _all_told_again(stage: Stage, fleet: Fleet) -> float:
    """Seconds until a new message of every device is receipted."""
    fleet.tell(len(fleet.senders))
    return stage.seconds_until(lambda: fleet.receipted == fleet.sent, 2 * STEADY_S)


class Api:
    """A real API process and somebody who asks it all the time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._took_s: list[float] = []
        self._ended = Event()

    def p99_over(self, deed: Callable[[], object]) -> float:
        """The 99th percentile of its answers while something is done [s]."""
        self._took_s, self._ended = [], Event()
        asking = Thread(target=self._ask, name="ask")
        asking.start()
        deed()
        self._ended.set()
        asking.join()
        return statistics.quantiles(self._took_s, n=100)[98]

    def _ask(self) -> None:
        with httpx.Client(base_url=self._url, timeout=30) as client:
            while not self._ended.wait(ASK_EVERY_S):
                began = time.monotonic()
                client.get("/readyz").raise_for_status()
                self._took_s.append(time.monotonic() - began)


@contextmanager
def _api(stage: Stage) -> Iterator[Api]:
    port, house = free_port(()), stage.house
    settings = {"DATABASE_URL": as_role(house.url, "api", house.keys), "MASTER_KEY": house.keys.master,
                "API_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "api"], env=surroundings(settings), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        url = f"http://{LOOPBACK}:{port}"
        stage.seconds_until(lambda: _answers(url), STEADY_S)
        yield Api(url)
    finally:
        process.terminate()
        process.wait(15)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
