"""How hard the faults are driven."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """How hard a fault is driven: the whole matrix, or its short form in the test suite."""

    devices: int
    rate: float                 # messages/s of a fleet
    kills: int                  # of ingest
    outages: int                # short ones of database or broker
    down_s: float               # of each
    outage_s: float             # of a stopped database
    hang_s: float               # of a database that is stopped in its tracks; ingest gives it up after 9 s
    partition_s: float
    link_s: float               # of sending over a slow link
    storm: int                  # clients that reconnect at once
    soak_s: float
    resend_s: float             # after which devices ask again, where receipts may die with ingest


FULL = Scale(devices=40, rate=500, kills=10, outages=5, down_s=2, outage_s=60, hang_s=30, partition_s=30,
             link_s=10, storm=2000, soak_s=180, resend_s=30)
SHORT = Scale(devices=4, rate=200, kills=2, outages=1, down_s=1, outage_s=5, hang_s=11, partition_s=16,
              link_s=2, storm=50, soak_s=20, resend_s=5)
