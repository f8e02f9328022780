"""Access tokens: short-lived, signed with Ed25519 under a key derived from the master key."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archive.people.actors import Actor
from schemas.errors import PitcallError

ALGORITHM: Literal["EdDSA"] = "EdDSA"
ISSUER = "pitcall"
AUDIENCE = "pitcall-api"
LIFE = timedelta(minutes=15)
_REQUIRED = ["aud", "exp", "iat", "iss", "sub", "sid"]


class NotIdentified(PitcallError):
    """There is no valid access token; log in."""


@dataclass(frozen=True)
class Claims:
    """Who a token speaks for, and in which session."""

    actor: Actor
    session: UUID


class Signer:
    """Issues and reads access tokens; every process with the same master key agrees."""

    def __init__(self, master_key: str) -> None:
        master = base64.b64decode(master_key, validate=True)
        seed = HKDF(SHA256(), 32, salt=None, info=b"pitcall access tokens").derive(master)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key()

    def issue(self, actor: Actor, session: UUID, now: datetime | None = None) -> str:
        """A token for one actor in one session."""
        now = now or datetime.now(UTC)
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": f"{actor.kind}:{actor.number}", "sid": str(session),
                  "iat": now, "exp": now + LIFE}
        return jwt.encode(claims, self._private, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims:
        """What a token says; raises NotIdentified for one that is forged, foreign, incomplete or over."""
        try:
            claims = jwt.decode(token, self._public, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER,
                                options={"require": _REQUIRED})
            return Claims(_actor(claims["sub"]), UUID(claims["sid"]))
        except (jwt.InvalidTokenError, ValueError):
            raise NotIdentified from None


def _actor(subject: str) -> Actor:
    kind, _, number = subject.partition(":")
    if kind not in ("customer", "staff"):
        raise ValueError(subject)
    return Actor(cast(Literal["customer", "staff"], kind), int(number))
