"""TSBS-IoT-like data through the MQTT front door.

Fields, walks and disturbances follow the IoT use case of the Time Series Benchmark Suite (timescale/tsbs,
`pkg/data/usecases/iot`): each truck writes a row of seven readings and a row of three diagnostics every 10 s, in
batches of ten; here a batch is an MQTT message, and its rows go to `reading` and `position`. Fields without a column
of ours (grade, load, status) go to `extra`. A zeroed tag has no counterpart: the device's name is in the topic.
"""

import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from dev.bench.ingest.load import HISTORIES, SHARD, Load, device_names
from dev.bench.ingest.rig import Bench
from dev.bench.results import Figure
from device_sim.dongle.encode import Batch, encode
from device_sim.dongle.readings import Readings
from device_sim.world.arrays import Floats, Ints
from schemas.topics import up

ROUNDS, TURNS = 3, 15
BATCH, INTERVAL_S = 10, 10

BATCH_MISSING, BATCH_LATE = 0.01, 0.05
ENTRY_MISSING, ENTRY_LATE, FIELD_ZEROED = 0.10, 0.30, 0.10
COMES_BACK = 0.5
"""Chance per batch that something late comes back."""

WALKS: dict[str, tuple[float, float, float, float]] = {
    "lat": (-90, 90, 0.05, 1e-5), "lon": (-180, 180, 0.05, 1e-5), "alt": (0, 5000, 10, 1), "heading": (0, 360, 5, 1),
    "speed": (0, 100, 10, 1), "grade": (0, 100, 5, 1), "fuel_rate": (0, 50, 1, 0.1),
    "fuel": (0, 100, 1, 10), "current_load": (0, 5000, 250, 1), "status": (0, 5, 1, 1),
}
"""Lowest, highest, largest step and resolution of each field; fuel level in percent."""


def tsbs(bench: Bench) -> list[Figure]:
    """Rows per second of both tables; the first round does not count."""
    rates = [_rate(bench, load) for load in tsbs_loads(ROUNDS + 1)][1:]
    return [Figure("ingest.tsbs_rows_per_s", statistics.median(rates))]


def _rate(bench: Bench, load: Load) -> float:
    bench.empty_tables()
    seconds = bench.ingest_seconds(load)
    bench.require_stored(load.samples, "reading")
    bench.require_stored(load.samples, "position")
    return 2 * load.samples / seconds


def tsbs_loads(rounds: int) -> list[Load]:
    """One load per round; samples of a device never repeat."""
    trucks = [list(_messages(np.random.default_rng(number), rounds * TURNS)) for number in range(HISTORIES)]
    return [_load(trucks, range(first, first + TURNS)) for first in range(0, rounds * TURNS, TURNS)]


def _load(trucks: list[list[tuple[bytes, int]]], turns: range) -> Load:
    sent = [(up(SHARD, name, "telemetry"), *trucks[number % HISTORIES][turn])
            for turn in turns for number, name in enumerate(device_names())]
    return Load([(topic, body) for topic, body, _ in sent], sum(entries for *_, entries in sent))


def _messages(rng: np.random.Generator, wanted: int) -> Iterator[tuple[bytes, int]]:
    """(body, entries) of the messages of one truck."""
    batches = _disturbed(rng, wanted)
    entries = np.concatenate(batches)
    ends = np.cumsum([len(batch) for batch in batches])
    cut = [Batch(int(end) - len(batch), int(end) - 1, 1, seq) for seq, (batch, end)
           in enumerate(zip(batches, ends, strict=True), 1)]
    bodies = encode(_readings(rng, entries), cut, "differences", compress=True)
    return zip(bodies, (len(batch) for batch in batches), strict=True)


def _disturbed(rng: np.random.Generator, wanted: int) -> list[Ints]:
    """Batches as they arrive: numbers of entries, with what comes back from earlier ones."""
    arrived, late = list[Ints](), list[Ints]()
    number = 0
    while len(arrived) < wanted:
        entries = np.arange(number, number + BATCH)
        number += BATCH
        fate = rng.random(BATCH)
        kept = entries[fate >= ENTRY_MISSING + ENTRY_LATE]
        back = [one for one in late if rng.random() < COMES_BACK]
        late = [one for one in late if not any(one is other for other in back)]
        late += [entries[n : n + 1] for n in np.flatnonzero((fate >= ENTRY_MISSING)
                                                            & (fate < ENTRY_MISSING + ENTRY_LATE))]
        arrives = rng.random()
        if arrives < BATCH_MISSING:
            continue
        if arrives < BATCH_MISSING + BATCH_LATE:
            late.append(kept)
            kept = entries[:0]
        if together := [one for one in (kept, *back) if one.size]:
            arrived.append(np.concatenate(together))
    return arrived


def _readings(rng: np.random.Generator, entries: Ints) -> Readings:
    ticks = int(entries.max()) + 1
    walks = [_walk(rng, ticks, *walk)[entries] for walk in WALKS.values()]
    scales = np.array([resolution for *_, resolution in WALKS.values()])
    read = np.ones((entries.size, len(WALKS)), bool)
    zeroed = np.flatnonzero(rng.random(entries.size) < FIELD_ZEROED)
    read[zeroed, rng.integers(0, len(WALKS), zeroed.size)] = False
    begin = int((datetime.now(UTC) - timedelta(hours=6)).timestamp())
    return Readings(tuple(WALKS), scales, 1000 * (begin + INTERVAL_S * entries), np.stack(walks, axis=1), read)


def _walk(rng: np.random.Generator, ticks: int, low: float, high: float, step: float, resolution: float) -> Ints:
    """A clamped random walk in whole steps of the resolution."""
    values: Floats = np.empty(ticks)
    value = rng.uniform(low, high)
    for tick, change in enumerate(rng.uniform(-step, step, ticks)):
        value = min(max(value + change, low), high)
        values[tick] = value
    return np.round(values / resolution).astype(np.int64)
