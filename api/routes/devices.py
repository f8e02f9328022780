"""Devices, for who administers them: provisioning, revoking, passwords, certificates, and commands to them."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, Query, Request, Response, status
from starlette.datastructures import UploadFile

from api.access import Administering, Visit
from api.pages import Cursor, Limit, cut, number_in, time_in
from api.shapes.devices import (
    CertificateView,
    CertificateWish,
    CommandPage,
    CommandView,
    CommandWish,
    DeviceId,
    DevicePage,
    DeviceView,
    DeviceWish,
    FittingWish,
    GrantWish,
    ImportLine,
    ImportView,
    ProvisionedView,
)
from archive.fleet import certificates, commands, devices, inventory, provisioning, vehicles
from archive.fleet.device_import import DeviceImport, Outcome
from archive.fleet.devices import Grant, Standing
from archive.fleet.provisioning import Credentials, Provisioner, Scope, Wish
from archive.people import staff
from schemas import topics
from schemas.devices import DeviceFormat
from schemas.errors import InvalidInput, NotFound

router = APIRouter(prefix="/devices", tags=["devices"])
CSV = "text/csv"


@router.get("", summary="The devices of my stores")
def list_devices(visit: Administering, store_id: Annotated[int | None, Query(ge=1)] = None, limit: Limit = 50,
                 cursor: Cursor = None) -> DevicePage:
    """In the order they were provisioned, with loss, clock, grant and car."""
    with visit.transaction() as connection:
        found = inventory.entries(connection, store_id=store_id, after=number_in(cursor) or 0, limit=limit + 1)
        visit.note(connection, "device")
    page, next_cursor = cut(found, limit, lambda entry: entry.device_key)
    return DevicePage(items=[DeviceView.model_validate(entry) for entry in page], next_cursor=next_cursor)


@router.post("", summary="Provision a device", status_code=status.HTTP_201_CREATED,
             responses={200: {"model": ProvisionedView, "description": "it was there already, just like this"}})
def provision_device(wish: DeviceWish, visit: Administering, response: Response) -> ProvisionedView:
    """Name, shard, password and topics in one step. The broker lets it in within 5 s.

    The same wish again changes nothing, answers 200 and tells no password: who lost it rotates it. Another wish for the
    same name is a conflict; a name is never given twice, also after it was revoked.
    """
    with visit.transaction() as connection:
        done = Provisioner(connection, visit.house.shards).provide(_wish(connection, visit, wish))
        visit.note(connection, "device", done.device_key)
        told = _told(done, "added" if isinstance(done, Credentials) else "already")
        if wish.certificate and isinstance(done, Credentials):
            told.certificate = _certified(connection, visit, wish.device_id, None)
    if not isinstance(done, Credentials):
        response.status_code = status.HTTP_200_OK
    return told


async def _content(request: Request) -> bytes:
    """The file of a request: its body, or the first file of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=10) as form:
        for part in form.values():
            if isinstance(part, UploadFile):
                return await part.read()
    raise InvalidInput("file: the form has none")


@router.post("/import", summary="Provision many devices from a CSV file", openapi_extra={"requestBody": {"content": {
    CSV: {"schema": {"type": "string"}},
    "multipart/form-data": {"schema": {"type": "object", "properties": {
        "file": {"type": "string", "format": "binary"}}}}}}},
    response_model=ImportView, responses={200: {"model": ImportView, "content": {CSV: {}}}})
def import_devices(request: Request, visit: Administering,
                   content: Annotated[bytes, Depends(_content)]) -> ImportView | Response:
    """Columns: device_id, and if you like vehicle (VIN), format, store (code), reason, until (last day).

    Every line reports its outcome; bad ones are refused with field and reason, the good ones are done. Sending the file
    again adds nothing. `Accept: text/csv` gives the same as a table.
    """
    with visit.transaction() as connection:
        run = DeviceImport(connection, visit.vault, visit.house.shards, _scope(connection, visit)).run(content)
        outcomes = list(run)
        for one in outcomes:
            if one.credentials:
                visit.note(connection, "device", one.credentials.device_key)
    if request.headers.get("accept", "").startswith(CSV):
        return Response(_as_table(outcomes), media_type=CSV)
    counts = {word: sum(one.outcome == word for one in outcomes) for word in ("added", "already", "refused")}
    return ImportView(**counts, lines=[ImportLine.model_validate(one.row()) for one in outcomes])


@router.get("/{device_id}", summary="One device")
def read_device(device_id: DeviceId, visit: Administering) -> DeviceView:
    """How it is, why it may send, where it sits."""
    with visit.transaction() as connection:
        found = inventory.entry(connection, device_id)
        visit.note(connection, "device", found.device_key)
    return DeviceView.model_validate(found)


@router.post("/{device_id}/revoke", summary="Shut a device out for good")
def revoke_device(device_id: DeviceId, visit: Administering) -> DeviceView:
    """Its next message is refused, also while it is connected; the broker follows within 5 s. Again changes nothing."""
    with visit.transaction() as connection:
        device = provisioning.revoke(connection, visit.vault, device_id)
        visit.note(connection, "device", device.device_key)
        return DeviceView.model_validate(inventory.entry(connection, device_id))


@router.post("/{device_id}/password", summary="Give a device a new password")
def rotate_password(device_id: DeviceId, visit: Administering) -> ProvisionedView:
    """The old one ends within 5 s, also for a device that is connected; the new one is shown this once."""
    with visit.transaction() as connection:
        credentials = provisioning.rotate_password(connection, device_id)
        visit.note(connection, "device", credentials.device_key)
    return _told(credentials, "rotated")


@router.put("/{device_id}/fitting", summary="Put a device into another car, or into none")
def fit_device(device_id: DeviceId, wish: FittingWish, visit: Administering) -> DeviceView:
    """From now on; what it measured stays with the car it sat in. The store of the car administers it."""
    with visit.transaction() as connection:
        vehicle_id = _vehicle(connection, visit, wish)
        if vehicle_id is not None:
            _scope(connection, visit).store_for(connection, None, vehicle_id)
        device = provisioning.refit(connection, device_id, vehicle_id)
        visit.note(connection, "device", device.device_key)
        return DeviceView.model_validate(inventory.entry(connection, device_id))


@router.put("/{device_id}/grant", summary="Say why a device may send, and until when")
def grant_device(device_id: DeviceId, wish: GrantWish, visit: Administering) -> DeviceView:
    """From now on. When it ends the device is refused like a revoked one, until it is granted anew."""
    with visit.transaction() as connection:
        device = devices.grant(connection, device_id, Grant(wish.reason, wish.until))
        visit.note(connection, "device", device.device_key)
        return DeviceView.model_validate(inventory.entry(connection, device_id))


@router.post("/{device_id}/certificate", summary="Issue a client certificate", status_code=status.HTTP_201_CREATED)
def certify_device(device_id: DeviceId, wish: CertificateWish, visit: Administering) -> CertificateView:
    """With a fresh key, or for a key the device made itself. Revoking the device revokes all of its certificates."""
    with visit.transaction() as connection:
        return _certified(connection, visit, device_id, wish.request)


@router.post("/{device_id}/commands", summary="Tell a device to do something", status_code=status.HTTP_202_ACCEPTED)
def send_command(device_id: DeviceId, wish: CommandWish, visit: Administering) -> CommandView:
    """Sent within a second or two while the device's broker is reached; an expired command is never sent."""
    with visit.transaction() as connection:
        device = devices.in_service(connection, device_id)
        if device.format is not DeviceFormat.PITCALL:
            raise InvalidInput(f"device_id: {device.format.value} devices take no commands of ours")
        number = commands.send(connection, device.device_key, wish.type, wish.args,
                               datetime.now(UTC) + timedelta(seconds=wish.expires_in_s),
                               command_id=wish.command_id, staff_id=visit.actor.number)
        visit.note(connection, "device", device.device_key)
        (sent,) = commands.history(connection, device.device_key, command_id=number, limit=1)
    return CommandView.model_validate(sent)


@router.get("/{device_id}/commands", summary="What a device was told, newest first")
def list_commands(device_id: DeviceId, visit: Administering, limit: Limit = 50, cursor: Cursor = None) -> CommandPage:
    """With the state of each and the reply."""
    with visit.transaction() as connection:
        device = devices.standing(connection, device_id)
        found = commands.history(connection, device.device_key, before=time_in(cursor), limit=limit + 1)
        visit.note(connection, "device", device.device_key)
    page, next_cursor = cut(found, limit, lambda one: one.created_at.isoformat())
    return CommandPage(items=[CommandView.model_validate(one) for one in page], next_cursor=next_cursor)


def _wish(connection: psycopg.Connection, visit: Visit, wish: DeviceWish) -> Wish:
    vehicle_id = _vehicle(connection, visit, wish)
    store_id = _scope(connection, visit).store_for(connection, wish.store_id, vehicle_id)
    return Wish(wish.device_id, wish.format, store_id, vehicle_id, Grant(wish.grant.reason, wish.grant.until))


def _vehicle(connection: psycopg.Connection, visit: Visit, wish: FittingWish) -> int | None:
    if wish.vehicle_id is not None and wish.vin is not None:
        raise InvalidInput("vin: say the car once")
    if wish.vin is None:
        return wish.vehicle_id
    vehicle_id = vehicles.by_vin(connection, visit.vault, wish.vin)
    if vehicle_id is None:
        raise NotFound
    return vehicle_id


def _scope(connection: psycopg.Connection, visit: Visit) -> Scope:
    return Scope(staff.administered(connection, visit.actor.number))


def _told(done: Credentials | Standing, outcome: str) -> ProvisionedView:
    return ProvisionedView.model_validate({
        "outcome": outcome, "device_id": done.device_id, "user": done.device_id, "shard": done.shard,
        "password": done.password if isinstance(done, Credentials) else None, "format": done.format,
        "broker": done.broker if isinstance(done, Credentials) else None,
        "topics": topics.of_device(done.format, done.shard, done.device_id)})


def _certified(connection: psycopg.Connection, visit: Visit, device_id: str, request: str | None) -> CertificateView:
    device = devices.standing(connection, device_id)
    issued = certificates.issue(connection, visit.vault, device, request)
    visit.note(connection, "device", device.device_key)
    return CertificateView.model_validate(issued)


def _as_table(outcomes: list[Outcome]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Outcome(0, "", "").row()))
    writer.writeheader()
    writer.writerows(one.row() for one in outcomes)
    return out.getvalue()
