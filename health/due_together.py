"""Needs of one car beside each other: a greater service does the smaller one along, worn tyres are not rotated."""

from datetime import date, timedelta

from health.catalogue import INCLUDES, name_of
from schemas.report import Due
from schemas.vehicle import TYR_ROT

ONE_VISIT_D = 14
"""Services due so many days apart are one visit [d]. K: the default of a store's `combine_days`"""
VAIN_D = 30
"""Tyres that go for their age within so many days are not swapped any more [d]. K"""


def beside_each_other(due: list[Due], today: date) -> list[Due]:
    """The needs that are left once one has taken another along."""
    return _without_vain_rotation(_without_included(due, today), today)


def _without_included(due: list[Due], today: date) -> list[Due]:
    """The same work is not asked for twice: a greater service comes on the day of the smaller one it includes."""
    by_item = {one.item: one for one in due}
    for item, smaller in INCLUDES.items():
        for name in smaller:
            greater, included = by_item.get(item), by_item.get(name)
            if greater and included and greater.date <= max(included.date, today) + timedelta(days=ONE_VISIT_D):
                by_item[item] = _brought_forward(greater, included)
                del by_item[name]
    return [by_item.get(one.item, one) if one.axle is None else one for one in due
            if one.axle is not None or one.item in by_item]


def _brought_forward(greater: Due, included: Due) -> Due:
    if included.date >= greater.date:
        return greater
    zh, en = name_of(included.item)
    return greater.model_copy(update={
        "date": included.date, "low": min(greater.low, included.low), "high": min(greater.high, included.high),
        "reason_zh": f"{zh}先到期,一次做完。{greater.reason_zh}",
        "reason_en": f"The {en} is due first, and one visit does both. {greater.reason_en}"})


def _without_vain_rotation(due: list[Due], today: date) -> list[Due]:
    """Nobody swaps a pair that is due for replacement to the other axle, nor one soon too old on either."""
    def vain(rotation: Due) -> bool:
        until = max(rotation.date, today) + timedelta(days=VAIN_D)
        return any(one.axle is not None and one.date <= (until if one.limit == "months" else today) for one in due)

    return [one for one in due if one.item != TYR_ROT or not vain(one)]
