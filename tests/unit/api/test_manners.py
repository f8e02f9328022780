"""How the API answers: problems in two languages, limits on size, headers, health of the process, the description."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from api.application import create_app
from api.language import Language, preferred
from api.senders import LogSender
from archive.database.connecting import open_pool
from archive.database.sealing import Vault
from archive.people.customers import Customer
from schemas.settings import Settings
from tests.archive.people.town import ZHANG_PHONE
from tests.stage.processes import free_port
from tests.unit.api.doors import Door, Pigeon, TestClient, body


@pytest.mark.parametrize(("asked", "language"), [
    ("", Language.ZH), ("en", Language.EN), ("en-GB,zh;q=0.8", Language.EN), ("zh-CN,en", Language.ZH),
    ("de", Language.ZH), ("de,en;q=0.5,zh;q=0.4", Language.EN), ("en;q=0", Language.ZH), (";;,q=x", Language.ZH)])
def test_the_best_language_of_ours(asked: str, language: Language) -> None:
    assert preferred(asked) is language


def test_a_problem_speaks_the_language_asked_for(shared_door: Door) -> None:
    owner = shared_door.as_(shared_door.town.zhang.actor)
    english = owner.get("/v1/vehicles/999999")
    chinese = owner.get("/v1/vehicles/999999", headers={"accept-language": "zh-CN"})
    assert english.headers["content-type"] == "application/problem+json"
    assert english.json() == {"type": "urn:pitcall:problem:not-found", "title": "Not found", "status": 404}
    assert chinese.json()["title"] == "没有找到"


def test_a_wrong_field_is_named_but_not_repeated(shared_door: Door) -> None:
    problem = body(shared_door.visitor().post("/v1/auth/code", json={"phone": "138", "extra": "secret"}), 422)
    assert {error["where"] for error in problem["errors"]} == {"body.phone", "body.extra"}
    assert "secret" not in str(problem)


def test_unknown_addresses_and_methods_are_problems_too(shared_door: Door) -> None:
    assert body(shared_door.visitor().get("/v1/nothing"), 404)["type"] == "urn:pitcall:problem:not-found"
    assert body(shared_door.visitor().put("/v1/vehicles"), 405)["type"] == "urn:pitcall:problem:method-not-allowed"


def test_a_large_body_is_refused_announced_or_not(shared_door: Door) -> None:
    large = b'{"phone": "' + b"1" * 100_000 + b'"}'
    announced = shared_door.visitor().post("/v1/auth/code", content=large)
    chunked = shared_door.visitor().post("/v1/auth/code", content=_pieces(large))
    form = shared_door.visitor().post("/v1/auth/token", content=large,
                               headers={"content-type": "application/x-www-form-urlencoded"})
    assert {announced.status_code, chunked.status_code, form.status_code} == {413}


def _pieces(large: bytes) -> Iterator[bytes]:
    yield from (large[start:start + 10_000] for start in range(0, len(large), 10_000))


def test_every_answer_carries_the_safe_headers(shared_door: Door) -> None:
    for answer in map(shared_door.visitor().get, ("/healthz", "/v1/me", "/v1/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_alive_ready_and_counting(door: Door) -> None:
    assert body(door.visitor().get("/healthz")) == {"status": "alive"}
    assert body(door.visitor().get("/readyz")) == {"status": "ready"}
    door.as_(door.town.zhang.actor).get(f"/v1/vehicles/{door.town.zhang.vehicle_id}")
    assert door.visitor().get("/metrics").status_code == 404
    counted = door.visitor(host="127.0.0.1").get("/metrics").text
    assert 'api_answers_total{method="GET",route="read_vehicle",status="200"} 1.0' in counted


def test_not_ready_while_a_migration_is_missing(door: Door) -> None:
    door.town.change("DELETE FROM migration WHERE name = '0020_people_access'")
    assert door.visitor().get("/readyz").status_code == 503


@pytest.fixture
def orphan(master_key: str) -> Iterator[FastAPI]:
    """An application whose database is away."""
    settings = Settings(master_key=SecretStr(master_key))
    with open_pool(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing", name="test", size=1) as pool:
        pool.timeout = 0.2
        yield create_app(pool, Vault(master_key), settings, Pigeon())


def test_while_the_database_is_away(orphan: FastAPI) -> None:
    client = TestClient(orphan, raise_server_exceptions=False)
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    answer = client.post("/v1/auth/code", json={"phone": ZHANG_PHONE})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"] == "urn:pitcall:problem:unavailable"


def test_a_bug_tells_nothing(shared_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the inside of the inside")

    monkeypatch.setattr("archive.workshop.desk.catalogue", broken)
    answer = shared_door.as_(shared_door.town.zhang.actor).get("/v1/catalogue")
    assert answer.json() == {"type": "urn:pitcall:problem:internal", "title": "Something went wrong on our side",
                             "status": 500}


def test_the_description_is_complete(shared_door: Door) -> None:
    described = body(shared_door.visitor().get("/v1/openapi.json"))
    assert described["openapi"].startswith("3.1")
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert all(operation["summary"] for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) >= 19
    unguarded = {operation["operationId"] for operation in operations if "security" not in operation}
    assert unguarded == {"request_code", "issue_token"}


def _customer(*, sendable: bool) -> Customer:
    return Customer(7, "person", "张强", ZHANG_PHONE, "male", "zh-CN", vip=False, sendable=sendable)


@pytest.mark.parametrize(("demo", "sendable", "shown"),
                         [(True, False, True), (True, True, False), (False, False, False)])
def test_only_a_demo_shows_codes_and_only_of_demo_customers(
        capsys: pytest.CaptureFixture[str], demo: bool, sendable: bool, shown: bool) -> None:
    LogSender(demo=demo)(_customer(sendable=sendable), "271828")
    said = capsys.readouterr().out
    assert ("271828" in said) is shown
    assert ZHANG_PHONE not in said
    assert "张强" not in said
