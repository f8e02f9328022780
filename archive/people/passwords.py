"""Passwords of staff: argon2id, at most two hashes at a time, because each takes 64 MiB and a tenth of a second."""

from threading import BoundedSemaphore

from pwdlib import PasswordHash

from archive.people.attempts import TooManyAttempts
from schemas.errors import InvalidInput

_ARGON = PasswordHash.recommended()
_TWO_AT_A_TIME = BoundedSemaphore(2)
_PATIENCE_S = 3.0
SHORTEST = 10
"""Fewest characters of a new password; length beats composition rules (NIST SP 800-63B)."""

_NOBODY = _ARGON.hash("an unknown login costs the same time as a known one")


def hash_of(password: str) -> str:
    """Hash a new password; raises InvalidInput when it is too short."""
    if len(password) < SHORTEST:
        raise InvalidInput(f"password: at least {SHORTEST} characters")
    return _ARGON.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is right; takes as long for nobody. Raises TooManyAttempts when too many ask at once."""
    if not _TWO_AT_A_TIME.acquire(timeout=_PATIENCE_S):
        raise TooManyAttempts(retry_after_s=1)
    try:
        return _ARGON.verify(password, stored or _NOBODY) and stored is not None
    finally:
        _TWO_AT_A_TIME.release()
