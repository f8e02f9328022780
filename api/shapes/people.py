"""Logging in, and oneself."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from api.shapes.forms import Answer, Ask
from schemas.workshop import Purpose, Role

Phone = Annotated[str, Field(min_length=11, max_length=20, examples=["138 0013 8000"])]


class CodeWish(Ask):
    """The phone that wants a one-time code."""

    phone: Phone


class CodeAnswer(Answer):
    """Always the same, whoever the phone belongs to."""

    expires_in: int = Field(description="seconds a code lives, if one was sent", examples=[300])


class TokenForm(Ask):
    """OAuth 2 form. `password` for staff, `otp` for owners, `refresh_token` for both."""

    grant_type: Literal["password", "otp", "refresh_token"]
    username: str | None = Field(None, max_length=100, description="staff: log-in name")
    password: SecretStr | None = Field(None, max_length=200, description="staff")
    phone: Phone | None = Field(None, description="owner")
    code: str | None = Field(None, pattern=r"^\d{6}$", description="owner: one-time code")
    refresh_token: SecretStr | None = Field(None, max_length=200)
    scope: str | None = Field(None, max_length=200, description="ignored; roles are held in the house")
    client_id: str | None = Field(None, max_length=200, description="ignored; all clients are public")
    client_secret: SecretStr | None = Field(None, max_length=200, description="ignored")


class TokenPair(Answer):
    """An access token, and the token that gets the next pair once."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(examples=[900])
    refresh_token: str


class PostView(Answer):
    """One role at one store."""

    store_id: int
    code: str
    name_zh: str
    name_en: str
    role: Role


class ConsentView(Answer):
    """One consent in force."""

    purpose: Purpose
    since: datetime
    text_version: str
    channel: str


class ConsentGrant(Ask):
    """Which text the customer agreed to."""

    text_version: str = Field(min_length=1, max_length=40, examples=["2026-11"])


class Me(Answer):
    """Who is logged in; `consents` for customers, `posts` for staff."""

    kind: Literal["customer", "staff"]
    id: int
    name: str | None
    phone: str | None = Field(None, description="masked", examples=["138****8000"])
    language: str
    consents: list[ConsentView] = Field(default_factory=list)
    posts: list[PostView] = Field(default_factory=list)
