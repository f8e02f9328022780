"""All rows, and how they are shown."""

from collections.abc import Callable, Sequence
from pathlib import Path

from rich.table import Table

from dev.accuracy import fixes, jams, on_cars, on_cycles, simulated, speed
from dev.accuracy.recordings import Data
from dev.accuracy.rows import Figure, Row

Measure = Callable[[Data], Row]


def physics(_: Data) -> Row:
    """Goal 16."""
    return Row(16, "physics fuel against EPA unadjusted",
               missing="the EPA's list of tested cars: mass, drag, rolling resistance, power and consumption")


QUICK: tuple[Measure, ...] = (
    on_cycles.clean_distance, on_cycles.distorted_distance, on_cycles.floored_distance,
    on_cars.distance_of_published, fixes.speed_against_fixes, fixes.held_fixes, on_cars.trip_ends,
    on_cars.idle_seconds, on_cycles.highway_share, on_cycles.congested_time, jams.jam_measure, on_cars.speed_density,
    on_cars.absolute_load, on_cars.calculated_load, on_cars.diesels, physics, on_cycles.tyre_wear,
    simulated.gauge_readings, on_cycles.brake_energy, on_cars.oil_revolutions, on_cars.battery,
    on_cycles.harsh_events)
"""Goals 1 to 22, a few seconds together."""

ALL: tuple[Measure, ...] = (*QUICK, simulated.due_dates, speed.vehicle_year)
"""Goals 1 to 24."""


def measured(data: Data, measures: Sequence[Measure]) -> list[Row]:
    """Rows in order of their numbers."""
    return [measure(data) for measure in measures]


def printed(rows: Sequence[Row], folder: Path) -> Table:
    """One line per figure."""
    table = Table(title=f"Section 12 of the model notes, on {folder}")
    table.add_column("goal", justify="right")
    table.add_column("quantity", overflow="fold")
    table.add_column("figure", overflow="fold")
    for column in ("goal is", "ours", "verdict"):
        table.add_column(column, no_wrap=True, justify="right" if column != "verdict" else "left")
    for row in rows:
        _add(table, row)
    return table


def _add(table: Table, row: Row) -> None:
    words = row.quantity + (f" ({row.note})" if row.note else "")
    if row.missing:
        table.add_row(str(row.number), words, f"needs {row.missing}", "", "", row.verdict)
    for place, figure in enumerate(row.figures):
        head = (str(row.number), words) if place == 0 else ("", "")
        table.add_row(*head, figure.what, with_unit(figure.goal, figure), with_unit(f"{figure.value:.3g}", figure),
                      _verdict(row, figure, place))


def _verdict(row: Row, figure: Figure, place: int) -> str:
    """Of the row on its first line, then only of figures that miss their limit."""
    if place == 0:
        return row.verdict + (" (this one)" if not figure.met and row.verdict == "fail" else "")
    return "" if figure.met or not figure.limited else "fails"


def with_unit(words: str, figure: Figure) -> str:
    """Number or limit with its unit; ratios and counts have none."""
    return words if figure.unit == "1" or not words else f"{words} {figure.unit}"


def counted(rows: Sequence[Row]) -> str:
    """How many goals are met."""
    verdicts = [row.verdict for row in rows]
    missed = ", ".join(str(row.number) for row in rows if row.verdict == "fail")
    return (f"{verdicts.count('pass')} of {len(rows)} goals met, {verdicts.count('fail')} not ({missed or 'none'}), "
            f"{verdicts.count('not measurable')} not measurable with this data")
