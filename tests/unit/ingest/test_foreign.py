"""Messages of foreign devices in their documented shapes, and what is read from them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.fleet import position_consent
from archive.fleet.devices import Device
from ingest.foreign import FORMATS, Read, Row, frame, read
from ingest.messages import Message, Rejection
from ingest.registry import Registry
from ingest.sorting import sort_out
from schemas.topics import FOREIGN_LEVELS, FOREIGN_SHARD, parse
from schemas.wire import RejectReason

ARRIVED = datetime(2026, 11, 20, 8, 30, 15, 250_000, UTC)


class OneDevice(Registry):
    """Knows everybody as device 1 on the shard of foreign devices."""

    def __getitem__(self, device_id: str) -> Device:
        return Device(1, device_id, FOREIGN_SHARD)


def delivered(topic: str, payload: bytes | str) -> Message:
    body = payload.encode() if isinstance(payload, str) else payload
    return Message(topic, body, 1, 1, False, "foreign", 1, ARRIVED.timestamp())


def told(topic: str, payload: bytes | str) -> Read:
    result = read(delivered(topic, payload))
    assert isinstance(result, Read), result
    return result


class Case(NamedTuple):
    """A message and the one sample in it; `at` None: stamped on receipt."""

    topic: str
    payload: str
    values: Mapping[str, float]
    extra: Mapping[str, Any] | None = None
    at: datetime | None = None


CASES = {
    "wican grouped": Case(
        "wican/84f703406f75/can/rx",
        '{"SPEED":5,"ENGINE_RPM":4200,"COOLANT_TMP":88,"FUEL":62.1,"ODOMETER":94636,"CHARGING":"off","IGNITION":"on"}',
        {"speed_kmh": 5, "engine_rpm": 4200, "coolant_c": 88, "fuel_level_pct": 62.1, "odometer_km": 94636},
        {"CHARGING": False, "IGNITION": True}),
    "wican standard pid": Case("wican/84f703406f75/trips/one", '{"0C-EngineRPM":4147}', {"engine_rpm": 4147}),
    "wican both fuel rates": Case("wican/w/can/rx", '{"FUEL_RATE":0.42,"5E-EngineFuelRate":2.1}',
                                  {"fuel_rate_g_s": 0.42, "fuel_rate_l_h": 2.1}),
    "wican psi and miles": Case("wican/w/can/rx", '{"TYRE_P_FL":32,"ODOMETER_MI":1000}',
                                {"tyre_kpa_fl": 220.632224, "odometer_km": 1609.344}),
    "wican battery": Case("wican/w/cmd", '{"battery_voltage": 12.4}', {"battery_v": 12.4}),
    "wican post": Case("wican/w/any", '{"autopid_data":{"SPEED":7},"config":{},"status":{"fw_version":"4.40"}}',
                       {"speed_kmh": 7}),
    "ovms odometer": Case("ovms/me/car7/metric/v/p/odometer", "57913.1", {"odometer_km": 57913.1},
                          at=ARRIVED.replace(microsecond=0)),
    "ovms tyres": Case("ovms/me/car7/metric/v/t/pressure", "206.8,216.4,275.8,175.8",
                       {"tyre_kpa_fl": 206.8, "tyre_kpa_fr": 216.4, "tyre_kpa_rl": 275.8, "tyre_kpa_rr": 175.8},
                       at=ARRIVED.replace(microsecond=0)),
    "ovms tyres, two sensors asleep": Case(
        "ovms/me/car7/metric/v/t/pressure", "206.8,,275.8", {"tyre_kpa_fl": 206.8, "tyre_kpa_rl": 275.8},
        at=ARRIVED.replace(microsecond=0)),
    "ovms ignition": Case("ovms/me/car7/metric/v/e/on", "yes", {}, {"v.e.on": True}, ARRIVED.replace(microsecond=0)),
    "ovms late record": Case(
        "ovms/me/car7/notify/data/log/trip/12/-3600",
        "*-LOG-Trip,1,86400,1,36.66831,117.02,41,Home,57913.1,12.3,1800,2,71.5,1,2,3,4,5,6,7,8,9,10,11,12,13,14,9.5",
        {"latitude": 36.66831, "longitude": 117.02, "altitude_m": 41, "odometer_km": 57913.1,
         "traction_soc_pct": 71.5, "ambient_c": 9.5}, at=ARRIVED - timedelta(hours=1)),
    "autopi value": Case(
        "autopi/ap1", '{"_type":"rpm","_stamp":"2026-11-20T08:29:00.123456","value":850.0,"unit":"rpm"}',
        {"engine_rpm": 850}, at=datetime(2026, 11, 20, 8, 29, 0, 123456, UTC)),
    "autopi stated unit": Case(
        "autopi/ap1/obd/speed", '{"_type":"speed","_stamp":"2026-11-20T08:29:00","value":50,"unit":"mph"}',
        {"speed_kmh": 80.4672}, at=datetime(2026, 11, 20, 8, 29, tzinfo=UTC)),
    "autopi position": Case(
        "autopi/ap1", '{"@t":"track.pos","@ts":"2026-11-20T16:29:00+08:00","utc":"x","loc":{"lat":55.6,"lon":12.5},'
                      '"alt":12.0,"sog":48.2,"cog":181,"nsat":9}',
        {"latitude": 55.6, "longitude": 12.5, "altitude_m": 12, "gps_speed_kmh": 48.2, "heading_deg": 181},
        {"pos.nsat": 9}, datetime(2026, 11, 20, 8, 29, tzinfo=UTC)),
    "autopi battery": Case("autopi/ap1", '{"_type":"bat","level":80,"state":"charging","voltage":14.1}',
                           {"battery_v": 14.1}, {"bat.level": 80, "bat.state": "charging"}),
    "obd2-mqtt value": Case("obd2mqtt/car_7/car_7_engineCoolantTemp", "87", {"coolant_c": 87}),
    "obd2-mqtt truth": Case("obd2mqtt/car-7/car-7_engineRunning", "on", {}, {"engineRunning": True}),
    "obd2-mqtt gps": Case("obd2mqtt/car-7/car-7_location/attributes", '{"latitude":36.6,"longitude":117.0}',
                          {"latitude": 36.6, "longitude": 117.0}),
    "thingsboard": Case("thingsboard/tb1/telemetry", '{"ts":1795163400000,"values":{"speed":"52.5","door":"open"}}',
                        {"speed_kmh": 52.5}, {"door": "open"}, datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
    "thingsboard flat": Case("thingsboard/tb1", '{"odometer_mi":100,"mystery":4}', {"odometer_km": 160.9344},
                             {"mystery": 4}),
    "owntracks": Case(
        "owntracks/phone-1/pixel", '{"_type":"location","tst":1795163400,"lat":36.6,"lon":117.0,"alt":41,"vel":54,'
                                   '"cog":270,"batt":83,"tid":"YY","SSID":"home","acc":12}',
        {"latitude": 36.6, "longitude": 117.0, "altitude_m": 41, "gps_speed_kmh": 54, "heading_deg": 270}, None,
        datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
    "owntracks of a tracker": Case(
        "owntracks/car-1/tracker", '{"_type":"location","tst":1795163400.5,"lat":36.6,"lon":117.0,"vel":-1,"rpm":900,'
                                   '"odometer":57913.1,"uext":13.9,"vin":"LSV123"}',
        {"latitude": 36.6, "longitude": 117.0, "engine_rpm": 900, "odometer_km": 57913.1, "battery_v": 13.9}, None,
        datetime(2026, 11, 20, 8, 30, 0, 500_000, UTC)),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_documented_message_is_read(case: Case) -> None:
    (sample,) = told(case.topic, case.payload).samples
    assert sample.at == (case.at or ARRIVED)
    assert sample.values == pytest.approx(dict(case.values))
    assert (json.loads(sample.extra) if sample.extra else None) == case.extra


def test_255_from_an_autopi_is_no_speed() -> None:
    assert told("autopi/ap1", '{"_type":"speed","value":255}').nothing


def test_fahrenheit_is_converted_with_its_offset() -> None:
    (sample,) = told("autopi/ap1", '{"_type":"coolant_temp","value":212,"unit":"fahrenheit"}').samples
    assert sample.values["coolant_c"] == pytest.approx(100)


def test_an_array_is_as_many_samples() -> None:
    body = [{"ts": 1_795_163_400_000 + n * 1000, "values": {"rpm": n}} for n in range(3)]
    read_here = told("thingsboard/tb1", json.dumps(body))
    assert [sample.values["engine_rpm"] for sample in read_here.samples] == [0, 1, 2]
    assert not read_here.clockless


@pytest.mark.parametrize(("topic", "payload", "state"), [
    ("wican/w/status", '{"status": "online"}', "online"), ("wican/w/can/status", '{"status": "offline"}', "offline"),
    ("ovms/me/car7/metric/s/v3/connected", "no", "offline"), ("obd2mqtt/c/c_connection", "connected", "online"),
    ("obd2mqtt/c/c_connection", "connection lost", "offline"), ("owntracks/p/x", '{"_type":"lwt","tst":1}', "offline")])
def test_the_connection_is_told(topic: str, payload: str, state: str) -> None:
    assert told(topic, payload).state == state


@pytest.mark.parametrize(("topic", "payload"), [
    ("autopi/ap1", '{"_type":"dtc","_stamp":"2026-11-20T08:29:00","values":[{"code":"P0420","text":"Catalyst"}]}'),
    ("obd2mqtt/c/c_dtc", '{"dtc":["P0420"]}'), ("obd2mqtt/c/c_dtc/attributes", '{"dtc":["P0420"]}')])
def test_fault_codes_are_told(topic: str, payload: str) -> None:
    assert [list(codes) for _, codes in told(topic, payload).codes] == [["P0420"]]


IGNORED = {
    "raw frames": ("wican/w/can/rx", '{"bus":"0","type":"rx","ts":34610,"frame":[{"id":2024,"data":[3,65]}]}'),
    "frames sent to it": ("wican/w/can/tx", "anything"),
    "a command": ("wican/w/cmd", '{"cmd":"get_vbatt"}'),
    "an event": ("ovms/me/car7/event", "vehicle.on"),
    "a cleared metric": ("ovms/me/car7/metric/v/p/speed", ""),
    "a place without a column": ("ovms/me/car7/metric/v/p/location", "Home"),
    "a chassis number": ("ovms/me/car7/metric/v/vin", "LSV123"),
    "a modem": ("ovms/me/car7/metric/m/net/mdm/iccid", "8986"),
    "an unknown record": ("ovms/me/car7/notify/data/x/1/-5", "RT-GPS-Log,0,86400,36.6,117.0"),
    "a place under a name unknown": ("thingsboard/tb1", '{"gps_lat": 36.6, "vin": "LSV123"}'),
    "a fence crossed": ("owntracks/p/x/event", '{"_type":"transition","tst":1795163400,"lat":36.6,"lon":117.0}'),
    "attributes": ("thingsboard/tb1/attributes", '{"fw": "1"}'),
}


@pytest.mark.parametrize(("topic", "payload"), IGNORED.values(), ids=IGNORED.keys())
def test_what_is_not_for_us_leaves_no_trace(topic: str, payload: str) -> None:
    assert told(topic, payload).nothing


REFUSED = {
    "no JSON": ("wican/w/can/rx", b"{", RejectReason.MALFORMED),
    "NaN": ("wican/w/can/rx", b'{"SPEED": NaN}', RejectReason.MALFORMED),
    "no object": ("wican/w/can/rx", b"[1]", RejectReason.MALFORMED),
    "no UTF-8": ("ovms/me/car7/metric/v/p/speed", b"\xff", RejectReason.ENCODING),
    "no age": ("ovms/me/car7/notify/data/log/trip/x", b"*-LOG-Trip", RejectReason.MALFORMED),
    "no type": ("autopi/ap1", b'{"value": 1}', RejectReason.MALFORMED),
    "no time": ("autopi/ap1", b'{"_type": "rpm", "_stamp": "yesterday", "value": 1}', RejectReason.MALFORMED),
    "a clock of 1970": ("autopi/ap1", b'{"_type": "rpm", "_stamp": "1970-01-01T00:00:05", "value": 1}',
                        RejectReason.CLOCK),
    "beyond any calendar": ("thingsboard/tb1", b'{"ts": 1e300, "values": {"rpm": 1}}', RejectReason.CLOCK),
    "encrypted": ("owntracks/p/x", b'{"_type": "encrypted", "data": "x"}', RejectReason.MALFORMED),
    "a place without a time": ("owntracks/p/x", b'{"_type": "location", "lat": 1, "lon": 2}', RejectReason.MALFORMED),
    "a phone of 1970": ("owntracks/p/x", b'{"_type": "location", "tst": 9, "lat": 1, "lon": 2}', RejectReason.CLOCK),
    "too great": ("wican/w/can/rx", b'{"SPEED": 1e39}', RejectReason.OVERFLOW),
    "too many keys": ("thingsboard/tb1", json.dumps({f"k{n}": n for n in range(101)}).encode(),
                      RejectReason.MALFORMED),
    "too long": ("wican/w/can/rx", b" " * 300_000, RejectReason.OVERSIZE),
}


@pytest.mark.parametrize(("topic", "payload", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_makes_no_sense_is_refused(topic: str, payload: bytes, reason: RejectReason) -> None:
    result = read(delivered(topic, payload))
    assert isinstance(result, Rejection)
    assert result.reason == reason


def test_a_value_that_is_not_a_number_is_kept_and_not_fatal() -> None:
    (sample,) = told("wican/w/can/rx", '{"SPEED": "fast"}').samples
    assert (sample.values, sample.extra) == ({}, '{"SPEED": "fast"}')


def test_a_frame_has_only_the_columns_that_occur() -> None:
    samples = told("thingsboard/tb1", '[{"speed":1,"fuel_type":2},{"rpm":7,"mystery":1}]').samples
    rows = frame([Row(n, 5, sample) for n, sample in enumerate(samples)])
    assert rows.select("message", "device_key", "speed_kmh", "engine_rpm", "fuel_type_code").rows() == [
        (0, 5, 1, None, 2), (1, 5, None, 7, None)]
    assert rows["time"].unique().to_list() == [ARRIVED]


def test_latitude_and_longitude_of_an_ovms_meet_in_one_row() -> None:
    registry = OneDevice()
    registry.consented = pl.DataFrame({"device_key": [1], "first": [ARRIVED - timedelta(days=1)],
                                       "last": [ARRIVED + timedelta(days=1)]}, schema=position_consent.INTERVALS)
    second = [delivered(f"ovms/me/car7/metric/v/p/{part}", "36.6")._replace(received_at=ARRIVED.timestamp() + wait)
              for part, wait in (("latitude", 0), ("longitude", 0.3))]
    positions = sort_out(second, registry).positions
    assert positions["time"].to_list() == [ARRIVED.replace(microsecond=0)] * 2
    assert positions.select("latitude", "longitude").rows() == [(36.6, None), (None, 36.6)]


@pytest.mark.parametrize(("topic", "device"), [
    ("wican/84f703406f75/can/rx", "84f703406f75"), ("ovms/me/car7/metric/v/p/speed", "car7"), ("autopi/ap1", "ap1"),
    ("obd2mqtt/c/c_speed", "c"), ("thingsboard/tb1", "tb1"),
    ("owntracks/phone-1/pixel", "phone-1"), ("pitcall/v1/foreign/f1/up/telemetry", "f1")])
def test_the_topic_names_the_device(topic: str, device: str) -> None:
    found = parse(topic)
    assert found is not None
    assert (found.shard, found.device_id) == ("foreign", device)


@pytest.mark.parametrize("topic", ["wican", "wican//x", "ovms/car7", "autopi/a b", "homie/x/y", "wican/" + "a" * 65])
def test_other_topics_name_nobody(topic: str) -> None:
    assert parse(topic) is None


def test_every_foreign_tree_has_its_format() -> None:
    assert FORMATS.keys() == FOREIGN_LEVELS.keys()


level = st.sampled_from(["metric", "notify", "data", "v", "p", "t", "pressure", "status", "can", "rx", "attributes",
                         "x_dtc", "x_speed", "-5", "5", ""]) | st.text(max_size=5).filter(lambda text: "/" not in text)
topics = st.builds(lambda root, rest: "/".join([root, *["dev"] * FOREIGN_LEVELS[root], *rest]),
                   st.sampled_from(sorted(FOREIGN_LEVELS)), st.lists(level, max_size=5))
names = st.sampled_from(["_type", "_stamp", "value", "values", "ts", "dtc", "speed", "SPEED", "fuel_type", "unit",
                         "loc", "autopid_data", "frame", "status", "0C-x", "5E-", "tst", "lat"]) | st.text(max_size=6)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9)
    | st.sampled_from(["pos", "dtc", "obd.rpm", "1e999", "nan", "on", "location", "0001-01-01T00:00:00+23:00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=12)
payloads = st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()) | st.text().map(
    lambda text: text.encode("utf-8", "surrogatepass"))


@given(topics, payloads)
@example("autopi/d", b'{"_type":"speed","_stamp":"0001-01-01T00:00:00+23:00","value":1}')
@example("thingsboard/d", b"[" * 10_000)
@example("ovms/d/d/notify/data/-999999999", b'*-LOG-Trip,"\n')
@example("obd2mqtt/d/metric", b"\\u0000")
@example("wican/d/can/rx", b'{"51-x": 1' + b"0" * 400 + b"}")
def test_no_bytes_on_any_foreign_topic_do_harm(topic: str, payload: bytes) -> None:
    """Every message ends as rows, an event, a status, ignored or with its reason; consent is nobody's here."""
    out = sort_out([delivered(topic, payload)], OneDevice())
    rows = out.readings.height + len(out.events) + len(out.statuses)
    assert bool(rows) + bool(out.ignored) + bool(out.letters) + bool(out.refused) == 1
    for extra in out.readings["extra"].drop_nulls() if "extra" in out.readings else ():
        assert all("\0" not in str(part) for pair in json.loads(extra).items() for part in pair), "jsonb knows no NUL"
