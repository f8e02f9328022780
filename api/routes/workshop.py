"""What the workshop did to a car, so that health learns from it, and the maintenance rules of a store."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from api.access import Managing, Serving, Visit
from api.shapes.forms import Number
from api.shapes.workshop import Item, Recorded, RuleForm, Rules, RuleView, WorkshopVisit
from archive.fleet import garage
from archive.people.actors import MANAGING, SERVING
from archive.workshop import measurements, odometers, rules, services, tyres
from archive.workshop.measurements import Measurement
from archive.workshop.odometers import Correction
from archive.workshop.rules import Rule
from archive.workshop.tyres import TyreChange
from schemas.errors import NotFound
from schemas.vehicle import TYR_NEW, Axle

router = APIRouter(tags=["workshop"])


@router.post("/vehicles/{vehicle_id}/workshop-visits", status_code=status.HTTP_201_CREATED,
             summary="Record what a visit found and did")
def record_visit(vehicle_id: Number, found: WorkshopVisit, visit: Serving) -> Recorded:
    """Readings teach health the car's own wear, services start their intervals anew and close what they covered."""
    with visit.transaction() as connection:
        garage.require_in_full(connection, vehicle_id)
        corrected = _correction(vehicle_id, found, visit)
        changed = _tyre_change(vehicle_id, found, visit)
        answer = Recorded(
            measurements=sum(measurements.add(connection, one) for one in _depths(vehicle_id, found, visit)),
            services=services.complete(connection, vehicle_id, found.done, found.done_on, found.odometer_km,
                                       axles=_axles(found)),
            tyre_changes=int(tyres.change(connection, changed)) if changed else 0,
            odometer_corrections=int(odometers.correct(connection, corrected)) if corrected else 0)
        visit.note(connection, "vehicle", vehicle_id)
    return answer


@router.get("/stores/{store_id}/maintenance-rules", summary="When what falls due")
def list_rules(store_id: Number, visit: Serving) -> Rules:
    """The default catalogue's rules and the store's own."""
    with visit.transaction() as connection:
        rules.require_role(connection, store_id, SERVING)
        return Rules(items=[RuleView.model_validate(rule) for rule in rules.of_store(connection, store_id)])


@router.put("/stores/{store_id}/maintenance-rules/{item}", summary="Set the store's own rule")
def put_rule(store_id: Number, item: Annotated[Item, Path()], rule: RuleForm, visit: Managing) -> Rules:
    """Its cars are looked at again at once; a rule for the whole store holds for the cars the item is for at all."""
    rule.require_sense(item)
    with visit.transaction() as connection:
        rules.require_role(connection, store_id, MANAGING)
        rules.put(connection, store_id, Rule(item, **rule.model_dump()))
        visit.note(connection, "store", store_id)
        return Rules(items=[RuleView.model_validate(one) for one in rules.of_store(connection, store_id)])


@router.delete("/stores/{store_id}/maintenance-rules/{item}", status_code=status.HTTP_204_NO_CONTENT,
               summary="Drop the store's own rule")
def drop_rule(store_id: Number, item: Annotated[Item, Path()], visit: Managing,
              make: Annotated[str | None, Query(max_length=60)] = None,
              model: Annotated[str | None, Query(max_length=60)] = None) -> None:
    """The wider rule holds again; 404 where there is none to drop."""
    with visit.transaction() as connection:
        rules.require_role(connection, store_id, MANAGING)
        if not rules.drop(connection, store_id, item, make, model):
            raise NotFound
        visit.note(connection, "store", store_id)


def _depths(vehicle_id: int, found: WorkshopVisit, visit: Visit) -> list[Measurement]:
    return [Measurement(vehicle_id, one.kind, one.axle, one.value_mm, found.at, found.odometer_km, visit.actor.number)
            for one in found.measurements]


def _tyre_change(vehicle_id: int, found: WorkshopVisit, visit: Visit) -> TyreChange | None:
    one = found.tyres
    if one is None:
        return None
    return TyreChange(vehicle_id, one.kind, found.at, one.set_name, one.winter, one.axle, one.moved, one.new_mm,
                      found.odometer_km, visit.actor.number)


def _axles(found: WorkshopVisit) -> dict[str, Axle]:
    return {TYR_NEW: found.replaced} if found.replaced else {}


def _correction(vehicle_id: int, found: WorkshopVisit, visit: Visit) -> Correction | None:
    one = found.odometer_correction
    if one is None:
        return None
    return Correction(vehicle_id, found.at, one.shown_km, one.true_km, one.reason, visit.actor.number)
