"""What the workshop offers."""

from fastapi import APIRouter

from api.access import Anybody
from api.shapes.bookings import Catalogue, CatalogueItemView
from archive.workshop import desk

router = APIRouter(prefix="/catalogue", tags=["catalogue"])


@router.get("", summary="The service catalogue")
def list_catalogue(visit: Anybody) -> Catalogue:
    """Every item by code, with usual labour and price."""
    with visit.transaction() as connection:
        return Catalogue(items=[CatalogueItemView.model_validate(item) for item in desk.catalogue(connection)])
