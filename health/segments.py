"""Sums, extremes and neighbours within segments of an array: the vectorised stand-in for a loop over trips.

A segment's result depends on its own elements and their order only, never on where the segment lies in the
array: that is what makes a trip computed from a window equal, bit for bit, to the trip computed from everything.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from health.quality import Booleans, Floats, Integers

OWNERS_AT_ONCE = 2048
"""Segments whose values are counted together."""

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class Segments:
    """Consecutive, non-empty stretches that cover an array completely."""

    starts: Integers
    length: int

    @cached_property
    def ends(self) -> Integers:
        """One past the last element of each segment."""
        return np.append(self.starts, self.length)[1:]

    @cached_property
    def sizes(self) -> Integers:
        return self.ends - self.starts

    @cached_property
    def of_element(self) -> Integers:
        """Index of the segment each element belongs to."""
        return np.repeat(np.arange(len(self.starts)), self.sizes)

    def holding(self, elements: Integers) -> Integers:
        """Index of the segment each of a few elements belongs to."""
        return np.searchsorted(self.starts, elements, side="right") - 1

    @cached_property
    def first_of_element(self) -> Integers:
        """Index of the first element of each element's segment."""
        return np.repeat(self.starts, self.sizes)

    @cached_property
    def end_of_element(self) -> Integers:
        """One past the last element of each element's segment."""
        return np.repeat(self.ends, self.sizes)

    def sum(self, values: Floats) -> Floats:
        """Sum of each segment, pairwise and in order; NaN counts as nothing."""
        whole = self.total(values)
        # Most signals have no NaN at all: the second pass is for the others.
        return self.total(np.where(np.isnan(values), 0.0, values)) if np.isnan(whole).any() else whole

    def total(self, values: Floats) -> Floats:
        """Sum of each segment of values known to be free of NaN."""
        return np.add.reduceat(np.ascontiguousarray(values), self.starts)

    def count(self, mask: Booleans) -> Integers:
        """Number of true elements of each segment."""
        return np.add.reduceat(mask, self.starts, dtype=np.int64)

    def least(self, values: Floats) -> Floats:
        """Least of each segment ignoring NaN; NaN where there is none."""
        return np.fmin.reduceat(values, self.starts)

    def greatest(self, values: Floats) -> Floats:
        """Greatest of each segment ignoring NaN; NaN where there is none."""
        return np.fmax.reduceat(values, self.starts)

    def any(self, mask: Booleans) -> Booleans:
        """Whether any element of the segment is true."""
        return np.logical_or.reduceat(mask, self.starts)

    def all(self, mask: Booleans) -> Booleans:
        """Whether every element of the segment is true."""
        return np.logical_and.reduceat(mask, self.starts)

    def spread(self, per_segment: NDArray[Value]) -> NDArray[Value]:
        """Repeat one value per segment for each of its elements; without any memory where all are the same."""
        if len(per_segment) and np.all(per_segment == per_segment[0]):
            return np.broadcast_to(per_segment[0], self.length)
        return np.repeat(per_segment, self.sizes)

    def differences(self, values: Floats) -> Floats:
        """Difference to the next element; 0 at the end of each segment."""
        steps = np.empty(len(values))
        np.subtract(values[1:], values[:-1], out=steps[:-1])
        steps[self.ends - 1] = 0.0
        return steps

    def next(self, values: Floats) -> Floats:
        """Return the next element of the segment; its last element stays itself."""
        following = np.empty_like(values)
        following[:-1] = values[1:]
        last = self.ends - 1
        following[last] = values[last]
        return following

    def first(self, values: Floats) -> Floats:
        """First value of each segment that is not NaN; NaN where there is none."""
        very_first = values[self.starts]
        if not np.isnan(very_first).any():
            return very_first
        known, present = self._known(values)
        return self._at_owners(values, known[present.starts])

    def last(self, values: Floats) -> Floats:
        """Last value of each segment that is not NaN; NaN where there is none."""
        very_last = values[self.ends - 1]
        if not np.isnan(very_last).any():
            return very_last
        known, present = self._known(values)
        return self._at_owners(values, known[present.ends - 1])

    def median(self, values: Floats, chosen: Booleans, steps: int) -> Floats:
        """Lower median of the chosen positive values of each segment, to one part in `steps`; NaN without any."""
        rows = np.flatnonzero(chosen & ~np.isnan(values))
        whole = np.rint(values[rows] * steps).astype(np.int64)
        return quantiles_by(self.of_element[rows], whole, len(self.starts), (0.5,))[:, 0] / steps

    def _known(self, values: Floats) -> tuple[Integers, "Segments"]:
        """Elements that are not NaN, and the stretches of them that belong to one segment each."""
        known = np.flatnonzero(~np.isnan(values))
        return known, segments_of(self.of_element[known])

    def _at_owners(self, values: Floats, rows: Integers) -> Floats:
        """The values of some elements at the place of their segments, NaN at all others."""
        result = np.full(len(self.starts), np.nan)
        result[self.of_element[rows]] = values[rows]
        return result

    def window_count(self, mask: Booleans, half_width: int) -> Integers:
        """Count of true elements within `half_width` elements on both sides, clipped to the segment."""
        if mask.all():
            low, high = self._window(half_width)
            return high - low
        return self.window_sum(mask, half_width)

    def window_sum(self, whole: Integers | Booleans, half_width: int) -> Integers:
        """Sum of integers within `half_width` elements on both sides, clipped to the segment.

        Integers, because their running sum is exact: a float one would depend on everything before the segment.
        """
        running = np.zeros(self.length + 1, dtype=np.int64)
        np.cumsum(whole, out=running[1:])
        low, high = self._window(half_width)
        result: Integers = running.take(high) - running.take(low)
        return result

    def _window(self, half_width: int) -> tuple[Integers, Integers]:
        """First element and one past the last element of the window around each element."""
        if half_width not in self._windows:
            place = np.arange(self.length)
            self._windows[half_width] = (np.maximum(place - half_width, self.first_of_element),
                                         np.minimum(place + (half_width + 1), self.end_of_element))
        return self._windows[half_width]

    @cached_property
    def _windows(self) -> dict[int, tuple[Integers, Integers]]:
        """Windows asked for before, by half width."""
        return {}

    def latest(self, known: Booleans) -> Integers:
        """Index of the latest true element at or before each element within its segment; -1 where none."""
        index = np.maximum.accumulate(np.where(known, np.arange(self.length), -1))
        return np.where(index >= self.first_of_element, index, -1)


def segments_of(labels: Integers) -> Segments:
    """Return segments of equal consecutive labels."""
    if len(labels) == 0:
        return Segments(np.zeros(0, dtype=np.int64), 0)
    change = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    return Segments(np.concatenate([[0], change]), len(labels))


def sums_between(values: NDArray[Value], begins: Integers, ends: Integers) -> NDArray[Value]:
    """Sum of `values[begin:end]` for each pair, none of which is empty or overlaps the one before it."""
    edges = np.stack([begins, ends], axis=1).ravel()
    return np.add.reduceat(values, edges)[::2] if len(edges) else values[:0]


def median_by(owner: Integers, values: NDArray[Value], owners: int) -> Floats:
    """Lower median of the values of each owner; NaN where it has none. Owners come in ascending order."""
    result = np.full(owners, np.nan)
    if len(owner) == 0:
        return result
    ordered = values[np.lexsort((values, owner))]
    present = segments_of(owner)
    result[owner[present.starts]] = ordered[present.starts + (present.sizes - 1) // 2]
    return result


def quantiles_by(owner: Integers, whole: Integers, owners: int, shares: tuple[float, ...]) -> Floats:
    """Lower quantiles of whole numbers below 2^31, one row per owner; NaN where it has none. Owners ascend.

    One sort of plain integers, owner and value packed into each: several times faster than sorting by two keys.
    """
    result = np.full((owners, len(shares)), np.nan)
    if len(owner):
        ordered = np.sort((owner << 32) + whole)
        present = segments_of(ordered >> 32)
        at = present.starts[:, None] + np.floor((present.sizes - 1)[:, None] * np.array(shares)).astype(np.int64)
        result[owner[present.starts]] = ordered[at] & 0xFFFFFFFF
    return result


def histogram_quantiles(owner: Integers, whole: Integers, owners: int, shares: tuple[float, ...]) -> Floats:
    """Lower quantiles of small whole numbers, one row per owner; NaN where it has none.

    Counting instead of sorting: for millions of values of a few hundred kinds. Owners in blocks bound the memory.
    """
    result = np.full((owners, len(shares)), np.nan)
    kinds: int = whole.max() + 1 if len(whole) else 1
    for low in range(0, owners, OWNERS_AT_ONCE):
        begin, end = np.searchsorted(owner, (low, low + OWNERS_AT_ONCE))
        count = min(OWNERS_AT_ONCE, owners - low)
        found = np.bincount((owner[begin:end] - low) * kinds + whole[begin:end], minlength=count * kinds)
        running = np.cumsum(found)
        until = running[kinds - 1::kinds]
        sizes = np.diff(until, prepend=0)[:, None]
        rank = (until[:, None] - sizes) + np.floor((sizes - 1) * np.array(shares)).astype(np.int64) + 1
        at = np.searchsorted(running, rank) - np.arange(count)[:, None] * kinds
        result[low:low + count] = np.where(sizes > 0, at, np.nan)
    return result


def decaying(gain: Floats, decay: Floats, segments: Segments) -> Floats:
    """Solve y[i] = decay[i] y[i - 1] + gain[i] within each segment, from y = gain at its first element.

    Step by step over all segments at once: exact whatever else is in the array. Elements are laid out step after step,
    those of the longest segment first, so that each step goes on from the first elements of the one before.
    """
    rank = np.empty(len(segments.starts), dtype=np.int64)
    rank[np.argsort(-segments.sizes, kind="stable")] = np.arange(len(rank))
    lasting = np.cumsum(np.bincount(segments.sizes)[::-1])[::-1][1:]  # segments of at least each size
    begins = np.concatenate([[0], np.cumsum(lasting)])
    place = begins[np.arange(segments.length) - segments.first_of_element] + rank[segments.of_element]
    result, kept = np.empty_like(gain), np.empty_like(decay)
    result[place], kept[place] = gain, decay
    edges = begins.tolist()
    for before, begin, end in zip(edges, edges[1:-1], edges[2:], strict=False):
        result[begin:end] += kept[begin:end] * result[before:before + end - begin]
    solved: Floats = result[place]
    return solved
