"""The application: middleware, routes and errors put together. Everything it needs comes as arguments."""

from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from psycopg_pool import ConnectionPool

from api import problems
from api.guards import BodyCap, SafeHeaders
from api.house import House
from api.metrics import Measured
from api.routes import (
    arrivals,
    auth,
    bookings,
    catalogue,
    dead_letters,
    devices,
    me,
    operations,
    vehicles,
    workshop,
)
from api.senders import CodeSender, LogSender
from api.tokens import Signer
from archive.database.sealing import Vault
from schemas.settings import Settings

_ABOUT = """For owners and for those who serve them. Log in at `/v1/auth/token`, send the access token as `Bearer`.
Errors are RFC 9457 problems with a stable `type`; texts follow `Accept-Language` (zh-CN, en). Times are UTC."""

_PROBLEM = {"model": problems.Problem, "content": {problems.MEDIA_TYPE: {}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {**_PROBLEM, "description": "no valid access token"},
    403: {**_PROBLEM, "description": "the role does not allow this"},
    404: {**_PROBLEM, "description": "there is none, or it is not yours"},
    422: {**_PROBLEM, "description": "something in the request is not right"},
    503: {**_PROBLEM, "description": "the database is away; `Retry-After` says when to ask again"},
}


def create_app(pool: ConnectionPool, vault: Vault, settings: Settings, sender: CodeSender | None = None) -> FastAPI:
    """The API over a pool of its own role; `settings` gives the master key, the zone and whether this is a demo."""
    app = FastAPI(title="Pitcall", version="1", description=_ABOUT, openapi_url="/v1/openapi.json", docs_url=None,
                  redoc_url=None, generate_unique_id_function=_operation_id)
    house = House(pool, vault, Signer(settings.require_master_key()),
                  sender or LogSender(demo=settings.demo_codes), ZoneInfo(settings.timezone),
                  settings.shard_names())
    app.state.house = house
    problems.install(app)
    app.include_router(_version_1())
    app.include_router(operations.router)
    app.add_middleware(BodyCap)
    app.add_middleware(Measured, counters=house.counters)
    app.add_middleware(SafeHeaders)
    return app


def _version_1() -> APIRouter:
    v1 = APIRouter(prefix="/v1", responses=_PROBLEMS)
    for subject in (auth, me, vehicles, bookings, arrivals, catalogue, workshop, devices, dead_letters):
        v1.include_router(subject.router)
    return v1


def _operation_id(route: APIRoute) -> str:
    return route.name
