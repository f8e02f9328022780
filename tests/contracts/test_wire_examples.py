"""The golden messages of `schemas/examples/` are what the wire models accept, and mean what they should."""

import json
import zlib
from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.wire import DOWN, UP, Telemetry, WireMessage

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
MODELS = UP | DOWN


def body(name: str) -> bytes:
    raw = (EXAMPLES / name).read_bytes()
    return zlib.decompress(raw) if raw[0] == 0x78 else raw


def model_of(name: str) -> type[WireMessage]:
    return MODELS[Path(name).stem.partition("_")[0]]


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir()))
def test_every_example_is_accepted(name: str) -> None:
    model_of(name).model_validate_json(body(name))


def test_there_is_an_example_of_every_message() -> None:
    assert {model_of(path.name) for path in EXAMPLES.iterdir()} == set(MODELS.values())


@pytest.mark.parametrize("name", ["telemetry_plain.json", "telemetry_differences.json", "telemetry_zlib.bin"])
def test_all_arrays_of_a_batch_are_equally_long(name: str) -> None:
    batch = Telemetry.model_validate_json(body(name))
    assert {len(values) for values in batch.s.values()} == {len(batch.dt)}
    assert set(batch.d) <= set(batch.s) | {"dt"}


@pytest.mark.parametrize("field", ["boot", "seq", "t", "dt", "s"])
def test_a_batch_without_a_mandatory_field_is_refused(field: str) -> None:
    message = json.loads(body("telemetry_plain.json"))
    del message[field]
    with pytest.raises(ValidationError):
        Telemetry.model_validate_json(json.dumps(message))


def test_fields_of_a_later_version_are_ignored() -> None:
    message = json.loads(body("telemetry_plain.json")) | {"colour": "red"}
    assert Telemetry.model_validate_json(json.dumps(message)).seq == message["seq"]
