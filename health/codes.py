"""Trouble codes: from what devices tell to codes of SAE J2012, and when each was seen, cleared and back again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from health.codes_table import LETTERS, meaning_of
from health.distance import Mileage
from health.figures import Reasons, relative
from health.history import History, known_sum
from health.moments import EPOCH, instant_us
from health.policy import CodePolicy, Policy
from health.quality import Booleans, Integers
from schemas.frames import CODE_SCANS
from schemas.quantity import Q, Unknown
from schemas.report import TroubleCode

LISTS = ("permanent", "confirmed", "pending")
"""Lists of a car by weight: services 0A, 03 and 07 of SAE J1979."""

CLEAR = "clear"
"""List of a row that tells of clearing: service 04 of SAE J1979."""

PADDING = "0000"
"""Fills the rest of a frame of service 03."""

NO_SCANS = CODE_SCANS.to_frame()


@dataclass(frozen=True)
class Codes:
    """Trouble codes of one vehicle, newest first; `told` is None where nobody ever asked the car."""

    told: list[TroubleCode] | None
    unreadable: int  # entries that are no code of SAE J2012
    zone: ZoneInfo   # where the car's days begin
    reasons: Reasons

    def active(self) -> list[TroubleCode]:
        """Codes the car has now, pending ones included."""
        return [code for code in self.told or [] if code.status in LISTS]


def decoded(written: pl.Series) -> pl.Series:
    """Codes such as P0420, from their text or from their two bytes as hexadecimal digits; null for anything else.

    Two bytes are letter (2 bits: P, C, B, U), first digit (2 bits) and three hexadecimal digits: C158 is U0158. A
    failure type byte after either form is left out. 0000 is padding. SAE J2012, 5.1; SAE J1979, service 03.
    """
    text = pl.col("text").str.strip_chars().str.to_uppercase().str.strip_prefix("0X")
    named = text.str.extract(r"^([PCBU][0-3][0-9A-F]{3})(?:[-:]?[0-9A-F]{2})?$")
    digits = text.str.extract(r"^([0-9A-F]{4})(?:[0-9A-F]{2})?$")
    number = digits.str.to_integer(base=16, strict=False)
    letter = (number // 0x4000).replace_strict(dict(enumerate(LETTERS)), return_dtype=pl.String)
    by_bytes = pl.concat_str(letter, (number // 0x1000 % 4).cast(pl.String), digits.str.slice(1))
    code = pl.coalesce(named, pl.when(number > 0).then(by_bytes))
    return pl.DataFrame({"text": written.cast(pl.String)}).select(code.alias("code")).to_series()


def estimate_codes(scans: pl.DataFrame, history: History, mileage: Mileage, as_of: datetime, zone: ZoneInfo,
                   policy: Policy) -> Codes:
    """State of every code up to an instant.

    Parameters
    ----------
    scans
        Rows of `schemas.frames.CODE_SCANS` of this vehicle, any order, repeated rows allowed. Each list of each instant
        is complete: what it does not name was not there.
    """
    known = scans.filter(pl.col("time") <= as_of).unique()
    if known.is_empty():
        return Codes(None, 0, zone, {"codes": Unknown.NO_SIGNAL})
    codes = decoded(known["code"])
    unreadable = int((known["code"].is_not_null() & codes.is_null() & (known["code"] != PADDING)).sum())
    table = known.with_columns(codes, time=pl.col("time").to_physical())
    lists = table.filter(pl.col("list").is_in(LISTS))
    if lists.is_empty():
        return Codes(None, unreadable, zone, {"codes": Unknown.NO_SIGNAL})
    wiped = _clears_us(table, history, instant_us(as_of), policy.codes)
    lives = [_Life.of(name, lists, wiped) for name in lists["code"].drop_nulls().unique().sort()]
    told = [life.told(_driven_since(life.first_us, history, mileage, policy)) for life in lives]
    return Codes(sorted(told, key=lambda code: (code.last_seen, code.code), reverse=True), unreadable, zone,
                 {})


def _clears_us(table: pl.DataFrame, history: History, until_us: int, p: CodePolicy) -> Integers:
    """Instants at which codes are known to have been cleared, by the device or by PID 31 counting anew."""
    told = table.filter(pl.col("list") == CLEAR)["time"].to_numpy()
    seen = restarts_us(history, p)
    return np.unique(np.concatenate([told, seen[seen <= until_us]]))


def restarts_us(history: History, p: CodePolicy) -> Integers:
    """When the distance since codes were cleared (PID 31) was first seen to have started again.

    It counts whole km up and stops at 65,535; only clearing, or losing power, sends it back. SAE J1979.
    """
    first, last = history.read("since_clear_first_km"), history.read("since_clear_last_km")
    known = np.flatnonzero(~np.isnan(first))
    before = np.concatenate([[-np.inf], last[known[:-1]]]) if len(known) else np.zeros(0)
    between = first[known] < before - p.restart_km
    inside = last[known] - first[known] < history.read("since_clear_km")[known] - p.restart_km
    return np.concatenate([history.start_us[known][between], history.end_us[known][inside]])


@dataclass(frozen=True)
class _Course:
    """How one code went in one list."""

    seen_us: Integers
    breaks: int       # how often it came back after it was gone or cleared
    present: bool     # in the latest list, and not cleared since


def _course(name: str, kind: str, lists: pl.DataFrame, wiped: Integers) -> _Course:
    chosen = lists.filter(pl.col("list") == kind)
    times = chosen["time"].unique().sort().to_numpy()
    seen = chosen.filter(pl.col("code") == name)["time"].unique().sort().to_numpy()
    if len(seen) == 0:
        return _Course(seen, 0, present=False)
    # A permanent code cannot be cleared by a tool: only the car itself takes it back.
    wiped = wiped[:0] if kind == "permanent" else wiped
    missed = np.diff(np.searchsorted(times, seen)) > 1
    cleared = np.diff(np.searchsorted(wiped, seen, side="right")) > 0
    back: Booleans = missed | cleared
    return _Course(seen, int(back.sum()), present=bool(times[-1] == seen[-1] and not np.any(wiped > seen[-1])))


@dataclass(frozen=True)
class _Life:
    """How one code went in all lists together."""

    name: str
    first_us: int
    last_us: int
    status: str
    cleared_us: int | None
    reappeared: int

    @classmethod
    def of(cls, name: str, lists: pl.DataFrame, wiped: Integers) -> "_Life":
        courses = {kind: _course(name, kind, lists, wiped) for kind in LISTS}
        seen = np.concatenate([course.seen_us for course in courses.values()])
        later = wiped[wiped > seen.max()]
        present = [kind for kind in LISTS if courses[kind].present]
        cleared_us = int(later[0]) if len(later) and not present else None
        status = present[0] if present else "gone" if cleared_us is None else "cleared"
        return cls(name, int(seen.min()), int(seen.max()), status, cleared_us,
                   max(course.breaks for course in courses.values()))

    def told(self, km_since_first: Q) -> TroubleCode:
        """The code as the report tells it."""
        meaning = meaning_of(self.name)
        return TroubleCode.model_validate({
            "code": self.name, "status": self.status, "severity": meaning.severity, "name_zh": meaning.zh,
            "name_en": meaning.en, "first_seen": _instant(self.first_us), "last_seen": _instant(self.last_us),
            "cleared_at": None if self.cleared_us is None else _instant(self.cleared_us),
            "reappeared": self.reappeared, "km_since_first": km_since_first})


def _driven_since(first_us: int, history: History, mileage: Mileage, policy: Policy) -> Q:
    """Distance of all trips since an instant [km]."""
    km = known_sum(mileage.trip_km[history.start_us >= first_us])
    return relative(km, policy.mileage.sigma_speed, "trips", "km")


def _instant(time_us: int) -> datetime:
    return EPOCH + timedelta(microseconds=time_us)
