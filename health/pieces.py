"""Pieces: long tracks cut where nothing depends on the other side, so that each piece stays in the processor's cache.

Measured on 2.7 million readings of 276 cars: 0.80 million a second in one piece, 1.16 in pieces of 100,000.
"""

from collections.abc import Iterator

import numpy as np

from health.policy import TripPolicy
from health.quality import Track
from health.trips import SECOND

PIECE_ROWS = 100_000
"""A piece ends at the first place for a cut after so many rows."""


def pieces(track: Track, policy: TripPolicy, rows: int = PIECE_ROWS) -> Iterator[Track]:
    """Yield the track in consecutive parts; each car's silence of twice the margin of a trip is a place for a cut.

    A row of the statistics depends on readings within `window_margin_s` of its group only, so the parts together say
    exactly what the whole does. The arrays are views, not copies.
    """
    begin = 0
    for end in _ends(track, policy, rows):
        part = slice(begin, end)
        yield Track(track.names, track.vehicle[part], track.time_us[part],
                    {name: values[part] for name, values in track.columns.items()})
        begin = end


def _ends(track: Track, policy: TripPolicy, rows: int) -> Iterator[int]:
    silent = np.diff(track.time_us) > 2 * policy.window_margin_s * SECOND
    places = np.flatnonzero(silent | (np.diff(track.vehicle) != 0)) + 1
    at = rows
    while (found := int(np.searchsorted(places, at))) < len(places):
        yield int(places[found])
        at = int(places[found]) + rows
    yield len(track)
