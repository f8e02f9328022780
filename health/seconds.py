"""Seconds: the speed of every group second by second, for models defined on a 1 Hz grid."""

from dataclasses import dataclass

import numpy as np

from health.quality import Booleans, Floats, Integers
from health.samples import Samples
from health.segments import Segments
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
    ends = np.cumsum(sizes)
    segments = Segments(ends - sizes, int(ends[-1]))
    if len(samples) == segments.length and np.all((samples.interval_s == 1.0) | (samples.interval_s == 0.0)):
        everywhere = np.arange(segments.length)
        return Seconds(segments, samples.speed_kmh, np.ones(segments.length, dtype=np.bool_), everywhere)
    at = _sample_before(samples, segments)
    speed, observed = samples.speed_kmh[at], np.ones(segments.length, dtype=np.bool_)
    elapsed_us = _since_us(segments) - (samples.time_us - samples.segments.spread(_first_us(samples)))[at]
    between = np.flatnonzero(elapsed_us)
    before, elapsed_s = at[between], elapsed_us[between] / SECOND
    share = elapsed_s / np.maximum(samples.interval_s[before], 1e-6)
    observed[between] = samples.interval_s[before] <= samples.longest_interval_s
    reached = speed[between] + samples.segments.differences(samples.speed_kmh)[before] * share
    speed[between] = np.where(observed[between], reached, 0.0)
    return Seconds(segments, speed, observed, at)


def _since_us(seconds: Segments) -> Integers:
    """Time of each second since the first of its group [µs]."""
    result: Integers = (np.arange(seconds.length) - seconds.first_of_element) * SECOND
    return result


def _first_us(samples: Samples) -> Integers:
    return samples.time_us[samples.segments.starts]


def _duration_s(samples: Samples) -> Integers:
    """Whole seconds from the first to the last sample of each group."""
    result: Integers = (samples.time_us[samples.segments.ends - 1] - _first_us(samples)) // SECOND
    return result


def _sample_before(samples: Samples, seconds: Segments) -> Integers:
    """Index of the last sample at or before each second: as many as there are up to it, less one."""
    since = samples.time_us - samples.segments.spread(_first_us(samples))
    first_after = seconds.starts[samples.segments.of_element] - (-since // SECOND)
    result: Integers = np.cumsum(np.bincount(first_after, minlength=seconds.length)[:seconds.length]) - 1
    return result
