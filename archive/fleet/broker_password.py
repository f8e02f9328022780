"""Lines of Mosquitto's password file."""

import binascii
import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

ITERATIONS = 101
"""Mosquitto's default. Enough here, because every password of ours is long and random (never chosen by a person), so
that there is nothing to guess; and a broker that works for milliseconds per connect cannot take a reconnect storm."""

SALT_BYTES = 12


def password_hash(password: str) -> str:
    """The hash as `mosquitto_passwd` writes it: `$7$`, PBKDF2 with SHA-512; a line is `NAME:HASH`."""
    return _hashed(password, secrets.token_bytes(SALT_BYTES), ITERATIONS)


def matches(password: str, stored: str) -> bool:
    """Whether a hash of ours was made from this password; False for anything else."""
    parts = stored.split("$")
    if len(parts) != 5 or parts[1] != "7" or not parts[2].isdecimal():
        return False
    try:
        salt = b64decode(parts[3], validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(stored, _hashed(password, salt, int(parts[2])))


def _hashed(password: str, salt: bytes, iterations: int) -> str:
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)
    return f"$7${iterations}${b64encode(salt).decode()}${b64encode(digest).decode()}"
