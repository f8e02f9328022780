"""Callers of the API in tests: the application over the API's own database role, and people who are logged in."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from api.application import create_app
from api.house import House
from archive.database.connecting import open_pool
from archive.people import sessions
from archive.people.actors import Actor
from archive.people.customers import Customer
from schemas.settings import Settings
from tests.archive.people.town import Town

with warnings.catch_warnings():
    # Starlette would like httpx2; httpx is what the rest of the tests speak.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient as TestClient


class Pigeon:
    """A sender that remembers."""

    def __init__(self) -> None:
        self.codes: list[tuple[int, str]] = []

    def __call__(self, customer: Customer, code: str) -> None:
        self.codes.append((customer.customer_id, code))


@dataclass(frozen=True)
class Door:
    """The application of one test and the town behind it."""

    app: FastAPI
    town: Town
    pigeon: Pigeon

    @property
    def house(self) -> House:
        return cast(House, self.app.state.house)

    def visitor(self, token: str | None = None, host: str = "203.0.113.7") -> TestClient:
        """Somebody from the street, or with an access token."""
        headers = {"accept-language": "en"} | ({"authorization": f"Bearer {token}"} if token else {})
        return TestClient(self.app, headers=headers, client=(host, 5000), raise_server_exceptions=False)

    def token_of(self, actor: Actor) -> str:
        """An access token of a fresh session."""
        with self.town.database.connect() as connection:
            return self.house.signer.issue(actor, sessions.begin(connection, actor).family)

    def as_(self, actor: Actor) -> TestClient:
        """Somebody who is logged in."""
        return self.visitor(self.token_of(actor))


@contextmanager
def opened(town: Town, master_key: str, size: int = 2) -> Iterator[Door]:
    """The application over the town's database, as the role pitcall_api."""
    pigeon = Pigeon()
    settings = Settings(master_key=SecretStr(master_key), demo_codes=True)
    with open_pool(town.database.as_role("api"), name="test", size=size) as pool:
        yield Door(create_app(pool, town.vault, settings, pigeon), town, pigeon)


def form(client: TestClient, **fields: str) -> httpx.Response:
    """Ask the token endpoint."""
    answer: httpx.Response = client.post("/v1/auth/token", data=fields)
    return answer


def body(answer: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer of the expected status."""
    assert answer.status_code == status, answer.text
    return answer.json()
