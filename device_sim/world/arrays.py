"""Arrays of one value per second, and the few noises and filters nature needs."""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_CHUNK_TIME_CONSTANTS = 20.0
"""exp(20) still leaves eight digits of a double, so a filter is unrolled over chunks of this length."""


def relax(target: Floats, start: float, tau: float) -> Floats:
    """First-order lag towards `target` with time constant `tau` [samples], from `start`; without a Python loop."""
    out = np.empty_like(target)
    for piece in _chunks(target.size, tau):
        out[piece] = _relax_chunk(target[piece], start, tau)
        start = float(out[piece][-1])
    return out


def _chunks(size: int, tau: float) -> Iterator[slice]:
    length = max(1, int(_CHUNK_TIME_CONSTANTS * tau))
    return (slice(first, min(first + length, size)) for first in range(0, size, length))


def _relax_chunk(target: Floats, start: float, tau: float) -> Floats:
    decay = np.exp(-np.arange(1, target.size + 1) / tau)
    keep = 1.0 - np.exp(-1.0 / tau)
    swept: Floats = decay * (start + keep * np.cumsum(target / decay))
    return swept


def decayed(gain: Floats, rate: Floats) -> Floats:
    """y[i] = (1 - rate[i]) y[i-1] + gain[i] from 0, where `rate` per sample is small; without a Python loop."""
    out = np.empty_like(gain)
    before = 0.0
    for piece in _chunks(gain.size, 1 / float(rate.max(initial=1e-9))):
        kept = np.cumprod(1.0 - rate[piece])
        out[piece] = kept * (before + np.cumsum(gain[piece] / kept))
        before = float(out[piece][-1])
    return out


def coloured(rng: np.random.Generator, size: int, tau: float) -> Floats:
    """Smooth noise with unit variance that forgets itself within about `tau` samples."""
    width = max(3, int(3 * tau) | 1)
    bell = np.exp(-0.5 * (np.linspace(-3, 3, width) ** 2))
    bell /= np.sqrt(np.sum(bell**2))
    white = rng.standard_normal(size + width - 1)
    return _smooth_valid(white, bell)


def _smooth_valid(white: Floats, kernel: Floats) -> Floats:
    """Convolution by FFT of overlapping blocks: small ones stay in the processor's cache."""
    valid = white.size - kernel.size + 1
    length = 1 << (8 * kernel.size - 1).bit_length()
    step = length - kernel.size + 1
    blocks = -(-valid // step)
    padded = np.pad(white, (0, blocks * step + kernel.size - 1 - white.size))
    rows = np.fft.rfft(sliding_window_view(padded, length)[::step]) * np.fft.rfft(kernel, length)
    smoothed: Floats = np.fft.irfft(rows, length)[:, kernel.size - 1:].ravel()[:valid]
    return smoothed


def smooth(values: Floats, kernel: Floats) -> Floats:
    """Centred moving average whose edges repeat the first and last value."""
    half = kernel.size // 2
    padded = np.pad(values, half, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def running_sum(values: Floats) -> Floats:
    """Trapezoid integral from the first sample, one value per sample, at one sample per second."""
    steps = np.zeros_like(values)
    steps[1:] = 0.5 * (values[1:] + values[:-1])
    return np.cumsum(steps)
