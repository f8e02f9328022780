"""Speed and acceleration density: the driver's signature."""

from pathlib import Path
from typing import Any

import numpy as np

from health.density import Density
from health.policy import DEFAULT
from health.shell.pictures.canvas import RED, picture, say_nothing_to_draw


def draw(density: Density | None, vehicle: str, path: Path) -> Path:
    """Minutes spent at each speed and acceleration, with the thresholds of harsh braking and accelerating."""
    with picture(path) as axes:
        axes.set_title(f"{vehicle}: how it is driven")
        if density is None or not density.seconds.any():
            say_nothing_to_draw(axes, "no speed second by second")
            return path
        from matplotlib.colors import LogNorm

        minutes = np.where(density.seconds > 0, density.seconds / 60, np.nan).T
        mesh = axes.pcolormesh(density.speed_kmh, density.accel_m_s2, minutes, norm=LogNorm(), cmap="viridis")
        axes.figure.colorbar(mesh, ax=axes, label="minutes (logarithmic)", format="%g")
        _thresholds(axes)
        axes.set_xlabel("speed [km/h]")
        axes.set_ylabel("acceleration [m/s²]")
    return path


def _thresholds(axes: Any) -> None:  # noqa: ANN401
    limits = DEFAULT.events.threshold_m_s2
    for at, words in ((limits["accel"], "harsh acceleration"), (-limits["brake"], "harsh braking")):
        axes.axhline(at, color=RED, linewidth=1, linestyle=(0, (6, 4)))
        axes.annotate(words, (0.995, at), xycoords=("axes fraction", "data"), ha="right", color=RED, fontsize=9,
                      va="bottom" if at > 0 else "top")
