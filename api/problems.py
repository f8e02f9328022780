"""Errors as people and programs read them: RFC 9457 problems. The one border where our errors become statuses."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.house import house_of
from api.language import Language, language_of
from api.texts import text
from api.tokens import NotIdentified
from archive.people import audit
from archive.people.attempts import TooManyAttempts
from schemas.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    PitcallError,
    Refused,
    StoreUnavailable,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
"""When to ask again while the database is away: a restart takes a few seconds."""


class LoginFailed(PitcallError):
    """The log-in failed."""


class Problem(BaseModel):
    """What went wrong. `type` is stable, `title` is in the language asked for."""

    type: str = Field(examples=["urn:pitcall:problem:not-found"])
    title: str = Field(examples=["没有找到"])
    status: int = Field(examples=[404])
    detail: str | None = None
    error: str | None = Field(None, description="RFC 6749 code, at the token endpoint only")
    errors: list[dict[str, str]] | None = Field(None, description="which field and why, for invalid input")


@dataclass(frozen=True)
class _Kind:
    status: int
    name: str


_KINDS: Mapping[type[PitcallError], _Kind] = {
    NotFound: _Kind(404, "not-found"),
    NotAllowed: _Kind(403, "not-allowed"),
    NotIdentified: _Kind(401, "not-identified"),
    LoginFailed: _Kind(400, "login-failed"),
    TooManyAttempts: _Kind(429, "too-many-attempts"),
    Conflict: _Kind(409, "conflict"),
    InvalidInput: _Kind(422, "invalid-input"),
    StoreUnavailable: _Kind(503, "unavailable"),
    PitcallError: _Kind(500, "internal"),
}
_BY_STATUS = {kind.status: kind.name for kind in _KINDS.values()} | {
    400: "bad-request", 405: "method-not-allowed", 413: "too-large"}
_OBJECTS = {"vehicle_id": "vehicle", "booking_id": "booking", "store_id": "store", "letter_id": "dead letter"}


def install(app: FastAPI) -> None:
    """Teach an application all of this."""
    app.add_exception_handler(PitcallError, _ours)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _ours(request: Request, error: Exception) -> JSONResponse:
    kind = next(_KINDS[known] for known in type(error).__mro__ if known in _KINDS)
    if isinstance(error, (NotFound, NotAllowed)):
        _audit_refusal(request)
    # Only messages about the caller's own input are repeated; others may name what is inside.
    extra: dict[str, Any] = {"detail": str(error)} if isinstance(error, (InvalidInput, Refused)) else {}
    if isinstance(error, LoginFailed):
        extra["error"] = "invalid_grant"
    return _answer(request, kind.status, kind.name, extra, _headers(error))


def _framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is installed for nothing else
    name = _BY_STATUS.get(error.status_code, "bad-request")
    return _answer(request, error.status_code, name, headers=error.headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is installed for nothing else
    errors = [{"where": ".".join(map(str, one["loc"])), "why": str(one["msg"]).removeprefix("Value error, ")}
              for one in error.errors()]
    return _answer(request, 422, "invalid-input", {"errors": errors})


def _unexpected(request: Request, _error: Exception) -> JSONResponse:
    # Starlette logs the traceback after this answer; the caller learns nothing of it.
    return _answer(request, 500, "internal")


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, NotIdentified):
        return {"www-authenticate": "Bearer"}
    if isinstance(error, TooManyAttempts):
        return {"retry-after": str(error.retry_after_s)}
    return {"retry-after": str(RETRY_AFTER_S)} if isinstance(error, StoreUnavailable) else {}


def _answer(request: Request, status: int, name: str, extra: Mapping[str, Any] | None = None,
            headers: Mapping[str, str] | None = None) -> JSONResponse:
    house_of(request).counters.refusals.labels(name).inc()
    language: Language = language_of(request)
    body = {"type": f"urn:pitcall:problem:{name}", "title": text(name, language), "status": status, **(extra or {})}
    return JSONResponse(body, status, {"content-language": language, **(headers or {})}, MEDIA_TYPE)


def _audit_refusal(request: Request) -> None:
    """Whoever is logged in and knocks at a door that is not his is on record; the transaction itself was undone."""
    visit = getattr(request.state, "visit", None)
    if visit is None:
        return
    number = next(((_OBJECTS[name], int(value)) for name, value in request.path_params.items() if name in _OBJECTS),
                  ("route", None))
    if "device_id" in request.path_params:  # named as asked for: there may be none of that name
        number = (f"device {request.path_params['device_id']}", None)
    # A refusal that cannot be recorded is still a refusal: nothing was revealed.
    with suppress(StoreUnavailable), house_of(request).transaction() as connection:
        audit.record(connection, visit.actor, visit.action, *number, allowed=False)
