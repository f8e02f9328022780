"""The straightforward program for the same job: paho, a pydantic model per sample, executemany.

It is written as one would in an afternoon, and not slowly: rows are gathered to transactions of 5,000, psycopg sends
them in pipeline mode, messages are acknowledged after commit. It has less to do than ingest: no receipts, no live
state, no marks, no dead letters, no merging.
"""

import json
import sys
import zlib
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import psycopg
from pydantic import BaseModel

from dev.bench.ingest.subscriber import Arguments, subscribe

ROWS_PER_TRANSACTION = 5_000


class Sample(BaseModel):
    """One sample of a device."""

    device_key: int
    time: datetime
    speed: float | None = None
    rpm: float | None = None
    load: float | None = None
    throttle: float | None = None
    coolant: float | None = None
    iat: float | None = None
    maf: float | None = None
    stft: float | None = None
    ltft: float | None = None
    fuel: float | None = None
    odo: float | None = None
    batt: float | None = None


INSERT = b"""
INSERT INTO reading (device_key, time, speed_kmh, engine_rpm, engine_load_pct, throttle_pct, coolant_c, intake_air_c,
                     maf_g_s, short_fuel_trim_pct, long_fuel_trim_pct, fuel_level_pct, odometer_km, battery_v)
VALUES (%(device_key)s, %(time)s, %(speed)s, %(rpm)s, %(load)s, %(throttle)s, %(coolant)s, %(iat)s, %(maf)s, %(stft)s,
        %(ltft)s, %(fuel)s, %(odo)s, %(batt)s) ON CONFLICT DO NOTHING
"""


def samples_of(device_key: int, payload: bytes) -> list[Sample]:
    """The samples of one message of our format."""
    body = json.loads(zlib.decompress(payload))
    scales = body.get("d", {})
    columns = {alias: restored(values, scales.get(alias)) for alias, values in body["s"].items()}
    times = restored(body["dt"], scales.get("dt"))
    return [Sample(device_key=device_key, time=datetime.fromtimestamp((body["t"] + times[n]) / 1000, UTC),
                   **{alias: values[n] for alias, values in columns.items()}) for n in range(len(times))]


def restored(values: list[float | None], scale: float | None) -> list[float | None]:
    """Differences to values."""
    if scale is None:
        return values
    total, out = 0.0, list[float | None]()
    for value in values:
        total += value or 0
        out.append(None if value is None else round(total * scale, 6))
    return out


class Peer:
    """Gathers, stores, acknowledges."""

    def __init__(self, connection: psycopg.Connection, messages: int) -> None:
        self._connection = connection
        self._left = messages
        self._rows: list[Sample] = []
        self._mids: list[int] = []
        self._keys: dict[str, int] = dict(connection.execute("SELECT device_id, device_key FROM device").fetchall())

    def take(self, client: mqtt.Client, message: mqtt.MQTTMessage) -> bool:
        """Take one message in; True when it was the last one and all are stored."""
        self._rows += samples_of(self._keys[message.topic.split("/")[3]], bytes(message.payload))
        self._mids.append(message.mid)
        self._left -= 1
        if len(self._rows) >= ROWS_PER_TRANSACTION or not self._left:
            self._store(client)
        return not self._left

    def _store(self, client: mqtt.Client) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(INSERT, [row.model_dump() for row in self._rows])
        for mid in self._mids:
            client.ack(mid, 1)
        self._rows.clear()
        self._mids.clear()


if __name__ == "__main__":
    arguments = Arguments.of(sys.argv[1:])
    with psycopg.connect(arguments.database_url, autocommit=True) as connection:
        subscribe(arguments, Peer(connection, arguments.messages).take)
