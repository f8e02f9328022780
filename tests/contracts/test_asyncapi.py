"""`docs/asyncapi.json` is the generated description of the contract."""

import json
from pathlib import Path
from typing import Any

from schemas.asyncapi import document
from schemas.signals import SIGNALS
from schemas.wire import DOWN, UP

STORED = Path(__file__).parents[2] / "docs" / "asyncapi.json"


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if "$ref" in node else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def test_the_stored_description_is_up_to_date() -> None:
    assert json.loads(STORED.read_text()) == json.loads(json.dumps(document())), (
        "regenerate it: python -m schemas > docs/asyncapi.json"
    )


def test_every_kind_of_message_has_a_channel_and_an_operation() -> None:
    described = document()
    assert set(described["channels"]) == set(UP) | set(DOWN)
    assert {op["channel"]["$ref"] for op in described["operations"].values()} == {
        f"#/channels/{kind}" for kind in described["channels"]
    }


def test_every_reference_points_somewhere() -> None:
    described = document()
    for reference in references(described):
        node = described
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_every_signal_is_listed() -> None:
    assert [row["column"] for row in document()["x-signals"]] == [signal.column for signal in SIGNALS]
