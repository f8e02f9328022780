"""Columns of a batch equal the plain reading of each message, whatever else is in the batch."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.columns import Taken, assemble
from ingest.formats.pitcall import telemetry
from ingest.messages import Samples
from schemas.signals import BY_ALIAS
from schemas.wire import RejectReason

ALIASES = ("speed", "rpm", "odo", "lat", "fuel_type", "mystery")
SCALES = (1.0, 0.1, 0.01, 1e-5, 0.5, 2.0)
whole = st.integers(-1000, 1000)
value = st.none() | st.floats(-1e4, 1e4, width=32)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A good message: some signals plain, some as differences, nulls anywhere."""
    count = draw(st.integers(1, 5))
    aliases = draw(st.lists(st.sampled_from(ALIASES), unique=True, max_size=4))
    scales = {alias: draw(st.sampled_from(SCALES)) for alias in aliases if draw(st.booleans())}
    signals = {alias: draw(st.lists(st.none() | whole if alias in scales else value, min_size=count, max_size=count))
               for alias in aliases}
    return {"v": 1, "boot": 1, "seq": draw(st.integers(0, 99)), "t": 1_763_800_000_000,
            "dt": draw(st.lists(st.integers(0, 5000), min_size=count, max_size=count)), "s": signals, "d": scales}


def plainly(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The same message read one value after the other, as device makers would."""
    rows: list[dict[str, Any]] = [{"ms": body["t"] + offset} for offset in body["dt"]]
    for alias, values in body["s"].items():
        total = 0
        for row, given_value in zip(rows, values, strict=True):
            if given_value is None:
                continue
            total += given_value if alias in body["d"] else 0
            row[alias] = round(total * body["d"][alias], 9) if alias in body["d"] else given_value
    return rows


def taken(number: int, body: dict[str, Any]) -> Taken:
    samples = telemetry(json.dumps(body).encode())
    assert isinstance(samples, Samples)
    return Taken(number, 7, samples)


@given(st.lists(bodies(), min_size=1, max_size=6))
def test_a_batch_reads_as_its_messages_do(batch: list[dict[str, Any]]) -> None:
    columns = assemble([taken(number, body) for number, body in enumerate(batch)])
    assert not columns.refused
    for number, body in enumerate(batch):
        mine = columns.rows.filter(columns.rows["message"] == number)
        for row, expected in zip(mine.iter_rows(named=True), plainly(body), strict=True):
            assert int(row["time"].timestamp() * 1000) == expected["ms"]
            for alias in body["s"]:
                found = json.loads(row.get("extra") or "{}").get(alias) if alias not in BY_ALIAS else \
                    row[BY_ALIAS[alias].column]
                wanted = expected.get(alias)
                if found is None or wanted is None:
                    assert found is wanted
                else:
                    exact = int(wanted) if alias == "fuel_type" else wanted
                    assert abs(found - exact) <= 1e-6 * max(1, abs(exact))


@given(bodies(), st.sampled_from(["length", "fraction", "huge", "real", "text", "list", "time"]))
def test_a_spoilt_message_is_refused_alone(good: dict[str, Any], flaw: str) -> None:
    flaws: dict[str, dict[str, Any]] = {
        "length": {"s": {"speed": [1, 2]}, "d": {}, "dt": [0]},
        "fraction": {"s": {"speed": [1.5]}, "d": {"speed": 1.0}, "dt": [0]},
        "huge": {"s": {"speed": [1e300]}, "d": {"speed": 1.0}, "dt": [0]},
        "real": {"s": {"speed": [1e39]}, "d": {}, "dt": [0]},
        "text": {"s": {"speed": ["1"]}, "d": {}, "dt": [0]},
        "list": {"s": {"speed": [[1]]}, "d": {}, "dt": [0]},
        "time": {"s": {"speed": [1]}, "d": {}, "dt": [None]},
    }
    columns = assemble([taken(0, good), taken(1, good | flaws[flaw]), taken(2, good)])
    assert set(columns.refused) == {1}
    reasons = {"length": RejectReason.LENGTH, "text": RejectReason.MALFORMED, "list": RejectReason.MALFORMED,
               "time": RejectReason.MALFORMED}
    assert columns.refused[1].reason is reasons.get(flaw, RejectReason.OVERFLOW)
    alone = assemble([taken(0, good), taken(2, good)])
    assert columns.rows.select(alone.rows.columns).sort("message", maintain_order=True).equals(
        alone.rows.sort("message", maintain_order=True))


def test_differences_come_back_as_the_decimals_that_were_meant() -> None:
    body = {"v": 1, "boot": 1, "seq": 1, "t": 0, "dt": [0, 1, 1], "s": {"lat": [3666831, 1, 1], "odo": [523, None, 1]},
            "d": {"lat": 1e-5, "odo": 0.1, "dt": 1000}}
    rows = assemble([taken(0, body)]).rows
    assert rows["latitude"].to_list() == [36.66831, 36.66832, 36.66833]
    assert rows["odometer_km"].to_list() == [52.3, None, 52.4]
    assert [time.timestamp() for time in rows["time"]] == [0, 1, 2]


def test_nothing_taken_gives_no_rows() -> None:
    assert assemble([]).rows.is_empty()
