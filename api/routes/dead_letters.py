"""Dead letters of one's devices: look at them, and have them taken in once their cause is mended."""

import base64
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import AwareDatetime

from api.access import Administering
from api.pages import Cursor, Limit, cut, number_in
from api.shapes.dead_letters import LetterContent, LetterPage, LetterView, ReplayView, ReplayWish
from api.shapes.forms import BigNumber
from archive.fleet import dead_letters, replays
from archive.fleet.dead_letters import Wanted
from schemas.wire import RejectReason

router = APIRouter(prefix="/dead-letters", tags=["dead letters"])


@router.get("", summary="Dead letters of my devices, newest first")
def list_dead_letters(visit: Administering, reason: RejectReason | None = None,
                      device_id: Annotated[str | None, Query(max_length=64)] = None,
                      since: AwareDatetime | None = None,
                      waiting: Annotated[bool, Query(description="only those not yet taken in")] = False,
                      limit: Limit = 50, cursor: Cursor = None) -> LetterPage:
    """From the outside; a device's letters from before it was provisioned are there once it is."""
    wanted = Wanted(reason.value if reason else None, device_id, since, waiting)
    with visit.transaction() as connection:
        found = dead_letters.page(connection, wanted, before=number_in(cursor), limit=limit + 1)
        visit.note(connection, "dead letter")
    page, next_cursor = cut(found, limit, lambda letter: letter.letter_id)
    return LetterPage(items=[LetterView.model_validate(letter) for letter in page], next_cursor=next_cursor)


@router.get("/{letter_id}/payload", summary="What is in a dead letter")
def read_payload(letter_id: BigNumber, visit: Administering) -> LetterContent:
    """As it came. It may hold where a car was, so each look is on record."""
    with visit.transaction() as connection:
        payload = dead_letters.payload(connection, visit.vault, letter_id)
        visit.note(connection, "dead letter", letter_id)
    return LetterContent(letter_id=letter_id, payload=base64.b64encode(payload).decode())


@router.post("/replay", summary="Take dead letters in once more", status_code=status.HTTP_202_ACCEPTED)
def replay_dead_letters(wish: ReplayWish, visit: Administering) -> ReplayView:
    """Up to 10,000 that wait, oldest first; ingest does it within seconds. Each is stored once however often asked."""
    wanted = Wanted(_reason(wish), wish.device_id, wish.since, waiting=True)
    with visit.transaction() as connection:
        asked = replays.ask(connection, visit.actor.number, wanted, boot=wish.boot, shift_ms=wish.shift_ms)
        visit.note(connection, "replay")
    return ReplayView.model_validate(asked)


@router.get("/replays/{request_id}", summary="How far a replay has come")
def read_replay(request_id: UUID, visit: Administering) -> ReplayView:
    """Yours only."""
    with visit.transaction() as connection:
        return ReplayView.model_validate(replays.request(connection, request_id))


def _reason(wish: ReplayWish) -> str | None:
    """A shift mends clocks, so it is for letters of wrong clocks only."""
    if wish.shift_ms is not None:
        return RejectReason.CLOCK.value
    return wish.reason.value if wish.reason else None
