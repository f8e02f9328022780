"""X.509: a small certificate authority for devices and the broker (RFC 5280). Pure: keys and times are arguments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from schemas.errors import InvalidInput

AUTHORITY_LIFE = timedelta(days=20 * 365)
DEVICE_LIFE = timedelta(days=10 * 365)
"""A dongle's whole life [K]: nobody renews a certificate in a car, and a lost one is revoked."""

BROKER_LIFE = timedelta(days=825)
"""Longest that common TLS clients accept of a server (CA/Browser Forum's limit until 2020)."""

BACKDATED = timedelta(days=1)
"""Certificates begin this long before now: clocks of devices are not exact."""

AUTHORITY_NAME = "Pitcall devices"
PublicKey = ec.EllipticCurvePublicKey


@dataclass(frozen=True, repr=False)
class KeyPair:
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str


@dataclass(frozen=True)
class Issued:
    """A signed certificate, PEM, with its serial number in hexadecimal."""

    serial: str
    expires_at: datetime
    certificate: str


class Authority:
    """Signs with one key."""

    def __init__(self, pair: KeyPair) -> None:
        key = serialization.load_pem_private_key(pair.key.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - `found` makes no other
        self._key = key
        self._certificate = x509.load_pem_x509_certificate(pair.certificate.encode())

    def for_device(self, device_id: str, public: PublicKey, now: datetime) -> Issued:
        """A client certificate whose common name is the device's name: the broker's user."""
        return self._issue(device_id, public, now, DEVICE_LIFE, ExtendedKeyUsageOID.CLIENT_AUTH)

    def for_broker(self, hosts: Sequence[str], public: PublicKey, now: datetime) -> Issued:
        """A server certificate for the names and addresses devices know the broker by."""
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        return self._issue(hosts[0], public, now, BROKER_LIFE, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def revocation_list(self, revoked: Iterable[tuple[str, datetime]], number: int, issued_at: datetime) -> str:
        """The signed list of (serial, when), PEM.

        It never runs out before the authority does: OpenSSL refuses every certificate once a list is out of date, and
        ours is carried to the broker within seconds of each change.
        """
        builder = (x509.CertificateRevocationListBuilder().issuer_name(self._certificate.subject)
                   .last_update(issued_at).next_update(self._certificate.not_valid_after_utc)
                   .add_extension(x509.CRLNumber(number), critical=False)
                   .add_extension(self._key_identifier(), critical=False))
        for serial, at in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(at).build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def _issue(self, name: str, public: PublicKey, now: datetime, life: timedelta, use: x509.ObjectIdentifier,
               *extensions: x509.ExtensionType) -> Issued:
        builder = _builder(_named(name), self._certificate.subject, public, now, life)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        for extension in (x509.ExtendedKeyUsage([use]), self._key_identifier(), *extensions):
            builder = builder.add_extension(extension, critical=False)
        signed = builder.sign(self._key, hashes.SHA256())
        return Issued(f"{signed.serial_number:x}", signed.not_valid_after_utc, _pem(signed))

    def _key_identifier(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())


def found(now: datetime) -> KeyPair:
    """A new authority: a P-256 key and its self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named(AUTHORITY_NAME)
    usage = x509.KeyUsage(digital_signature=False, content_commitment=False, key_encipherment=False,
                          data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
                          encipher_only=False, decipher_only=False)
    signed = (_builder(name, name, key.public_key(), now, AUTHORITY_LIFE)
              .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
              .add_extension(usage, critical=True)
              .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
              .sign(key, hashes.SHA256()))
    return KeyPair(_pem(signed), private_pem(key))


def new_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key: what small devices can sign with."""
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """The key, PEM (PKCS 8), not encrypted."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def requested_key(request: str) -> PublicKey:
    """The public key of a signing request (PEM); its name is ignored, for we know whose it is. Raises InvalidInput."""
    try:
        read = x509.load_pem_x509_csr(request.encode())
    except ValueError:
        raise InvalidInput("request: not a PEM signing request") from None
    public = read.public_key()
    if not read.is_signature_valid or not isinstance(public, ec.EllipticCurvePublicKey):
        raise InvalidInput("request: needs an elliptic-curve key, and a signature that fits")
    return public


def _builder(subject: x509.Name, issuer: x509.Name, public: PublicKey, now: datetime,
             life: timedelta) -> x509.CertificateBuilder:
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
            .serial_number(x509.random_serial_number()).not_valid_before(now - BACKDATED).not_valid_after(now + life))


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(signed: x509.Certificate) -> str:
    return signed.public_bytes(serialization.Encoding.PEM).decode()
