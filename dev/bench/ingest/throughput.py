"""Samples per second from publisher to commit, beside binary COPY of the same rows."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from dev.bench.ingest.copy_limit import copy_seconds, rows_of
from dev.bench.ingest.load import BACKLOG, LIVE, Load, fleet_loads
from dev.bench.ingest.rig import Bench
from dev.bench.results import Figure

ROUNDS = 5


@dataclass(frozen=True)
class Round:
    """Both rates on the same rows and equally empty tables [samples/s]."""

    ingest: float
    copy: float


def live(bench: Bench) -> list[Figure]:
    """60 samples a message: what a connected fleet sends."""
    loads = fleet_loads(LIVE, ROUNDS + 1, turns=5)
    rounds = alternate(bench, loads)
    return [
        Figure("ingest.samples_per_s", statistics.median(one.ingest for one in rounds)),
        Figure("ingest.copy_limit_samples_per_s", statistics.median(one.copy for one in rounds)),
        Figure("ingest.ratio_of_copy", ratio(rounds), at_least=0.5),
        Figure("ingest.wire_bytes_per_sample", wire_bytes_per_sample(loads), at_most=14.5),
    ]


def backlog(bench: Bench) -> list[Figure]:
    """300 samples a message: what devices send that are back after days offline."""
    loads = fleet_loads(BACKLOG, ROUNDS + 1, turns=1)
    rounds = alternate(bench, loads)
    return [
        Figure("ingest.backlog_samples_per_s", statistics.median(one.ingest for one in rounds)),
        Figure("ingest.backlog_ratio_of_copy", ratio(rounds), at_least=0.6),
        Figure("ingest.wire_bytes_per_sample_backlog", wire_bytes_per_sample(loads), at_most=10.5),
    ]


def alternate(bench: Bench, loads: Sequence[Load]) -> list[Round]:
    """COPY and ingest in turns; the first round warms caches and does not count."""
    return [side_by_side(bench, load) for load in loads][1:]


def ratio(rounds: Sequence[Round]) -> float:
    """Median over the rounds: what disturbs a round disturbs both halves of it."""
    return statistics.median(one.ingest / one.copy for one in rounds)


def wire_bytes_per_sample(loads: Sequence[Load]) -> float:
    """Bytes on the wire per sample, MQTT framing included."""
    return sum(load.wire_bytes for load in loads) / sum(load.samples for load in loads)


def side_by_side(bench: Bench, load: Load) -> Round:
    """COPY of the rows into empty tables, then ingest of the messages into empty tables."""
    rows = rows_of(load, bench.fleet)
    bench.empty_tables()
    limit = copy_seconds(bench.url, rows)
    bench.empty_tables()
    seconds = bench.ingest_seconds(load)
    bench.require_stored(load.samples)
    return Round(load.samples / seconds, load.samples / limit)
