"""What the dongle read: sensor values rounded to what a PID can carry, as whole steps of a scale."""

from dataclasses import dataclass

import numpy as np

from device_sim.dongle.settings import Dongle
from device_sim.world.arrays import Flags, Floats, Ints
from device_sim.world.cars import MODELS
from device_sim.world.history import CarHistory
from schemas.signals import BY_ALIAS, BY_COLUMN

_BYTE_PERCENT = 100 / 255
PID_STEP: dict[str, float] = {
    "load": _BYTE_PERCENT, "throttle": _BYTE_PERCENT, "fuel": _BYTE_PERCENT, "soc": _BYTE_PERCENT,
    "abs_load": _BYTE_PERCENT, "stft": 100 / 128, "ltft": 100 / 128, "fuel_rate": 0.05, "fuel_g_s": 0.02,
}
"""Resolution of PIDs whose byte does not fit the decimal scale of the signal table (SAE J1979)."""


@dataclass(frozen=True)
class Readings:
    """Whole steps per sample and alias; `read` is False where nothing was answered."""

    aliases: tuple[str, ...]
    scales: Floats
    epoch_ms: Ints
    steps: Ints                # (samples, aliases)
    read: Flags


def take(history: CarHistory, dongle: Dongle, rng: np.random.Generator) -> Readings:
    """Polls the sensors, and spoils what the sins say."""
    names = tuple(BY_COLUMN[column].alias for column in history.columns)
    aliases = tuple(alias for alias in names if alias not in dongle.sins.missing)
    chosen = np.flatnonzero(_kept(history, dongle, rng))
    scales = np.array([BY_ALIAS[alias].scale for alias in aliases])
    columns = [_steps(alias, history.columns[BY_ALIAS[alias].column][chosen], history) for alias in aliases]
    steps = np.stack(columns, axis=1) if columns else np.empty((chosen.size, 0), np.int64)
    _freeze(steps, aliases, dongle.sins.stuck)
    read = rng.random(steps.shape) >= dongle.sins.value_loss if dongle.sins.value_loss else np.ones(steps.shape, bool)
    return Readings(aliases, scales, _instants(history.epoch_ms[chosen], dongle, rng), steps, read)


def _kept(history: CarHistory, dongle: Dongle, rng: np.random.Generator) -> Flags:
    """Samples that are polled and not lost."""
    polled: Flags = (history.epoch_ms // 1000) % dongle.interval_s == 0
    return polled & (rng.random(polled.size) >= dongle.sins.sample_loss)


def _steps(alias: str, values: Floats, history: CarHistory) -> Ints:
    """Rounded to the PID's resolution first, then to the scale on the wire."""
    signal = BY_ALIAS[alias]
    if alias == "speed":
        return _speed_steps(values, history)
    pid_step = PID_STEP.get(alias)
    carried = np.round(values / pid_step) * pid_step if pid_step else values
    return np.round(np.clip(carried, signal.low, signal.high) / signal.scale).astype(np.int64)


def _speed_steps(kmh: Floats, history: CarHistory) -> Ints:
    """PID 0D is a whole number; some makers cut the decimals off."""
    model = MODELS.get(history.spec.model)
    cut = np.floor if model and model.floors_speed else np.round
    return np.clip(cut(kmh), 0, 255).astype(np.int64)


def _freeze(steps: Ints, aliases: tuple[str, ...], stuck: frozenset[str]) -> None:
    half = steps.shape[0] // 2
    for alias in stuck & set(aliases):
        steps[half:, aliases.index(alias)] = steps[half, aliases.index(alias)]


def _instants(epoch_ms: Ints, dongle: Dongle, rng: np.random.Generator) -> Ints:
    """The schedule of a small processor slips, never by as much as to change the order."""
    if not dongle.sins.jitter_ms:
        return epoch_ms
    slips = 10 * np.round(rng.normal(0, dongle.sins.jitter_ms / 10, epoch_ms.size))
    return epoch_ms + np.clip(slips, -400, 400).astype(np.int64)
