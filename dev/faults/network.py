"""The network between ingest and the broker: a black hole, a slow link, one byte at a time.

A cut between an acknowledgement and the receipts behind it takes those along: the devices must ask again
(`Scale.resend_s`).
"""

import time

from dev.faults.proxy import FAST
from dev.faults.stage import Stage

NOTICED_S = 15

SLOW_BYTES_PER_S = 10_000
SLOW_RATE = 30
"""Messages/s of about 200 bytes: what the slow link can just carry."""

TINY_RATE = 100


def partition(stage: Stage) -> None:
    """F12: nothing arrives and nothing is closed; the keepalive notices."""
    link = stage.proxy(stage.house.broker_port)
    fleet = stage.fleet(resend_after_s=stage.scale.resend_s)
    ingest = stage.ingest(broker=link)
    fleet.speak(1)
    fleet.speak()
    began = time.monotonic()
    link.black_hole()
    noticed_s = stage.seconds_until(lambda: "broker_disconnected" in ingest.log, stage.scale.partition_s)
    stage.check(f"noticed within {NOTICED_S} s", noticed_s <= NOTICED_S)
    stage.check("not ready", not ingest.ready())
    fleet.wait(began + stage.scale.partition_s - time.monotonic())
    link.heal()
    stage.recovered(stage.until_receipts_flow(fleet), limit_s=10)
    stage.finish()


def slow_link(stage: Stage) -> None:
    """F13: 10 KB/s, then single bytes; packets are put together again, no connection is given up."""
    link = stage.proxy(stage.house.broker_port)
    fleet = stage.fleet(devices=10)
    ingest = stage.ingest(broker=link)
    link.bytes_per_s = SLOW_BYTES_PER_S
    fleet.speak(stage.scale.link_s, rate=SLOW_RATE)
    stage.check("all through the slow link", fleet.receipted_within(30))
    link.bytes_per_s, link.segment = FAST, 1
    fleet.speak(stage.scale.link_s, rate=TINY_RATE)
    stage.finish()
    stage.check("no dead letter", stage.dead_letters() == 0)
    stage.check("connected throughout", ingest.log.count("broker_connected") == 1)
