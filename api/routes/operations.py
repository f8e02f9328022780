"""For those who run the process: is it alive, is it ready, what does it count. Nothing about people or insides."""

from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.house import InHouse
from archive.database import migrating
from schemas.errors import NotFound, StoreUnavailable

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def read_liveness() -> dict[str, str]:
    """Alive. Never asks the database: its outage must not restart us."""
    return {"status": "alive"}


@router.get("/readyz")
def read_readiness(house: InHouse) -> dict[str, str]:
    """Ready when the database answers and has seen every migration this program knows."""
    with house.transaction() as connection:
        if not migrating.is_up_to_date(connection):
            raise StoreUnavailable
    return {"status": "ready"}


@router.get("/metrics")
def read_metrics(request: Request, house: InHouse) -> Response:
    """Counters for Prometheus, for callers on this machine only."""
    if not _from_here(request):
        raise NotFound
    return Response(generate_latest(house.counters.registry), media_type=CONTENT_TYPE_LATEST)


def _from_here(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
