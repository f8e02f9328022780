"""The list of trips in the report."""


from health.distance import Mileage, trip_sigma
from health.figures import relative
from health.history import History
from health.policy import Policy
from schemas.report import Trip


def list_trips(history: History, mileage: Mileage, policy: Policy) -> list[Trip]:
    """Every kept trip, oldest first."""
    kept = [i for i, kept in enumerate(history.kept) if kept]
    sigma = policy.mileage.sigma_speed_scaled if mileage.scale else policy.mileage.sigma_speed
    starts, ends, idle = history.rows["start"], history.rows["end"], history.read("idle_s")
    return [
        Trip(
            start=starts[i], end=ends[i], idle_s=float(idle[i]),
            distance_km=relative(mileage.trip_km[i], trip_sigma(mileage.trip_source[i], sigma, policy.mileage),
                                 mileage.trip_source[i], "km"))
        for i in kept
    ]
