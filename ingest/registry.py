"""Who may send, and whose positions may be kept: read from the database, remembered for a while."""

from collections.abc import Iterable

import polars as pl
import psycopg

from archive.fleet import devices, position_consent
from archive.fleet.devices import Device

REFRESH_S = 30.0
"""A withdrawn consent takes effect within this time; design.md 3 allows 60 s. A revoked device is out at once."""


class Registry:
    """Known devices by name, and the intervals in which their positions may be written."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self._read_at = float("-inf")
        self.consented = pl.DataFrame(schema=position_consent.INTERVALS)

    def refresh(self, connection: psycopg.Connection, names: Iterable[str], now: float) -> None:
        """Bring knowledge up to date: everything when it is old, else who was shut out and names never heard of."""
        if now - self._read_at > REFRESH_S:
            self._devices = {device.device_id: device for device in devices.known(connection)}
            self.consented = position_consent.consented(connection)
            self._read_at = now
        for name in devices.lately_shut_out(connection):
            self._devices.pop(name, None)
        strangers = set(names) - self._devices.keys()
        if strangers:
            found = devices.known(connection, sorted(strangers))
            self._devices.update((device.device_id, device) for device in found)

    def __getitem__(self, device_id: str) -> Device | None:
        return self._devices.get(device_id)
