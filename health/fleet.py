"""Fleet: this car beside others of the same model, whose figures come in as facts."""

from health.figures import Reasons, relative
from schemas.quantity import Q, Quantity, Unknown
from schemas.report import FleetComparison, FleetFigure
from schemas.vehicle import FleetQuantiles, VehicleFacts

FIGURES = tuple(name for name in FleetComparison.model_fields if name != "cars")


def compared(facts: VehicleFacts, fuel_l_per_100km: Q, front: Q, rear: Q) -> tuple[FleetComparison, Reasons]:
    """Fuel per distance and tyre wear of each axle beside the median of the model.

    The ratio carries the car's own uncertainty; that of a median of ten cars or more is small beside it.
    """
    reasons: Reasons = {"fleet": Unknown.FEW_CARS}
    if facts.fleet is None:
        return FleetComparison(), reasons
    own = {"fuel_l_per_100km": fuel_l_per_100km, "front_mm_per_1000km": front, "rear_mm_per_1000km": rear}
    figures = {name: _figure(getattr(facts.fleet, name), own[name]) for name in FIGURES}
    reasons |= {f"fleet.{name}.ratio": Unknown.NO_DATA for name in FIGURES if own[name] is None}
    return FleetComparison(cars=facts.fleet.cars, **figures), reasons


def _figure(others: FleetQuantiles | None, own: Q) -> FleetFigure:
    if others is None:
        return FleetFigure()
    unit = own.unit if own else ""
    fleet = Quantity(value=others.median, low=others.low, high=others.high, source="fleet", unit=unit)
    if own is None or others.median <= 0:
        return FleetFigure(fleet=fleet)
    ratio = relative(own.value / others.median, 0.0, own.source, "1")
    bounds = {"low": own.low / others.median, "high": own.high / others.median}
    return FleetFigure(fleet=fleet, ratio=ratio and ratio.model_copy(update=bounds))
