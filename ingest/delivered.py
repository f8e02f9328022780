"""Which messages of which devices a batch brought, for the count of what was lost on the way."""

from collections.abc import Mapping, Sequence

import polars as pl

from archive.fleet.deliveries import DELIVERIES
from archive.fleet.devices import Device
from ingest.columns import MESSAGE
from ingest.messages import Message, Receiptable
from schemas.wire import BIGINT

NO_SPANS = pl.DataFrame(schema={MESSAGE: pl.Int32, "last": DELIVERIES["heard"]})


def delivered(messages: Sequence[Message], senders: Mapping[int, Device], receipts: Mapping[int, Receiptable],
              spans: pl.DataFrame) -> pl.DataFrame:
    """One row per message of a known device, as DELIVERIES; `spans` has each message's newest sample as `last`.

    What carries no number is only heard. A retained delivery says nothing about now.
    """
    heard = [number for number in senders if not messages[number].retain]
    numbered = [receipts.get(number) for number in heard]
    rows = pl.DataFrame({
        MESSAGE: pl.Series(heard, dtype=pl.Int32),
        "device_key": pl.Series([senders[number].device_key for number in heard], dtype=pl.Int32),
        "boot": pl.Series([one.boot if one else 0 for one in numbered], dtype=pl.Int64),
        "seq": pl.Series([one.seq if one and one.seq < BIGINT else None for one in numbered], dtype=pl.Int64),
        "heard": pl.Series([int(messages[number].received_at * 1e6) for number in heard], dtype=pl.Int64),
    }).with_columns(pl.col("heard").cast(DELIVERIES["heard"]))
    ahead = (pl.col("last") - pl.col("heard")).dt.total_milliseconds().alias("ahead_ms")
    return rows.join(spans, on=MESSAGE, how="left").select(*(ahead if name == "ahead_ms" else name
                                                             for name in DELIVERIES))
