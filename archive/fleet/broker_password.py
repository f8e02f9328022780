"""Lines of Mosquitto's password file."""

import hashlib
import secrets
from base64 import b64encode

ITERATIONS = 101
"""Mosquitto's default. Enough here, because every password of ours is long and random (never chosen by a person), so
that there is nothing to guess; and a broker that works for milliseconds per connect cannot take a reconnect storm."""

SALT_BYTES = 12


def password_hash(password: str) -> str:
    """The hash as `mosquitto_passwd` writes it: `$7$`, PBKDF2 with SHA-512; a line is `NAME:HASH`."""
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${b64encode(salt).decode()}${b64encode(digest).decode()}"
