"""Recordings from elsewhere become messages with their own values and intervals."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from device_sim.replay import read_recording, replay_messages
from schemas.errors import InvalidInput
from tests.unit.device_sim.reading_back import decode

END = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
END_MS = int(END.timestamp() * 1000)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    table = pl.DataFrame({"trip": [3, 3, 3, 4], "t_s": [0.0, 0.49, 600.0, 1.0], "speed_kmh": [10.25, None, 30.5, 99.0],
                          "map": ["31", "P0420", "33", "34"]})
    table.write_parquet(tmp_path / "trips.parquet")
    table.write_csv(tmp_path / "trips.csv")
    return tmp_path / "trips.parquet"


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_values_and_intervals_stay_as_recorded(recording: Path, suffix: str) -> None:
    table = read_recording(recording.with_suffix(suffix), {"trip": "3"})
    (message,) = replay_messages(table, {"speed": "speed_kmh", "map": "map"}, "t_s", END, "dev-1", "s03")
    back = decode(message.payload)
    assert message.topic == "pitcall/v1/s03/dev-1/up/telemetry"
    assert back.epoch_ms == [END_MS - 600_000, END_MS - 599_510, END_MS]
    assert back.values == {"speed": [10.25, None, 30.5], "map": [31.0, None, 33.0]}


@pytest.mark.parametrize("times", [
    ["2026-11-20T07:59:58", "2026-11-20T08:00:00"], ["2026-11-20 07:59:58", "2026-11-20 08:00:00"],
    [END_MS - 2000, END_MS], [END_MS / 1000 - 2, END_MS / 1000],
    [END - timedelta(seconds=2), END],
])
def test_times_may_be_written_in_many_ways(times: list[object]) -> None:
    table = pl.DataFrame({"time": times, "v": [1, 2]})
    (message,) = replay_messages(table, {"speed": "v"}, "time", None, "dev-1", "s00")
    assert decode(message.payload).epoch_ms == [END_MS - 2000, END_MS]


def test_long_recordings_become_many_messages() -> None:
    table = pl.DataFrame({"time": list(range(150)), "v": [50] * 150})
    sent = list(replay_messages(table, {"speed": "v"}, "time", END, "dev-1", "s00"))
    assert [(message.seq, message.samples) for message in sent] == [(1, 60), (2, 60), (3, 30)]


def test_what_is_not_there_is_named(recording: Path) -> None:
    with pytest.raises(InvalidInput, match="no rows"):
        read_recording(recording, {"trip": "9"})
    table = read_recording(recording, {})
    with pytest.raises(InvalidInput, match="no column rpm; there are: trip, t_s"):
        list(replay_messages(table, {"rpm": "rpm"}, "t_s", END, "dev-1", "s00"))
    with pytest.raises(InvalidInput, match="unknown signal warp"):
        list(replay_messages(table, {"warp": "map"}, "t_s", END, "dev-1", "s00"))
