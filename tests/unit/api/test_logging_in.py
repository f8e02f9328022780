"""Logging in as owner and as staff, staying logged in, and what happens to those who guess or steal."""

from datetime import timedelta

import pytest

from api.routes import auth
from archive.people import attempts
from archive.people.sessions import GRACE
from tests.archive.people.town import LI_PHONE, PASSWORD, ZHANG_PHONE
from tests.unit.api.doors import Door, TestClient, body, form


@pytest.fixture
def door(shared_door: Door) -> Door:
    """Nobody has tried to log in yet."""
    for table in ("login_code", "login_attempt", "refresh_token"):
        shared_door.town.change(f"DELETE FROM {table}")  # noqa: S608 - our own names
    shared_door.pigeon.codes.clear()
    return shared_door


def code_for(door: Door, phone: str) -> str:
    """Ask for a code and read it off the pigeon's leg."""
    assert door.visitor().post("/v1/auth/code", json={"phone": phone}).status_code == 202
    return door.pigeon.codes[-1][1]


def test_an_owner_logs_in_with_a_code(door: Door) -> None:
    tokens = body(form(door.visitor(), grant_type="otp", phone="138 0013 8000", code=code_for(door, "13800138000")))
    assert tokens["expires_in"] == 900
    assert body(door.visitor(tokens["access_token"]).get("/v1/me"))["id"] == door.town.zhang.customer_id


def test_staff_log_in_with_a_password(door: Door) -> None:
    tokens = body(form(door.visitor(), grant_type="password", username="LiMin", password=PASSWORD))
    assert body(door.visitor(tokens["access_token"]).get("/v1/me"))["kind"] == "staff"


@pytest.mark.parametrize(("username", "password"), [("limin", "wrong"), ("nobody", PASSWORD), ("limin", "")])
def test_a_wrong_password_and_an_unknown_name_look_the_same(door: Door, username: str, password: str) -> None:
    problem = body(form(door.visitor(), grant_type="password", username=username, password=password or "x"), 400)
    assert problem == {"type": "urn:pitcall:problem:login-failed", "title": "The log-in failed; check and try again",
                       "status": 400, "error": "invalid_grant"}


def test_asking_for_a_code_does_not_tell_whether_the_phone_is_known(door: Door) -> None:
    known, unknown = (door.visitor().post("/v1/auth/code", json={"phone": phone})
                      for phone in (ZHANG_PHONE, "13712345678"))
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert [number for number, _ in door.pigeon.codes] == [door.town.zhang.customer_id]


def test_a_code_works_once(door: Door) -> None:
    code = code_for(door, ZHANG_PHONE)
    assert form(door.visitor(), grant_type="otp", phone=ZHANG_PHONE, code=code).status_code == 200
    assert form(door.visitor(), grant_type="otp", phone=ZHANG_PHONE, code=code).status_code == 400


def test_a_code_is_for_one_phone(door: Door) -> None:
    code = code_for(door, ZHANG_PHONE)
    code_for(door, LI_PHONE)
    assert form(door.visitor(), grant_type="otp", phone=LI_PHONE, code=code).status_code == 400


def test_after_five_wrong_codes_the_right_one_is_too_late(door: Door) -> None:
    code = code_for(door, ZHANG_PHONE)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert form(door.visitor(), grant_type="otp", phone=ZHANG_PHONE, code=wrong).status_code == 400
    assert form(door.visitor(), grant_type="otp", phone=ZHANG_PHONE, code=code).status_code == 400


def test_a_code_is_over_after_five_minutes(door: Door) -> None:
    code = code_for(door, ZHANG_PHONE)
    door.town.change("UPDATE login_code SET expires_at = expires_at - interval '5 minutes'")
    assert form(door.visitor(), grant_type="otp", phone=ZHANG_PHONE, code=code).status_code == 400


def test_codes_per_phone_are_limited(door: Door) -> None:
    answers = [door.visitor().post("/v1/auth/code", json={"phone": ZHANG_PHONE}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 202, 429]
    assert 800 < int(answers[-1].headers["retry-after"]) <= attempts.WINDOW.total_seconds()


def test_guessing_passwords_ends_soon_but_locks_out_nobody_else(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "PER_ACCOUNT_AND_ADDRESS", 3)
    statuses = [form(door.visitor(), grant_type="password", username="limin", password="guess").status_code
                for _ in range(4)]
    assert statuses == [400] * 3 + [429]
    elsewhere = door.visitor(host="198.51.100.9")
    assert form(elsewhere, grant_type="password", username="limin", password=PASSWORD).status_code == 200


def logged_in(door: Door) -> tuple[TestClient, str]:
    """Zhang's phone and its refresh token."""
    tokens = body(form(door.visitor(), grant_type="otp", phone=ZHANG_PHONE, code=code_for(door, ZHANG_PHONE)))
    return door.visitor(tokens["access_token"]), tokens["refresh_token"]


def refresh(door: Door, token: str) -> str | None:
    """The next refresh token, None when refused."""
    answer = form(door.visitor(), grant_type="refresh_token", refresh_token=token)
    return answer.json()["refresh_token"] if answer.status_code == 200 else None


def test_a_session_continues_with_a_new_token_each_time(door: Door) -> None:
    _, first = logged_in(door)
    second = refresh(door, first)
    assert second and second != first
    assert refresh(door, second)


def test_a_lost_answer_may_be_asked_for_again(door: Door) -> None:
    _, first = logged_in(door)
    assert refresh(door, first)
    assert refresh(door, first)


def test_a_stolen_token_ends_the_whole_family(door: Door) -> None:
    phone, first = logged_in(door)
    second = refresh(door, first)
    assert second
    door.town.change("UPDATE refresh_token SET used_at = used_at - %s", GRACE + timedelta(seconds=1))
    assert refresh(door, first) is None
    assert refresh(door, second) is None
    assert phone.get("/v1/me").status_code == 401


def test_logging_out_counts_at_once(door: Door) -> None:
    phone, first = logged_in(door)
    assert phone.post("/v1/auth/logout").status_code == 204
    assert phone.get("/v1/me").status_code == 401
    assert refresh(door, first) is None


def test_refresh_tokens_and_codes_are_stored_hashed(door: Door) -> None:
    code = code_for(door, ZHANG_PHONE)
    token = body(form(door.visitor(), grant_type="otp", phone=ZHANG_PHONE, code=code))["refresh_token"]
    code = code_for(door, LI_PHONE)
    stored = str(door.town.rows("SELECT * FROM refresh_token")) + str(door.town.rows("SELECT * FROM login_code"))
    assert token not in stored
    assert code.encode() not in stored.encode()


@pytest.mark.parametrize("fields", [
    {"grant_type": "password"}, {"grant_type": "otp", "phone": ZHANG_PHONE}, {"grant_type": "refresh_token"},
    {"grant_type": "magic"}, {"grant_type": "otp", "phone": "12345678901", "code": "123456"},
    {"grant_type": "otp", "phone": ZHANG_PHONE, "code": "abc"}, {"grant_type": "refresh_token", "role": "manager"}])
def test_half_a_form_is_refused(door: Door, fields: dict[str, str]) -> None:
    assert form(door.visitor(), **fields).status_code == 422
