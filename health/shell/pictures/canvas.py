"""Paper and ink of all pictures; the only place that knows the optional matplotlib."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from schemas.errors import ConfigurationError

BLUE, ORANGE, GREY, RED, INK = "#2f6c9e", "#d9822b", "#8a8f98", "#b3382c", "#2b2f36"
ROAD_COLOURS = {"highway": "#2f6c9e", "urban": "#7fb069", "congested": "#d9822b", "standing": "#8a8f98"}
"""Distinguishable also for the colour-blind and in grey print."""

_STYLE = {
    "font.size": 10, "axes.titlesize": 12, "axes.titlelocation": "left", "axes.titleweight": "bold",
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": INK,
    "axes.grid": True, "grid.color": "#e3e5e8", "grid.linewidth": 0.8, "axes.axisbelow": True,
    "xtick.color": INK, "ytick.color": INK, "text.color": INK, "legend.frameon": False, "figure.dpi": 130,
}


@contextmanager
def picture(path: Path, *, rows: int = 1, columns: int = 1, **layout: object) -> Iterator[Any]:
    """A figure of 9 x 5 inches that is saved as `path` at the end of the block; yields its axes.

    Raises ConfigurationError where matplotlib is not installed.
    """
    pyplot = _pyplot()
    with pyplot.rc_context(_STYLE):
        figure, axes = pyplot.subplots(rows, columns, figsize=(9, 5), layout="constrained", **layout)
        try:
            yield axes
            figure.savefig(path)
        finally:
            pyplot.close(figure)


def say_nothing_to_draw(axes: Any, reason: str) -> None:  # noqa: ANN401  matplotlib is optional, its types too
    """A picture that says why it is empty is better than none."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, reason, ha="center", va="center", color=GREY, transform=axes.transAxes)


def by_date(axes: Any) -> None:  # noqa: ANN401
    """Dates along the bottom, as few words as will do."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator: Any = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _pyplot() -> Any:  # noqa: ANN401
    try:
        import matplotlib
    except ImportError as missing:
        raise ConfigurationError("--plot needs matplotlib: pip install 'pitcall[plot]'") from missing
    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot
