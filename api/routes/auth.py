"""Logging in and out. Nothing here tells whether a phone or a log-in name exists."""

from ipaddress import IPv6Address, ip_address
from typing import Annotated

import psycopg
import structlog
from fastapi import APIRouter, BackgroundTasks, Form, Request, status

from api.access import Anybody
from api.house import House, InHouse
from api.problems import LoginFailed
from api.shapes.people import CodeAnswer, CodeWish, TokenForm, TokenPair
from api.tokens import LIFE
from archive.people import attempts, audit, codes, customers, passwords, phones, sessions, staff
from archive.people.actors import Actor
from archive.people.sessions import Session
from schemas.errors import InvalidInput, StoreUnavailable

_log = structlog.get_logger("pitcall.codes")

router = APIRouter(prefix="/auth", tags=["log in"])

PER_ADDRESS, PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, CODES_PER_PHONE = 60, 100, 10, 4
"""Attempts in 15 minutes. A stranger cannot lock an account quickly: his own address runs out first."""


@router.post("/code", summary="Ask for a one-time code", status_code=status.HTTP_202_ACCEPTED)
def request_code(wish: CodeWish, request: Request, house: InHouse, afterwards: BackgroundTasks) -> CodeAnswer:
    """Sends a code if the phone belongs to a customer who may be written to; the answer is the same for every phone."""
    phone = phones.normalised(wish.phone)
    with house.transaction() as connection:
        attempts.count(connection, house.vault, "code address", _address(request), limit=PER_ADDRESS)
        attempts.count(connection, house.vault, "code phone", phone, limit=CODES_PER_PHONE)
        code = codes.issue(connection, house.vault, phone)
    afterwards.add_task(_send, house, phone, code)
    return CodeAnswer(expires_in=int(codes.LIFE.total_seconds()))


@router.post("/token", summary="Log in, or continue a session")
def issue_token(form: Annotated[TokenForm, Form()], request: Request, house: InHouse) -> TokenPair:
    """`password` (staff: username, password), `otp` (owner: phone, code) or `refresh_token`, as an OAuth 2 form."""
    grants = {"password": _by_password, "otp": _by_code, "refresh_token": _by_refresh}
    session = grants[form.grant_type](form, request, house)
    return TokenPair(access_token=house.signer.issue(session.actor, session.family),
                     expires_in=int(LIFE.total_seconds()), refresh_token=session.refresh_token)


@router.post("/logout", summary="Log out", status_code=status.HTTP_204_NO_CONTENT)
def log_out(visit: Anybody) -> None:
    """Ends the session: its access and refresh tokens stop working at once."""
    with visit.transaction() as connection:
        sessions.end(connection, visit.session)
        visit.note(connection, "session")


def _send(house: House, phone: str, code: str) -> None:
    """Look the owner up only after the answer has left: its time must not tell whether there is one."""
    try:
        with house.transaction() as connection:
            owner = customers.owner_of_phone(connection, house.vault, phone)
    except StoreUnavailable:
        _log.warning("code not sent: the database went away")
        return
    if owner:
        house.sender(owner, code)


def _by_password(form: TokenForm, request: Request, house: House) -> Session:
    if form.username is None or form.password is None:
        raise InvalidInput("grant_type password needs username and password")
    login = form.username.lower()
    with house.transaction() as connection:
        _count(connection, house, request, login)
        known = staff.find_login(connection, form.username)
    # Outside a transaction: a tenth of a second of hashing must not hold a connection.
    right = passwords.matches(form.password.get_secret_value(), known.password_hash if known else None)
    actor = Actor("staff", known.staff_id) if known else None
    return _begin(house, request, actor, login, right=right)


def _by_code(form: TokenForm, request: Request, house: House) -> Session:
    if form.phone is None or form.code is None:
        raise InvalidInput("grant_type otp needs phone and code")
    phone = phones.normalised(form.phone)
    with house.transaction() as connection:
        _count(connection, house, request, phone)
        right = codes.redeem(connection, house.vault, phone, form.code)
        owner = customers.owner_of_phone(connection, house.vault, phone) if right else None
    actor = Actor("customer", owner.customer_id) if owner else None
    return _begin(house, request, actor, phone, right=right)


def _by_refresh(form: TokenForm, _request: Request, house: House) -> Session:
    if form.refresh_token is None:
        raise InvalidInput("grant_type refresh_token needs refresh_token")
    with house.transaction() as connection:
        session = sessions.renew(connection, form.refresh_token.get_secret_value())
        audit.record(connection, session.actor if session else None, "refresh", "session", allowed=session is not None)
    if session is None:
        raise LoginFailed
    return session


def _begin(house: House, request: Request, actor: Actor | None, account: str, *, right: bool) -> Session:
    """Start the session, or refuse it; both are on record, so the transaction ends before the refusal is raised."""
    with house.transaction() as connection:
        audit.record(connection, actor, "log_in", "session", allowed=right and actor is not None)
        session = sessions.begin(connection, actor) if right and actor else None
        if session:
            attempts.forgive(connection, house.vault, "account at address", _pair(account, request))
    if session is None:
        raise LoginFailed
    return session


def _count(connection: psycopg.Connection, house: House, request: Request, account: str) -> None:
    for kind, subject, limit in (("address", _address(request), PER_ADDRESS), ("account", account, PER_ACCOUNT),
                                 ("account at address", _pair(account, request), PER_ACCOUNT_AND_ADDRESS)):
        attempts.count(connection, house.vault, kind, subject, limit=limit)


def _pair(account: str, request: Request) -> str:
    return f"{account} {_address(request)}"


def _address(request: Request) -> str:
    """The caller's address; of IPv6 the network, because one household owns 2^64 addresses."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else host
