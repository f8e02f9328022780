"""Trouble codes: read in every form, followed through scans and clearing, told with what to do."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from health.assess import assess
from health.codes import decoded
from health.codes_table import MEANINGS, meaning_of, number_of, rows_of
from schemas.findings import FindingCode, Severity
from schemas.frames import CODE_SCANS
from schemas.quantity import Unknown
from schemas.report import TroubleCode, VehicleReport
from schemas.vehicle import MaintenanceRule, ServiceDone, VehicleFacts
from tests.unit.health.drives import MORNING, commute, recording
from tests.unit.health.reports import SHANGHAI

NOW = MORNING + timedelta(days=10)
Scan = tuple[float, str, Sequence[str]]
"""Days after the first morning, list, codes."""


def scans(*told: Scan) -> pl.DataFrame:
    rows = [("car", MORNING + timedelta(days=day), name, code)
            for day, name, codes in told for code in (codes or (None,))]
    return pl.DataFrame(rows, schema=CODE_SCANS, orient="row")


def report(*told: Scan, readings: pl.DataFrame | None = None, now: datetime = NOW, **facts: object) -> VehicleReport:
    known = {"car": VehicleFacts.model_validate(facts)}
    return assess(commute(1) if readings is None else readings, known, now, SHANGHAI, scans=scans(*told))["car"]


def only(*told: Scan, **more: object) -> TroubleCode:
    codes = report(*told, **more).codes  # type: ignore[arg-type]
    assert codes is not None
    assert len(codes) == 1
    return codes[0]


@pytest.mark.parametrize(("written", "code"), [
    ("P0420", "P0420"), (" p0420 ", "P0420"), ("P0420-13", "P0420"), ("0143", "P0143"), ("C158", "U0158"),
    ("0x9234", "B1234"), ("4123", "C0123"), ("E103", "U2103"), ("014300", "P0143"),
    ("0000", None), ("P4420", None), ("misfire", None), ("", None), ("12345", None)])
def test_a_code_is_read_in_every_form(written: str, code: str | None) -> None:
    assert decoded(pl.Series([written])).to_list() == [code]


def test_all_two_byte_codes_are_read_as_the_standard_builds_them() -> None:
    numbers = range(1, 65536)
    codes = decoded(pl.Series([f"{number:04X}" for number in numbers]))
    assert codes.null_count() == 0
    assert [number_of(code) for code in codes] == list(numbers)


def test_every_code_has_one_meaning_and_vectors_equal_scalars() -> None:
    numbers = np.arange(65536)
    rows = rows_of(numbers)
    for number in (0x0300, 0x0420, 0x0128, 0x4035, 0xC100, 0x8001):
        assert rows_of(np.array([number]))[0] == rows[number]
    for row in MEANINGS:
        assert rows[number_of(row.first)] == rows[number_of(row.last)] == MEANINGS.index(row) or row.zh
    assert meaning_of("P0301").en == "engine misfire"
    assert meaning_of("P0399").en == "ignition"
    assert meaning_of("P1234").severity is Severity.ADVISE
    assert meaning_of("P0524").severity is Severity.URGENT


def test_a_car_nobody_asked_has_no_codes_and_says_why() -> None:
    silent = report()
    assert silent.codes is None
    assert silent.unknown["codes"] is Unknown.NO_SIGNAL


def test_a_car_without_trouble_has_none() -> None:
    assert report((1, "confirmed", [])).codes == []


def test_first_and_last_seen_and_the_distance_since() -> None:
    code = only((1, "confirmed", ["P0420"]), (4, "confirmed", ["P0420"]), readings=commute(5))
    assert (code.status, code.severity, code.reappeared) == ("confirmed", Severity.ADVISE, 0)
    assert (code.first_seen, code.last_seen) == (MORNING + timedelta(days=1), MORNING + timedelta(days=4))
    assert code.km_since_first is not None
    since = [trip.distance_km.value for trip in report(readings=commute(5)).trips
             if trip.distance_km and trip.start >= code.first_seen]
    assert len(since) == 8
    assert code.km_since_first.value == pytest.approx(sum(since))


def test_a_code_that_healed_is_gone_and_one_that_came_back_is_counted() -> None:
    assert only((1, "confirmed", ["P0420"]), (2, "confirmed", [])).status == "gone"
    back = only((1, "confirmed", ["P0420"]), (2, "confirmed", []), (3, "confirmed", ["P0420"]))
    assert (back.status, back.reappeared) == ("confirmed", 1)


def test_clearing_is_told_apart_from_healing() -> None:
    code = only((1, "confirmed", ["P0420"]), (2, "clear", []), (3, "confirmed", []))
    assert (code.status, code.cleared_at) == ("cleared", MORNING + timedelta(days=2))
    back = only((1, "confirmed", ["P0420"]), (2, "clear", []), (3, "confirmed", ["P0420"]))
    assert (back.status, back.reappeared, back.cleared_at) == ("confirmed", 1, None)


def test_a_permanent_code_outlives_clearing() -> None:
    code = only((1, "permanent", ["P0420"]), (1, "confirmed", ["P0420"]), (2, "clear", []))
    assert code.status == "permanent"


def test_the_distance_since_clearing_that_starts_again_tells_of_clearing() -> None:
    counted = np.r_[np.full(200, 812.0), np.full(200, 2.0)]
    drive = recording(np.arange(400.0), speed_kmh=np.full(400, 50.0), distance_since_clear_km=counted)
    code = only((-1, "confirmed", ["P0420"]), readings=drive)
    assert code.status == "cleared"
    assert code.cleared_at == MORNING + timedelta(seconds=399)


def test_a_pending_code_is_mentioned_quietly() -> None:
    car = report((1, "pending", ["P0171"]))
    found = next(finding for finding in car.findings if finding.code is FindingCode.TROUBLE_CODE_PENDING)
    assert found.severity is Severity.INFO
    assert "P0171" in found.zh
    assert not [due for due in car.due if due.limit == "codes"]


def test_findings_say_what_to_do_by_urgency() -> None:
    car = report((1, "confirmed", ["P0217", "P0301", "P0420"]))
    told = {finding.severity: finding for finding in car.findings if finding.code is FindingCode.TROUBLE_CODE}
    assert set(told) == {Severity.URGENT, Severity.SOON, Severity.ADVISE}
    assert "call the customer now" in told[Severity.URGENT].en
    assert "请避免急加速" in told[Severity.SOON].zh
    assert car.findings[0].severity is Severity.URGENT


def test_codes_are_listed_in_order_with_their_first_day_and_who_came_back() -> None:
    car = report((1, "confirmed", ["P0301"]), (2, "confirmed", []), (8, "confirmed", ["P0302", "P0301"]))
    [finding] = [found for found in car.findings if found.code is FindingCode.TROUBLE_CODE]
    assert finding.en.startswith(
        "Trouble codes P0301 (engine misfire) and P0302 (engine misfire), first seen on 3 March. P0301 came back after "
        "it was gone or cleared.")
    assert finding.zh.startswith(
        "故障码P0301(发动机失火)、P0302(发动机失火),最早3月3日出现。P0301消失或清除后又出现过。")


def test_somebody_cleared_codes_lately() -> None:
    car = report((1, "confirmed", ["P0420"]), (9, "clear", []))
    assert FindingCode.TROUBLE_CODE_CLEARED in [finding.code for finding in car.findings]
    later = report((1, "confirmed", ["P0420"]), (9, "clear", []), now=NOW + timedelta(days=60))
    assert FindingCode.TROUBLE_CODE_CLEARED not in [finding.code for finding in later.findings]


def test_what_cannot_be_read_is_said() -> None:
    car = report((1, "confirmed", ["check engine", "P0420"]))
    assert FindingCode.TROUBLE_CODE_UNREADABLE in [finding.code for finding in car.findings]


def test_a_code_asks_for_a_diagnosis_at_once_or_within_two_weeks() -> None:
    [misfire] = [due for due in report((9, "confirmed", ["P0301"])).due if due.item == "DIAG"]
    assert (misfire.date, misfire.limit) == (date(2026, 3, 12), "codes")
    assert "P0301" in misfire.reason_zh
    [catalyst] = [due for due in report((9, "confirmed", ["P0420"])).due if due.item == "DIAG"]
    assert catalyst.date == date(2026, 3, 25)


def test_a_diagnosis_settles_the_codes_seen_before_it() -> None:
    done = [ServiceDone(item="DIAG", at=date(2026, 3, 11))]
    assert not [due for due in report((8, "confirmed", ["P0301"]), services=done).due if due.item == "DIAG"]
    again = report((8, "confirmed", ["P0301"]), (9.9, "confirmed", ["P0301"]), services=done)
    assert [due for due in again.due if due.item == "DIAG"]


def test_of_code_and_calendar_the_first_counts() -> None:
    rules = [MaintenanceRule(item="COOLANT", months=48, codes=["P0128"])]
    done = [ServiceDone(item="COOLANT", at=date(2026, 1, 1))]
    quiet = report((9, "confirmed", []), rules=rules, services=done)
    assert [due.limit for due in quiet.due if due.item == "COOLANT"] == ["months"]
    cold = report((9, "confirmed", ["P0128"]), rules=rules, services=done)
    assert [due.limit for due in cold.due if due.item == "COOLANT"] == ["codes"]


def test_scans_in_any_order_and_twice_say_the_same() -> None:
    told: list[Scan] = [(1, "confirmed", ["P0420", "P0301"]), (2, "clear", []), (3, "confirmed", ["P0301"]),
                        (4, "pending", ["P0171"])]
    assert report(*reversed(told), *told) == report(*told)


def test_what_is_told_later_is_not_known_yet() -> None:
    assert report((20, "confirmed", ["P0420"])).codes is None
