"""Provisioning a device in one step: name, shard, password, topics."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from archive.fleet import devices
from archive.fleet.broker_password import password_hash
from schemas import topics


@dataclass(frozen=True)
class Credentials:
    """What a new device must be told; the password is nowhere else."""

    device_key: int
    device_id: str
    shard: str
    password: str

    def for_the_device(self) -> dict[str, object]:
        """The JSON line of `python -m archive device add`."""
        up = {kind: topics.up(self.shard, self.device_id, kind) for kind in sorted(topics.UP_KINDS)}
        down = {kind: topics.down(self.shard, self.device_id, kind) for kind in ("command", "receipt")}
        return {"device_id": self.device_id, "user": self.device_id, "password": self.password, "shard": self.shard,
                "topics": {"up": up, "down": down}}


def add_device(connection: psycopg.Connection, device_id: str, shards: Sequence[str], password: str) -> Credentials:
    """Provision on the emptiest of `shards`; raises InvalidInput for a name that cannot be, Conflict when taken.

    Name and user are the same, so that the broker's patterns let a device write under its own name only.
    """
    shard = devices.next_shard(connection, shards)
    device = devices.provision(connection, device_id, shard, password_hash(password))
    return Credentials(device.device_key, device.device_id, device.shard, password)
