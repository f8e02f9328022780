"""Personal data at rest: AES-256-GCM envelopes under one data key per person or car, and search tokens.

Data keys are wrapped by a master key that never enters the database; destroying the wrapped key erases the person.
"""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from archive.database.queries import beside
from schemas.errors import ConfigurationError, NotFound, PitcallError

_QUERIES = beside(__file__)
_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32
TOKEN_BYTES = 8
"""Length of a search token: short enough to collide now and then, which blurs what a stolen table reveals."""


class SealBroken(PitcallError):
    """A sealed value does not open: wrong master key, or the bytes were moved or changed."""


@dataclass(frozen=True, repr=False)
class DataKey:
    """The open key of one person or car; `key_id` is its row in `data_key`."""

    key_id: int
    secret: bytes

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text` for one place ("customer.name"), so that it cannot be moved to another."""
        return _seal(self.secret, text.encode(), self._bound(place))

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt; raises SealBroken when key, place or bytes differ."""
        return _open(self.secret, sealed, self._bound(place)).decode()

    def _bound(self, place: str) -> bytes:
        return f"{place}:{self.key_id}".encode()


class Vault:
    """Everything that needs the master key."""

    def __init__(self, master_key: str) -> None:
        """`master_key` is 32 bytes in base64; raises ConfigurationError otherwise."""
        try:
            self._master = base64.b64decode(master_key, validate=True)
        except binascii.Error:
            self._master = b""
        if len(self._master) != _KEY_BYTES:
            raise ConfigurationError("PITCALL_MASTER_KEY must be 32 bytes in base64")
        self._wrapping = self._derive("wrap data keys")
        self._letters = self._derive("dead letters")
        self._tokens: dict[str, bytes] = {}

    def token(self, field: str, normalised: str) -> bytes:
        """Search token of a normalised value: equal values of one field give equal tokens, nothing else shows."""
        key = self._tokens.setdefault(field, self._derive(f"token {field}"))
        return hmac.digest(key, normalised.encode(), hashlib.sha256)[:TOKEN_BYTES]

    def new_data_key(self, connection: psycopg.Connection) -> DataKey:
        """Create and store a data key."""
        secret = AESGCM.generate_key(256)
        row = connection.execute(_QUERIES["add_data_key"], [_seal(self._wrapping, secret, b"data_key")]).fetchone()
        if row is None:
            raise PitcallError("the database returned no data key")
        return DataKey(int(row[0]), secret)

    def data_key(self, connection: psycopg.Connection, key_id: int) -> DataKey:
        """Fetch and unwrap a data key; raises NotFound when it was erased."""
        row = connection.execute(_QUERIES["data_key"], [key_id]).fetchone()
        if row is None or row[0] is None:
            raise NotFound("these personal data were erased")
        return self.unwrap(key_id, bytes(row[0]))

    def unwrap(self, key_id: int, wrapped: bytes) -> DataKey:
        """Open a wrapped data key that a query brought along."""
        return DataKey(key_id, _open(self._wrapping, wrapped, b"data_key"))

    def seal_letter(self, payload: bytes, digest: bytes) -> bytes:
        """Encrypt the payload of a dead letter, bound to its hash: it may hold positions."""
        return _seal(self._letters, payload, digest)

    def open_letter(self, sealed: bytes, digest: bytes) -> bytes:
        """Decrypt the payload of a dead letter."""
        return _open(self._letters, sealed, digest)

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"pitcall {purpose}".encode()).derive(self._master)


def new_master_key() -> str:
    """A fresh master key in base64."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def _seal(key: bytes, clear: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, clear, _VERSION + bound)


def _open(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    version, nonce, cipher = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if version != _VERSION:
        raise SealBroken(f"a sealed value has version {version.hex()}, this program knows {_VERSION.hex()}")
    try:
        return AESGCM(key).decrypt(nonce, cipher, version + bound)
    except InvalidTag:
        raise SealBroken from None
