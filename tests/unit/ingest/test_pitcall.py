"""The quick way of reading telemetry takes and refuses what the strict one does."""

import json
import zlib
from itertools import chain
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.columns import REAL_LIMIT, Taken, assemble
from ingest.formats.pitcall import decode, telemetry
from ingest.messages import Rejection
from schemas.wire import LARGEST_DIFFERENCE, Telemetry

GOOD: dict[str, Any] = {"v": 1, "boot": 3, "seq": 9, "t": 1_763_800_000_000, "dt": [0, 1], "s": {"speed": [1, None]}}
number = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.none()
odd = number | st.booleans() | st.text(max_size=3) | st.lists(number, max_size=2) | st.dictionaries(
    st.text(max_size=2), number, max_size=2)


@given(st.dictionaries(st.sampled_from(["v", "boot", "seq", "t", "dt", "s", "d", "new"]), odd, max_size=3))
@example({"v": True})
@example({"v": 1.0})
@example({"boot": -1})
@example({"dt": []})
@example({"dt": [0, 1, 2]})
@example({"s": {"speed": [True, 2]}})
@example({"s": {"speed": ["1", 2]}})
@example({"s": {"speed[1]": [1, 2]}})
@example({"s": {"speed": [1, 2**70]}})
@example({"s": {}})
@example({"s": {}, "dt": 0})
@example({"dt": [0, 2**45 + 1]})
@example({"s": {"speed": 5}, "dt": [0]})
@example({"new": [{"dt": [7]}, "]"]})
@example({"d": {"speed": 0}})
def test_both_ways_agree(changes: dict[str, Any]) -> None:
    payload = json.dumps(GOOD | changes).encode()
    strict, quick = decode(Telemetry, json.dumps(_whole(GOOD | changes)).encode()), telemetry(payload)
    if isinstance(quick, Rejection):
        assert isinstance(strict, Rejection)
        return
    # What the quick way lets through are arrays with something else than numbers in them; columns refuse those.
    columns = assemble([Taken(0, 7, quick)])
    assert bool(columns.refused) == (isinstance(strict, Rejection) or _no_columns(strict))
    if isinstance(strict, Telemetry):
        assert (quick.boot, quick.seq, quick.t, quick.d) == (strict.boot, strict.seq, strict.t, strict.d)
        assert quick.signals == tuple(strict.s)


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"null", b"\xff", zlib.compress(b"[1")])
def test_junk_is_refused_both_ways(junk: bytes) -> None:
    assert isinstance(telemetry(junk), Rejection)
    assert telemetry(junk) == decode(Telemetry, junk)


def _whole(body: dict[str, Any]) -> dict[str, Any]:
    """The quick way takes a time of 1.0 for 1."""
    offsets = body["dt"]
    if not isinstance(offsets, list):
        return body
    return body | {"dt": [int(one) if isinstance(one, float) and one.is_integer() else one for one in offsets]}


def _no_columns(strict: Telemetry) -> bool:
    """What is a good message by its types alone, but makes no rows."""
    values = list(chain(*strict.s.values()))
    uneven = any(len(array) != len(strict.dt) for array in strict.s.values())
    differences = [value for alias in strict.d for value in (strict.dt if alias == "dt" else strict.s.get(alias, []))]
    return (uneven or any(value is not None and abs(value) > REAL_LIMIT for value in values)
            or any(value is not None and (value != int(value) or abs(value) > LARGEST_DIFFERENCE)
                   for value in differences))
