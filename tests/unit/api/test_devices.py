"""Devices at the API: provisioned once, told once, seen by who administers their store and by nobody else."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.guards import BODY_LIMIT
from archive.fleet import certificates, devices
from archive.people import staff
from archive.people.actors import Actor
from schemas.workshop import Role
from tests.archive.people.town import PASSWORD_HASH, fitted_device
from tests.unit.api.doors import Door, TestClient, body


@pytest.fixture
def admin(door: Door) -> TestClient:
    """The administrator of the northern store."""
    return door.as_(door.town.administrator)


@pytest.fixture
def southern(door: Door) -> TestClient:
    """The administrator of the southern store."""
    with door.town.database.connect() as connection:
        number = staff.add(connection, login="south", password_hash=PASSWORD_HASH, name="south",
                           roles=[(door.town.south, Role.ADMINISTRATOR)])
    return door.as_(Actor("staff", number))


def names(client: TestClient) -> list[str]:
    return [item["device_id"] for item in body(client.get("/v1/devices"))["items"]]


def test_a_device_is_provisioned_once_and_told_once(door: Door, admin: TestClient, southern: TestClient) -> None:
    wish = {"device_id": "fresh-1", "grant": {"reason": "demo", "until": "2036-01-01T00:00:00Z"}}
    told = body(admin.post("/v1/devices", json=wish), 201)
    assert (told["outcome"], told["user"], told["shard"]) == ("added", "fresh-1", "s00")
    assert told["topics"]["down"]["receipt"] == "pitcall/v1/s00/fresh-1/down/receipt"
    assert len(told["password"]) >= 24
    again = body(admin.post("/v1/devices", json=wish))
    assert (again["outcome"], again["password"]) == ("already", None)
    for other in ({"device_id": "FRESH-1"}, {"device_id": "fresh-1", "format": "wican"}):
        assert admin.post("/v1/devices", json=other).status_code == 409
    elsewhere = southern.post("/v1/devices", json={"device_id": "fresh-1"})
    assert body(elsewhere, 409)["detail"] == "device_id: the name is taken"
    assert [client.get("/v1/devices/fresh-1").status_code for client in (admin, southern)] == [200, 404]
    kept = str(door.town.rows("SELECT * FROM device"))
    assert told["password"] not in kept


def test_a_device_goes_to_the_store_of_its_car(door: Door, admin: TestClient, southern: TestClient) -> None:
    zhang, li = door.town.zhang, door.town.li
    door.town.change("UPDATE fitting SET during = tstzrange(lower(during), now())")
    assert southern.post("/v1/devices", json={"device_id": "x1", "vehicle_id": zhang.vehicle_id}).status_code == 404
    assert southern.post("/v1/devices", json={"device_id": "x1", "vin": "LSVAA4182E2000001"}).status_code == 404
    assert southern.post("/v1/devices", json={"device_id": "x1", "store_id": door.town.north}).status_code == 404
    body(admin.post("/v1/devices", json={"device_id": "x1", "vin": "LSVAA4182E2000001"}), 201)
    taken = admin.post("/v1/devices", json={"device_id": "x2", "vehicle_id": zhang.vehicle_id})
    assert body(taken, 409)["detail"] == "vehicle: it has another device"
    seen = body(admin.get("/v1/devices/x1"))
    assert (seen["vehicle_id"], seen["store_id"]) == (zhang.vehicle_id, door.town.north)
    body(southern.post("/v1/devices", json={"device_id": "y1", "vehicle_id": li.vehicle_id}), 201)
    assert "x1" not in names(southern)
    assert "y1" not in names(admin)


def test_a_car_changes_its_device_and_a_device_its_car(door: Door, admin: TestClient, southern: TestClient) -> None:
    zhang, li = door.town.zhang, door.town.li
    old = f"dongle-{zhang.vehicle_id}"
    body(admin.post("/v1/devices", json={"device_id": "successor"}), 201)
    path, car = "/v1/devices/successor/fitting", {"vehicle_id": zhang.vehicle_id}
    assert body(admin.put(path, json=car), 409)["detail"] == "vehicle: it has another device"
    assert admin.put(path, json={"vehicle_id": li.vehicle_id}).status_code == 404
    assert southern.put(path, json={"vehicle_id": li.vehicle_id}).status_code == 404
    assert body(admin.post(f"/v1/devices/{old}/revoke"))["vehicle_id"] is None
    fitted = [body(admin.put(path, json=car))["fitted_from"] for _ in range(2)]
    assert fitted[0] == fitted[1], "saying it again changes nothing"
    assert body(admin.put(path, json={}))["vehicle_id"] is None
    kept = door.town.rows("SELECT device_id, upper_inf(during) FROM fitting JOIN device USING (device_key) "
                          "WHERE vehicle_id = %s ORDER BY fitting_id", zhang.vehicle_id)
    assert kept == [(old, False), ("successor", False)]
    assert admin.put(f"/v1/devices/{old}/fitting", json={}).status_code == 409


@pytest.mark.parametrize("wrong", [
    {"device_id": "a/b"}, {"device_id": "+"}, {"device_id": ""}, {"device_id": "ingest-s00"},
    {"device_id": "x", "format": "fax"}, {"device_id": "x", "grant": {"until": "2020-01-01T00:00:00Z"}},
    {"device_id": "x", "password": "mine"}, {"device_id": "x", "vehicle_id": 1, "vin": "L"}])
def test_what_cannot_be_is_refused_before_anything_is_done(door: Door, wrong: dict[str, object]) -> None:
    before = door.town.rows("SELECT count(*) FROM device")
    assert door.as_(door.town.administrator).post("/v1/devices", json=wrong).status_code == 422
    assert door.town.rows("SELECT count(*) FROM device") == before


def test_new_password_new_grant_and_the_end(door: Door, admin: TestClient, southern: TestClient) -> None:
    first = body(admin.post("/v1/devices", json={"device_id": "aging"}), 201)
    second = body(admin.post("/v1/devices/aging/password"))
    assert (second["outcome"], first["password"] != second["password"]) == ("rotated", True)
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    assert body(admin.put("/v1/devices/aging/grant", json={"reason": "loan", "until": until}))["granted_for"] == "loan"
    changes = [("POST", "/v1/devices/aging/revoke"), ("POST", "/v1/devices/aging/password"),
               ("PUT", "/v1/devices/aging/grant"), ("POST", "/v1/devices/aging/certificate"),
               ("POST", "/v1/devices/aging/commands")]
    for method, path in changes:
        wish = {"type": "reboot"} if path.endswith("commands") else {}
        assert southern.request(method, path, json=wish).status_code == 404
    assert body(admin.post("/v1/devices/aging/revoke"))["may_send"] is False
    assert body(admin.post("/v1/devices/aging/revoke"))["may_send"] is False
    assert {admin.request(method, path, json={}).status_code for method, path in changes[1:4]} == {409}
    assert admin.post("/v1/devices", json={"device_id": "aging"}).status_code == 409
    assert admin.post("/v1/devices/aging/commands", json={"type": "reboot"}).status_code == 409
    with door.town.database.connect("ingest") as connection:
        assert devices.known(connection, ["aging"]) == []
        assert "aging" in devices.lately_shut_out(connection)
    done = [action for (action,) in door.town.rows(
        "SELECT action FROM audit WHERE object_kind = 'device' AND actor_id = %s AND allowed ORDER BY audit_id",
        door.town.administrator.number)]
    assert done == ["provision_device", "rotate_password", "grant_device", "revoke_device", "revoke_device"]
    refused = door.town.rows("SELECT DISTINCT object_kind FROM audit WHERE NOT allowed")
    assert ("device aging",) in refused


def test_a_certificate_is_issued_and_revoked_with_the_device(door: Door, admin: TestClient) -> None:
    body(admin.post("/v1/devices", json={"device_id": "signed"}), 201)
    assert admin.post("/v1/devices/signed/certificate", json={}).status_code == 404, "no authority yet"
    with door.town.database.connect() as connection:
        certificates.found(connection, door.town.vault)
    ours = body(admin.post("/v1/devices/signed/certificate", json={}), 201)
    key = ec.generate_private_key(ec.SECP256R1())
    pretended = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody-else")])
    asked = x509.CertificateSigningRequestBuilder().subject_name(pretended).sign(key, hashes.SHA256())
    pem = asked.public_bytes(serialization.Encoding.PEM).decode()
    theirs = body(admin.post("/v1/devices/signed/certificate", json={"request": pem}), 201)
    assert (ours["key"] is None, theirs["key"]) == (False, None)
    for told in (ours, theirs):
        read = x509.load_pem_x509_certificate(told["certificate"].encode())
        read.verify_directly_issued_by(x509.load_pem_x509_certificate(told["authority"].encode()))
        assert read.subject.rfc4514_string() == "CN=signed"
    assert admin.post("/v1/devices/signed/certificate", json={"request": "rubbish"}).status_code == 422
    assert body(admin.get("/v1/devices/signed"))["certificates"] == 2
    body(admin.post("/v1/devices/signed/revoke"))
    with door.town.database.connect("ingest") as connection:
        checks = certificates.for_the_broker(connection)
        assert checks is not None
        assert len(list(x509.load_pem_x509_crl(checks.revoked.encode()))) == 2
        assert certificates.shut_out(connection, "main") == ["signed"]


def test_the_list_of_revoked_certificates_is_one_for_all_stores(door: Door, admin: TestClient,
                                                                southern: TestClient) -> None:
    with door.town.database.connect() as connection:
        certificates.found(connection, door.town.vault)
    for client, name in ((admin, "north-1"), (southern, "south-1")):
        body(client.post("/v1/devices", json={"device_id": name, "certificate": True}), 201)
        body(client.post(f"/v1/devices/{name}/revoke"))
    with door.town.database.connect() as connection:
        checks = certificates.for_the_broker(connection)
    assert checks is not None
    assert len(list(x509.load_pem_x509_crl(checks.revoked.encode()))) == 2


FILE = "device_id,vehicle,store\nbulk-1,LSVAA4182E2000002,\nbulk-2,,N\nbulk-3,,S\na b,,\n"


def test_a_file_reports_every_line_and_knows_whose_stores_they_are(door: Door, admin: TestClient) -> None:
    plain = body(admin.post("/v1/devices/import", content=FILE, headers={"content-type": "text/csv"}))
    assert [(line["outcome"], line["field"]) for line in plain["lines"]] == [
        ("refused", "vehicle"), ("added", None), ("refused", "store"), ("refused", "device_id")]
    assert (plain["added"], plain["already"], plain["refused"]) == (1, 0, 3)
    form = admin.post("/v1/devices/import", files={"file": ("devices.csv", FILE, "text/csv")},
                      headers={"accept": "text/csv"})
    lines = list(csv.DictReader(io.StringIO(form.text)))
    assert [line["outcome"] for line in lines] == ["refused", "already", "refused", "refused"]
    assert admin.post("/v1/devices/import", content="name\nx\n").status_code == 422
    assert admin.post("/v1/devices/import", files={}, data={"x": "y"}).status_code == 422
    many = "device_id\n" + "".join(f"mass-{number:050}\n" for number in range(1_500))
    assert len(many) > BODY_LIMIT
    assert body(admin.post("/v1/devices/import", content=many))["added"] == 1_500


def test_a_page_of_devices_leads_to_the_next(door: Door, admin: TestClient) -> None:
    for number in range(4):
        body(admin.post("/v1/devices", json={"device_id": f"page-{number}"}), 201)
    seen, cursor = [], None
    while True:
        page = body(admin.get("/v1/devices", params={"limit": 2} | ({"cursor": cursor} if cursor else {})))
        seen += [item["device_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"dongle-{door.town.zhang.vehicle_id}", *(f"page-{number}" for number in range(4))]


def test_commands_wait_expire_and_are_one_however_often_asked(door: Door, admin: TestClient) -> None:
    body(admin.post("/v1/devices", json={"device_id": "told"}), 201)
    path, number = "/v1/devices/told/commands", str(uuid4())
    wish = {"command_id": number, "type": "reboot", "args": {"delay_s": 5}}
    first, second = (body(admin.post(path, json=wish), 202) for _ in range(2))
    assert first == second
    assert (first["state"], first["sent_at"]) == ("waiting", None)
    assert admin.post(path, json=wish | {"type": "locate"}).status_code == 409
    body(admin.post(path, json={"type": "locate", "expires_in_s": 1}), 202)
    door.town.change("UPDATE command SET expires_at = now() - INTERVAL '1 s' WHERE type = 'locate'")
    page = body(admin.get(path, params={"limit": 1}))
    assert [one["state"] for one in page["items"]] == ["expired"]
    assert [one["type"] for one in body(admin.get(path, params={"cursor": page["next_cursor"]}))["items"]] == ["reboot"]
    for wrong in ({"type": ""}, {"type": "x", "expires_in_s": 0}, {"type": "a b"}, {"type": "x", "extra": 1}):
        assert admin.post(path, json=wrong).status_code == 422
    body(admin.post("/v1/devices", json={"device_id": "foreign-1", "format": "ovms"}), 201)
    assert admin.post("/v1/devices/foreign-1/commands", json={"type": "reboot"}).status_code == 422


def test_only_its_administrator_sees_a_device(door: Door) -> None:
    town = door.town
    for who in (town.advisor, town.manager, town.zhang.actor):
        assert door.as_(who).get("/v1/devices").status_code == 403
    with town.database.connect() as connection:
        fitted_device(connection, _another_car(door), "nobodys")
    town.change("UPDATE device SET store_id = NULL WHERE device_id = 'nobodys'")
    assert "nobodys" not in names(door.as_(town.administrator))


def _another_car(door: Door) -> int:
    [[number]] = door.town.rows(
        "INSERT INTO vehicle (store_id, data_key_id) SELECT store_id, data_key_id FROM vehicle LIMIT 1 "
        "RETURNING vehicle_id")
    assert isinstance(number, int)
    return number
