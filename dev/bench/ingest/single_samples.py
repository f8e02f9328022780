"""Single-sample messages, beside a subscriber that does nothing but acknowledge."""

import statistics

from dev.bench.ingest.load import SINGLE, Load, fleet_loads
from dev.bench.ingest.rig import Bench
from dev.bench.results import Figure

ROUNDS = 5


def single(bench: Bench) -> list[Figure]:
    """Messages per second of ingest and of the bare subscriber, in alternating rounds; the first does not count."""
    rounds = [_round(bench, load) for load in fleet_loads(SINGLE, ROUNDS + 1, turns=10)][1:]
    return [
        Figure("ingest.single_sample_messages_per_s", statistics.median(ours for ours, _ in rounds)),
        Figure("ingest.bare_subscriber_messages_per_s", statistics.median(bare for _, bare in rounds)),
        Figure("ingest.single_sample_ratio", statistics.median(ours / bare for ours, bare in rounds), at_least=0.6),
    ]


def _round(bench: Bench, load: Load) -> tuple[float, float]:
    bench.empty_tables()
    bare = bench.seconds_of("dev.bench.ingest.bare_subscriber", load)
    ours = bench.ingest_seconds(load)
    bench.require_stored(load.samples)
    return load.samples / ours, load.samples / bare
