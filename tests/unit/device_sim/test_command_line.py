"""What people type."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.__main__ import app
from device_sim.mqtt.credentials import read_credentials
from schemas.broker_address import BrokerAddress
from schemas.errors import ConfigurationError, InvalidInput

RUN = ["run", "--cars", "2", "--days", "5", "--seed", "4", "--end", "2026-11-20T00:00:00"]


def test_without_credentials_the_truth_is_told_and_nothing_is_published(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    done = CliRunner().invoke(app, [*RUN, "--truth", str(truth)])
    assert done.exit_code == 0, done.output
    told = json.loads(truth.read_text())
    assert [car["vehicle"] for car in told] == ["car-1", "car-2"]
    assert all(car["distance_km"] > 50 for car in told)
    assert "car-2" in done.output


def test_an_unknown_model_is_named() -> None:
    done = CliRunner().invoke(app, [*RUN, "--model", "tank"])
    assert isinstance(done.exception, InvalidInput)
    assert "tank" in str(done.exception)


def test_replay_asks_for_signal_and_column(tmp_path: Path) -> None:
    who = tmp_path / "who.json"
    who.write_text('{"device_id": "a", "user": "a", "password": "p", "shard": "s00", "topics": {}}\n')
    (tmp_path / "r.csv").write_text("t_s,v\n0,1\n")
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "r.csv"), "--credentials", str(who), "--map", "speed"])
    assert "NAME=VALUE" in str(done.exception)


def test_credentials_are_lines_of_json(tmp_path: Path) -> None:
    file = tmp_path / "fleet.jsonl"
    line = '{"device_id": "a", "user": "a", "password": "s3cret", "shard": "s07", "topics": {"up": {}}}\n'
    file.write_text(line + "\n" + line.replace('"a"', '"b"'))
    assert [who.device_id for who in read_credentials(file)] == ["a", "b"]
    assert "s3cret" not in repr(read_credentials(file))
    file.write_text('{"device_id": "a"}')
    with pytest.raises(ConfigurationError, match="user"):
        read_credentials(file)


@pytest.mark.parametrize("url", ["localhost:1883", "http://broker", "mqtt://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="mqtts://host:8883"):
        BrokerAddress.parse(url)


def test_the_usual_ports_are_known() -> None:
    assert BrokerAddress.parse("mqtts://broker").port == 8883
    assert BrokerAddress.parse("mqtt://user:word@broker:2000").port == 2000
