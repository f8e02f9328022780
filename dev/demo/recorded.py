"""A real trip among the simulated ones: one recorded commute, replayed as a device, where the recordings exist."""

from datetime import datetime
from pathlib import Path

import polars as pl

from dev.demo.cast import KEPT_UP, Player, Service
from device_sim.dongle.messages import Message
from device_sim.replay import read_recording, replay_messages

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "trips" / "kit_seat_leon_1hz.parquet"
"""KIT, doi 10.35097/1130 (Weber 2023), CC BY 4.0: OBD-II of a Seat Leon at 1 Hz; beside the checkout, not in it."""

SIGNALS = {"speed": "speed_kmh", "rpm": "rpm", "coolant": "coolant_c", "maf": "maf_gps", "map": "map_kpa",
           "iat": "iat_c", "throttle": "throttle_pct", "ambient": "oat_c"}

PLAYER = Player("demo-recorded", "周宁", "13800138007", "male", "鲁A56789", "LSVAM4187C2184847",
                ("Seat", "Leon (recorded)"), "", "recorded", "diesel", 1400, 1.6, 54_000, (6.0, 6.5),
                located=False, services=(*KEPT_UP, Service("PM-MINOR", 100, 2_000)))


def available() -> bool:
    """Whether the recordings lie beside this checkout."""
    return RECORDING.exists()


def replay(shard: str, end: datetime) -> list[Message]:
    """The first recorded trip as messages, values as recorded, its last sample at `end`."""
    first = str(pl.scan_parquet(RECORDING).select("trip").first().collect().item())
    table = read_recording(RECORDING, {"trip": first})
    return list(replay_messages(table, SIGNALS, "t_s", end, PLAYER.device_id, shard))
