"""Opening sealed values that a query brought along with the key they are sealed under."""

from archive.database.sealing import Vault


def opened(vault: Vault, key_id: int | None, wrapped: bytes | None, sealed: bytes | None, place: str) -> str | None:
    """The value in clear; None when none was given, the row is not visible, or the person was erased."""
    if key_id is None or wrapped is None or sealed is None:
        return None
    return vault.unwrap(key_id, wrapped).open(sealed, place)
