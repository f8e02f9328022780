"""Drawings of a report, for the curious; needs the optional matplotlib."""

from pathlib import Path
from types import ModuleType

from schemas.errors import ConfigurationError
from schemas.report import Assessment, VehicleReport


def draw(assessment: Assessment, folder: Path) -> list[Path]:
    """Draw distance and consumption of the trips of every vehicle into `folder`, one PNG each."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_draw(report, folder) for report in assessment.vehicles if report.trips]


def _draw(report: VehicleReport, folder: Path) -> Path:
    figure, (distance, fuel) = _pyplot().subplots(2, 1, sharex=True, figsize=(9, 5))
    starts = [trip.start for trip in report.trips]
    distance.stem(starts, [trip.distance_km.value if trip.distance_km else 0.0 for trip in report.trips])
    distance.set_ylabel("km")
    fuel.stem(starts, [trip.fuel_l.value if trip.fuel_l else 0.0 for trip in report.trips])
    fuel.set_ylabel("L")
    figure.autofmt_xdate()
    path = folder / f"{''.join(c if c.isalnum() or c in '-_' else '_' for c in report.vehicle)}.png"
    figure.savefig(path)
    _pyplot().close(figure)
    return path


def _pyplot() -> ModuleType:
    try:
        import matplotlib
    except ImportError as missing:
        raise ConfigurationError("--plot needs matplotlib: pip install 'pitcall[plot]'") from missing
    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot
