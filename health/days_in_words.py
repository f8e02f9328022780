"""Days in words of two languages: with the year where it changes, and no finer than a forecast is."""

from collections.abc import Sequence
from datetime import date

Words = tuple[str, str]
"""Chinese and English."""

TO_THE_DAY_D = 45
"""An interval up to this long is said in days, a longer one in months [d]. K"""
FAIRLY_SURE_D = 120
"""Beyond this length nobody is sure of a day [d]. K"""


def day(when: date, today: date) -> Words:
    """A day, with its year unless that is this one."""
    return _in_turn([when], today, to_the_day=True)[0]


def month(when: date) -> Words:
    """A month of a year."""
    return f"{when.year}年{when.month}月", f"{when:%B %Y}"


def around(when: date, low: date, high: date, today: date) -> Words:
    """When something is expected, with its 80 % interval; just the day where that is certain."""
    if low == high:
        zh, en = day(when, today)
        return zh, f"on {en}"
    middle, first, last = _in_turn([when, low, high], today, to_the_day=(high - low).days <= TO_THE_DAY_D)
    if first == last:
        return f"{middle[0]}前后", f"around {middle[1]}"
    return f"{middle[0]}前后({first[0]}至{last[0]})", f"around {middle[1]} ({first[1]} to {last[1]})"


def sureness(low: date, high: date) -> Words:
    """How far a date can be relied upon, by the length of its interval."""
    length_d = (high - low).days
    if length_d <= TO_THE_DAY_D:
        return "把握:较高。", "Confidence: good."
    return ("把握:一般。", "Confidence: fair.") if length_d <= FAIRLY_SURE_D else ("把握:较低。", "Confidence: low.")


def _in_turn(days: Sequence[date], today: date, *, to_the_day: bool) -> list[Words]:
    """Days one after the other, each with its year where that is not the one said before."""
    years = [today.year, *(when.year for when in days)]
    return [_said(when, to_the_day=to_the_day, with_year=when.year != before)
            for when, before in zip(days, years, strict=False)]


def _said(when: date, *, to_the_day: bool, with_year: bool) -> Words:
    zh = f"{when.month}月" + (f"{when.day}日" if to_the_day else "")
    en = (f"{when.day} " if to_the_day else "") + f"{when:%B}"
    return (f"{when.year}年{zh}", f"{en} {when.year}") if with_year else (zh, en)
