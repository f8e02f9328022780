"""Days as an advisor says them: with the year where it changes, no finer than they are known."""

from datetime import date

import pytest

from health.days_in_words import around, sureness

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(("middle", "low", "high", "zh", "en"), [
    ("2026-07-20", "2026-07-07", "2026-08-11", "7月20日前后(7月7日至8月11日)", "around 20 July (7 July to 11 August)"),
    ("2027-01-09", "2026-12-20", "2027-01-30", "2027年1月9日前后(2026年12月20日至2027年1月30日)",
     "around 9 January 2027 (20 December 2026 to 30 January 2027)"),
    ("2027-03-17", "2027-03-02", "2027-04-01", "2027年3月17日前后(3月2日至4月1日)",
     "around 17 March 2027 (2 March to 1 April)"),
    ("2026-10-30", "2026-07-02", "2027-10-09", "10月前后(7月至2027年10月)", "around October (July to October 2027)"),
    ("2026-12-05", "2026-12-05", "2026-12-05", "12月5日", "on 5 December")])
def test_what_is_less_sure_is_said_in_months(middle: str, low: str, high: str, zh: str, en: str) -> None:
    when, first, last = (date.fromisoformat(day) for day in (middle, low, high))
    assert around(when, first, last, TODAY) == (zh, en)


@pytest.mark.parametrize(("high", "en"), [("2026-08-10", "good"), ("2026-10-01", "fair"), ("2027-07-01", "low")])
def test_the_longer_the_interval_the_less_sure(high: str, en: str) -> None:
    assert sureness(TODAY, date.fromisoformat(high))[1] == f"Confidence: {en}."
