"""What the walks of a fleet add up to: errors, coverage of intervals, and how good the proposals were."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from dev.accuracy.rows import Figure
from dev.backtest.walk import ITEMS, DueScore, Proposal, Score, Walk
from health.quality import Floats

COVERED = (75.0, 90.0)
"""Share of truths an 80 % interval should hold [%]."""
LEAST_JUDGED = 20
"""A share of fewer truths is shown, but passes no verdict."""
RELATIVE = {"distance": "%", "fuel": "%"}
ABSOLUTE = {"tread": "mm", "pads": "mm", "oil life": "points"}
NEAR_D = 14
FALSE_D = 56
"""A proposal within two weeks of the need is right; one more than eight weeks before it is false."""
LEAST_AHEAD_D = 14
"""Errors of due dates are relative to the time left, at least this."""


def of_figures(walks: Sequence[Walk]) -> list[Figure]:
    """Errors and coverage of everything that has a truth at the time it is said."""
    scores = [score for walk in walks for score in walk.scores]
    return [figure for quantity in (*RELATIVE, *ABSOLUTE)
            for figure in _of_quantity(quantity, [score for score in scores if score.quantity == quantity])]


def _of_quantity(quantity: str, scores: Sequence[Score]) -> Iterator[Figure]:
    if not scores:
        return
    unit, off = RELATIVE.get(quantity) or ABSOLUTE[quantity], _errors(scores)
    yield Figure(f"{quantity}, median error", float(np.median(off)), unit)
    yield Figure(f"{quantity}, p90 error", float(np.quantile(off, 0.9)), unit)
    yield _coverage(quantity, [_holds(score) for score in scores])
    yield _judged(quantity, scores)
    for source in sorted({score.source for score in scores}):
        yield from _of_source(f"{quantity} by {source}", unit, [score for score in scores if score.source == source])


def _of_source(name: str, unit: str, scores: Sequence[Score]) -> Iterator[Figure]:
    """One rung: few cars, whose sensors err alike all year, so there is nothing to pass."""
    off, held = _errors(scores), [_holds(score) for score in scores]
    cars = f"{name} ({_count({score.car for score in scores}, 'car')})"
    yield Figure(f"{cars}, median error", float(np.median(off)), unit)
    yield Figure(f"{cars}, 80 % interval covers", 100 * float(np.mean(held)))


def _errors(scores: Sequence[Score]) -> Floats:
    value, true = (np.array([getattr(score, name) for score in scores]) for name in ("value", "true"))
    off: Floats = np.abs(value / true - 1) * 100 if scores[0].quantity in RELATIVE else np.abs(value - true)
    return off


def _holds(score: Score) -> bool:
    return score.low <= score.true <= score.high


def _coverage(name: str, held: Sequence[bool]) -> Figure:
    limits = COVERED if len(held) >= LEAST_JUDGED else (-np.inf, np.inf)
    return Figure(f"{name}, 80 % interval covers", 100 * float(np.mean(held)), "%", *limits)


def _judged(name: str, scores: Sequence[Score] | Sequence[DueScore]) -> Figure:
    return Figure(f"{name}, times judged (on {_count({score.car for score in scores}, 'car')})", len(scores), "1")


def _count(those: Collection[str], noun: str) -> str:
    return f"{len(those)} {noun}{'s' if len(those) != 1 else ''}"


def of_due_dates(walks: Sequence[Walk]) -> list[Figure]:
    """Errors and coverage of forecasts whose interval ends within the story, whatever came of them."""
    known = [due for walk in walks for due in walk.due if due.high_d <= due.left_d]
    kinds = {(due.item, due.limit) for due in known}
    parts = [(f"{item} by {limit}", [due for due in known if (due.item, due.limit) == (item, limit)])
             for item, limit in sorted(kinds, key=lambda kind: (ITEMS.index(kind[0]), kind[1]))]
    return [figure for name, mine in [*parts, ("all", known)] if mine for figure in _of_item(f"due {name}", mine)]


def _of_item(name: str, mine: Sequence[DueScore]) -> list[Figure]:
    # A need that did not come within the story came after it, and so after the interval: missed, by at least so much.
    true = np.array([due.left_d + 1 if due.true_d is None else due.true_d for due in mine])
    ahead = np.array([due.ahead_d for due in mine])
    # What is needed already is forecast for today: no forecast names a day that is past.
    held = [due.true_d is not None and due.low_d <= max(due.true_d, 0) <= due.high_d for due in mine]
    off = np.abs(ahead - true)
    return [Figure(f"{name}, median error", float(np.median(off)), "d"),
            Figure(f"{name}, median error of the time left",
                   100 * float(np.median(off / np.maximum(true, LEAST_AHEAD_D))), "%"),
            _coverage(name, held), _judged(name, mine)]


def of_proposals(walks: Sequence[Walk]) -> list[Figure]:
    """How near proposed visits come to the true need."""
    proposals = [proposal for walk in walks for proposal in walk.proposals]
    judged = [proposal for proposal in proposals if early_d(proposal) is not None]
    if not judged:
        return []
    needs, missed = sum(walk.needs for walk in walks), sum(walk.missed for walk in walks)
    return [Figure("visits proposed, need known", len(judged), "1"),
            Figure("visits proposed too near the end to judge", len(proposals) - len(judged), "1"),
            Figure("true needs", needs, "1"), Figure("of them never proposed in time", missed, "1"),
            *_timing("all", judged),
            *(figure for item in ITEMS for figure in _proposals_of(item, judged))]


def _proposals_of(item: str, judged: Sequence[Proposal]) -> Iterator[Figure]:
    mine = [proposal for proposal in judged if proposal.item == item]
    if not mine:
        return
    yield from _timing(f"{item} ({len(mine)} visits)", mine)
    depths = [proposal.depth_mm for proposal in mine if proposal.depth_mm is not None]
    if depths:
        yield Figure(f"{item}: true depth on the proposed day, median", float(np.median(depths)), "mm")
        yield Figure(f"{item}: true depth on the proposed day, least", min(depths), "mm")


def _timing(name: str, judged: Sequence[Proposal]) -> Iterator[Figure]:
    early = np.array([early_d(proposal) for proposal in judged], float)
    yield Figure(f"{name}: within two weeks of the true need", 100 * float(np.mean(np.abs(early) <= NEAR_D)))
    yield Figure(f"{name}: median days before the need", float(np.median(early)), "d")
    yield Figure(f"{name}: false, need more than eight weeks later", 100 * float(np.mean(early > FALSE_D)))
    yield Figure(f"{name}: late by more than two weeks", 100 * float(np.mean(early < -NEAR_D)))


def early_d(proposal: Proposal) -> float | None:
    """Days from the proposed day to the true need; None where the story ends too soon to know.

    Infinite where the need had not come eight weeks after the proposed day, which is false whenever it came.
    """
    if proposal.true_day is not None:
        return float((proposal.true_day - proposal.for_day).days)
    return float("inf") if (proposal.end - proposal.for_day).days > FALSE_D else None
