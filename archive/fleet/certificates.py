"""Client certificates of devices: issued once, revoked with the device, the list of revoked ones signed at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from archive.database.queries import beside
from archive.database.sealing import Vault
from archive.fleet import authority
from archive.fleet.authority import Authority, KeyPair
from archive.fleet.devices import Standing
from schemas.errors import Conflict, NotFound

_QUERIES = beside(__file__)
_PLACE = "certificate_authority.key"
LIST_BACKDATED = timedelta(hours=1)
"""A list begins before now, so that the next one can begin a second later and still be valid at once: of two lists
of the same second OpenSSL keeps the one it knows."""


@dataclass(frozen=True, repr=False)
class DeviceCertificate:
    """What a device needs to log in by certificate. `key` only when we made it: it is nowhere else."""

    device_id: str
    certificate: str
    authority: str
    key: str | None = None


@dataclass(frozen=True)
class ForTheBroker:
    """What the broker checks certificates with, PEM."""

    authority: str
    revoked: str


def found(connection: psycopg.Connection, vault: Vault) -> str:
    """Begin an authority, or find the one there is; returns its certificate."""
    there = for_the_broker(connection)
    if there is not None:
        return there.authority
    issued_at = datetime.now(UTC) - LIST_BACKDATED
    pair = authority.found(datetime.now(UTC))
    data_key = vault.new_data_key(connection)
    connection.execute(_QUERIES["found"], {
        "certificate": pair.certificate, "key": data_key.key_id, "sealed": data_key.seal(pair.key, _PLACE),
        "crl": Authority(pair).revocation_list([], 1, issued_at), "issued_at": issued_at})
    return pair.certificate


def for_the_broker(connection: psycopg.Connection) -> ForTheBroker | None:
    """Authority and revocation list as they stand; None where there is no authority."""
    row = connection.execute(_QUERIES["public"]).fetchone()
    return ForTheBroker(row[0], row[1]) if row else None


def shut_out(connection: psycopg.Connection, broker: str) -> list[str]:
    """Devices with a certificate that may not send, or not to this broker: what is connected by one is not thrown out,
    so the ACL must."""
    return [str(row[0]) for row in connection.execute(_QUERIES["shut_out"], [broker])]


def issue(connection: psycopg.Connection, vault: Vault, device: Standing, request: str | None = None,
          ) -> DeviceCertificate:
    """A certificate for a device, with a fresh key or for the key of its signing `request`.

    Earlier ones stay valid until they are revoked with the device, or `revoke` ends them. Raises NotFound without an
    authority, Conflict for a revoked device, InvalidInput for a request that cannot be read.
    """
    if device.revoked:
        raise Conflict(f"device {device.device_id} was revoked")
    signing = _open(connection, vault)
    key = None if request else authority.new_key()
    public = key.public_key() if key else authority.requested_key(request or "")
    issued = signing.authority.for_device(device.device_id, public, datetime.now(UTC))
    connection.execute(_QUERIES["issue"], {"serial": issued.serial, "device": device.device_key,
                                           "expires_at": issued.expires_at})
    return DeviceCertificate(device.device_id, issued.certificate, signing.certificate,
                             authority.private_pem(key) if key else None)


def revoke(connection: psycopg.Connection, vault: Vault, device_key: int) -> int:
    """Revoke all certificates of a device and sign the list anew; returns how many there were."""
    revoked = connection.execute(_QUERIES["revoke"], [device_key]).rowcount
    if revoked:
        _sign_list(connection, _open(connection, vault))
    return revoked


def for_broker_hosts(connection: psycopg.Connection, vault: Vault, hosts: list[str]) -> KeyPair:
    """A server certificate for a broker that devices know by these names; raises NotFound without an authority."""
    key = authority.new_key()
    issued = _open(connection, vault).authority.for_broker(hosts, key.public_key(), datetime.now(UTC))
    return KeyPair(issued.certificate, authority.private_pem(key))


@dataclass(frozen=True, repr=False)
class _Open:
    authority: Authority
    certificate: str
    list_number: int
    list_issued_at: datetime


def _open(connection: psycopg.Connection, vault: Vault) -> _Open:
    row = connection.execute(_QUERIES["authority"]).fetchone()
    if row is None:
        raise NotFound("there is no certificate authority yet: python -m archive certificates init")
    key = vault.data_key(connection, row[1]).open(bytes(row[2]), _PLACE)
    return _Open(Authority(KeyPair(row[0], key)), row[0], row[3], row[4])


def _sign_list(connection: psycopg.Connection, signing: _Open) -> None:
    revoked = [(str(serial), at) for serial, at in connection.execute(_QUERIES["revoked"])]
    issued_at = max(datetime.now(UTC) - LIST_BACKDATED, signing.list_issued_at + timedelta(seconds=1))
    number = signing.list_number + 1
    connection.execute(_QUERIES["sign_list"], {
        "crl": signing.authority.revocation_list(revoked, number, issued_at), "number": number,
        "issued_at": issued_at})
