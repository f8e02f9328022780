"""The quick way of reading telemetry takes and refuses what the strict one does."""

import json
import zlib
from itertools import chain
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.formats.pitcall import decode, telemetry
from ingest.messages import Rejection
from schemas.wire import Telemetry

GOOD: dict[str, Any] = {"v": 1, "boot": 3, "seq": 9, "t": 1_763_800_000_000, "dt": [0, 1], "s": {"speed": [1, None]}}
number = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | st.none()
odd = number | st.booleans() | st.text(max_size=3) | st.lists(number, max_size=2) | st.dictionaries(
    st.text(max_size=2), number, max_size=2)


@given(st.dictionaries(st.sampled_from(["v", "boot", "seq", "t", "dt", "s", "d", "new"]), odd, max_size=3))
@example({"v": True})
@example({"v": 1.0})
@example({"boot": -1})
@example({"dt": []})
@example({"s": {"speed": [True, 2]}})
@example({"d": {"speed": 0}})
def test_both_ways_agree_on_the_shape(changes: dict[str, Any]) -> None:
    payload = json.dumps(GOOD | changes).encode()
    strict, quick = decode(Telemetry, payload), telemetry(payload)
    if isinstance(strict, Rejection):
        # What the quick way lets through are numbers of the wrong kind inside arrays; columns refuse those.
        assert isinstance(quick, Rejection) or not _clean(quick.dt, quick.s)
    else:
        assert not isinstance(quick, Rejection)
        assert (quick.boot, quick.seq, quick.t, quick.dt) == (strict.boot, strict.seq, strict.t, strict.dt)
        assert quick.s == strict.s
        assert quick.d == strict.d


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"null", b"\xff", zlib.compress(b"[1")])
def test_junk_is_refused_both_ways(junk: bytes) -> None:
    assert isinstance(telemetry(junk), Rejection)
    assert telemetry(junk) == decode(Telemetry, junk)


def _clean(offsets: list[Any], signals: dict[str, list[Any]]) -> bool:
    whole = all(type(offset) is int and abs(offset) <= 2**45 for offset in offsets)
    return whole and all(value is None or type(value) in (int, float) for value in chain(*signals.values()))
