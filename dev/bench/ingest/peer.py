"""Ingest beside a straightforward program for the same job."""

import statistics

from dev.bench.ingest.load import LIVE, Load, fleet_loads
from dev.bench.ingest.rig import Bench
from dev.bench.results import Figure

ROUNDS, MESSAGES = 3, 1_000
"""The peer takes its time; the goal is far from the spread of three rounds."""


def peer(bench: Bench) -> list[Figure]:
    """Rates on the same messages in alternating rounds; the first does not count."""
    rounds = [_round(bench, load.first(MESSAGES)) for load in fleet_loads(LIVE, ROUNDS + 1, turns=1)][1:]
    return [
        Figure("ingest.naive_peer_samples_per_s", statistics.median(naive for _, naive in rounds)),
        Figure("ingest.vs_naive_peer", statistics.median(ours / naive for ours, naive in rounds), at_least=5),
    ]


def _round(bench: Bench, load: Load) -> tuple[float, float]:
    bench.empty_tables()
    naive = bench.seconds_of("dev.bench.ingest.naive_peer", load)
    bench.require_stored(load.samples)
    bench.empty_tables()
    ours = bench.ingest_seconds(load)
    bench.require_stored(load.samples)
    return load.samples / ours, load.samples / naive
