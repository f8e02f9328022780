"""Vehicles: the list, one car, its live state, trips, health and what is due."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Anybody, OwnerOrServing
from api.pages import Cursor, Limit, cut, day_in, number_in, time_in
from api.shapes.forms import Number
from api.shapes.vehicles import (
    DueList,
    DueView,
    HealthView,
    LiveView,
    TripPage,
    TripView,
    VehiclePage,
    VehicleView,
    WeekPage,
)
from archive.fleet import condition, garage, journeys
from archive.workshop import desk
from schemas.errors import NotFound
from schemas.report import VehicleReport
from schemas.report_use import Week
from schemas.workshop import DueState

router = APIRouter(prefix="/vehicles", tags=["vehicles"])

STILL_TO_DO = [DueState.OPEN, DueState.BOOKED]


@router.get("", summary="My vehicles, or those of my stores")
def list_vehicles(visit: Anybody, limit: Limit = 50, cursor: Cursor = None) -> VehiclePage:
    """By number, page by page."""
    with visit.transaction() as connection:
        found = garage.vehicles(connection, visit.vault, after=number_in(cursor) or 0, limit=limit + 1)
        page, next_cursor = cut(found, limit, lambda car: car.vehicle_id)
        visit.note(connection, "vehicle")
    return VehiclePage(items=[VehicleView.model_validate(car) for car in page], next_cursor=next_cursor)


@router.get("/{vehicle_id}", summary="One vehicle")
def read_vehicle(vehicle_id: Number, visit: Anybody) -> VehicleView:
    """With VIN and plate, in full for its owner and for those who serve him."""
    with visit.transaction() as connection:
        found = garage.vehicle(connection, visit.vault, vehicle_id)
        visit.note(connection, "vehicle", vehicle_id)
    return VehicleView.model_validate(found)


@router.get("/{vehicle_id}/live", summary="The car now")
def read_live_state(vehicle_id: Number, visit: OwnerOrServing) -> LiveView:
    """Each signal with its own age. Staff never see where the car is."""
    with visit.transaction() as connection:
        found = condition.live(connection, vehicle_id)
        visit.note(connection, "position" if found.position_shown else "vehicle", vehicle_id)
    return LiveView.model_validate(found)


@router.get("/{vehicle_id}/trips", summary="Trips, newest first")
def list_trips(vehicle_id: Number, visit: OwnerOrServing, limit: Limit = 50, cursor: Cursor = None) -> TripPage:
    """Trips stay with the person who owned the car then: a former owner still sees his, the next one does not."""
    with visit.transaction() as connection:
        found = journeys.journeys(connection, vehicle_id, before=time_in(cursor), limit=limit + 1)
        page, next_cursor = cut(found, limit, lambda trip: trip.started_at.isoformat())
        visit.note(connection, "vehicle", vehicle_id)
    return TripPage(items=[TripView.model_validate(trip) for trip in page], next_cursor=next_cursor)


@router.get("/{vehicle_id}/weeks", summary="Weeks of use, newest first")
def list_weeks(vehicle_id: Number, visit: OwnerOrServing, limit: Limit = 50, cursor: Cursor = None) -> WeekPage:
    """Distance, fuel, idling, congestion and cold starts by week, from Monday in the store's zone.

    Weeks stay with the person like trips; one in which the car changed hands is shown to nobody.
    """
    with visit.transaction() as connection:
        found = journeys.weeks(connection, vehicle_id, before=day_in(cursor), limit=limit + 1)
        page, next_cursor = cut(found, limit, lambda week: week.monday.isoformat())
        visit.note(connection, "vehicle", vehicle_id)
    return WeekPage(items=[Week.model_validate(week.figures) for week in page], next_cursor=next_cursor)


@router.get("/{vehicle_id}/health", summary="The health report")
def read_health(vehicle_id: Number, visit: OwnerOrServing) -> HealthView:
    """As stored, with its age; 404 while the car has none."""
    with visit.transaction() as connection:
        found = condition.report(connection, vehicle_id)
        visit.note(connection, "vehicle", vehicle_id)
    if found is None:
        raise NotFound
    return HealthView(vehicle_id=vehicle_id, as_of=found.as_of, age_s=found.age_s, model_version=found.model_version,
                      report=VehicleReport.model_validate(found.body))


@router.get("/{vehicle_id}/due-items", summary="What is due, soonest first")
def list_due_items(vehicle_id: Number, visit: OwnerOrServing,
                   state: Annotated[list[DueState], Query()] = STILL_TO_DO) -> DueList:
    """Open and booked items unless other states are asked for."""
    with visit.transaction() as connection:
        garage.require_in_full(connection, vehicle_id)
        found = desk.due_items(connection, vehicle_id, state)
        visit.note(connection, "vehicle", vehicle_id)
    return DueList(items=[DueView.model_validate(due) for due in found])
