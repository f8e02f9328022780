"""Rows that do not simply go at the end: a month late, or sent again."""

import statistics

from dev.bench.ingest.load import LIVE, Load, fleet_loads, scattered_loads
from dev.bench.ingest.rig import Bench
from dev.bench.ingest.throughput import Round, alternate, ratio, side_by_side
from dev.bench.results import Figure

ROUNDS = 3
"""These are figures, not goals: three rounds tell enough."""


def late(bench: Bench) -> list[Figure]:
    """Messages of the last 30 days in disorder: every transaction writes to 30 chunks, and so does COPY."""
    rounds = alternate(bench, scattered_loads(ROUNDS + 1, turns=3))
    return [
        Figure("ingest.late_rows_per_s", statistics.median(one.ingest for one in rounds)),
        Figure("ingest.late_ratio_of_copy", ratio(rounds)),
    ]


def duplicates(bench: Bench) -> list[Figure]:
    """Everything sent a second time; the limit is COPY of the same rows into the empty table."""
    rounds = [_twice(bench, load) for load in fleet_loads(LIVE, ROUNDS, turns=3)]
    return [
        Figure("ingest.duplicate_rows_per_s", statistics.median(one.ingest for one in rounds)),
        Figure("ingest.duplicate_ratio_of_copy", ratio(rounds)),
    ]


def _twice(bench: Bench, load: Load) -> Round:
    first = side_by_side(bench, load)
    again = bench.ingest_seconds(load)
    bench.require_stored(load.samples)
    return Round(load.samples / again, first.copy)
