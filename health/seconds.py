"""Seconds: the speed of every group second by second, for models defined on a 1 Hz grid."""

from dataclasses import dataclass

import numpy as np

from health.quality import Booleans, Floats, Integers
from health.samples import Samples
from health.segments import Segments, segments_of
from health.trips import SECOND


@dataclass(frozen=True)
class Seconds:
    """One element per second from the first sample of each group on."""

    segments: Segments
    speed_kmh: Floats  # linear between samples; 0 where not observed
    observed: Booleans
    sample: Integers   # index of the sample at or before the second


def resample(samples: Samples) -> Seconds:
    """Interpolate the speed at whole seconds since the first sample of each group."""
    sizes = _duration_s(samples) + 1
    label = np.repeat(np.arange(len(sizes)), sizes)
    segments = segments_of(label)
    second = np.arange(len(label)) - np.repeat(segments.starts, sizes)
    if len(samples) == len(label) and np.all((samples.interval_s == 1.0) | (samples.interval_s == 0.0)):
        return Seconds(segments, samples.speed_kmh, np.ones(len(label), dtype=np.bool_), np.arange(len(label)))
    at = _sample_before(samples, second, sizes)
    elapsed_s = second - (samples.time_us[at] - np.repeat(_first_us(samples), sizes)) / SECOND
    step = samples.segments.differences(samples.speed_kmh)[at]
    share = elapsed_s / np.maximum(samples.interval_s[at], 1e-6)
    observed = (samples.interval_s[at] <= samples.longest_interval_s) | (elapsed_s == 0)
    speed = samples.speed_kmh[at] + np.where(elapsed_s > 0, step * share, 0.0)
    return Seconds(segments, np.where(observed, speed, 0.0), observed, at)


def _first_us(samples: Samples) -> Integers:
    return samples.time_us[samples.segments.starts]


def _duration_s(samples: Samples) -> Integers:
    """Whole seconds from the first to the last sample of each group."""
    result: Integers = (samples.time_us[samples.segments.ends - 1] - _first_us(samples)) // SECOND
    return result


def _sample_before(samples: Samples, second: Integers, sizes: Integers) -> Integers:
    """Index of the last sample at or before each second: one binary search over all groups laid end to end."""
    offset = np.concatenate([[0], np.cumsum(sizes)[:-1]]) * SECOND
    since = samples.time_us - samples.segments.spread(_first_us(samples) - offset)
    wanted = second * SECOND + np.repeat(offset, sizes)
    result: Integers = np.searchsorted(since, wanted, side="right") - 1
    return result
