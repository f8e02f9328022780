"""What the walks of a fleet add up to: errors, coverage of intervals, and how good the proposals were."""

from collections.abc import Sequence

import numpy as np

from dev.accuracy.rows import Figure
from dev.backtest.walk import ITEMS, DueScore, Proposal, Score, Walk

COVERED = (75.0, 90.0)
"""Share of truths an 80 % interval should hold [%]."""
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
    return [figure for quantity in (*RELATIVE, *ABSOLUTE) for figure in _of_quantity(quantity, scores)]


def _of_quantity(quantity: str, scores: Sequence[Score]) -> list[Figure]:
    mine = [score for score in scores if score.quantity == quantity]
    if not mine:
        return []
    value, true = (np.array([getattr(score, name) for score in mine]) for name in ("value", "true"))
    off = np.abs(value / true - 1) * 100 if quantity in RELATIVE else np.abs(value - true)
    unit = RELATIVE.get(quantity) or ABSOLUTE[quantity]
    held = [score.low <= score.true <= score.high for score in mine]
    return [Figure(f"{quantity}, median error", float(np.median(off)), unit),
            Figure(f"{quantity}, p90 error", float(np.quantile(off, 0.9)), unit),
            Figure(f"{quantity}, 80 % interval covers", 100 * float(np.mean(held)), "%", *COVERED),
            Figure(f"{quantity}, times judged", len(mine), "1")]


def of_due_dates(walks: Sequence[Walk]) -> list[Figure]:
    """Errors and coverage of forecasts whose interval ends within the story, whatever came of them."""
    known = [due for walk in walks for due in walk.due if due.high_d <= due.left_d]
    kinds = {(due.item, due.limit) for due in known}
    parts = [(f"{item} by {limit}", [due for due in known if (due.item, due.limit) == (item, limit)])
             for item, limit in sorted(kinds, key=lambda kind: (ITEMS.index(kind[0]), kind[1]))]
    return [figure for name, mine in [*parts, ("all", known)] if mine for figure in _of_item(name, mine)]


def _of_item(item: str, mine: Sequence[DueScore]) -> list[Figure]:
    # A need that did not come within the story came after it, and so after the interval: missed, by at least so much.
    true = np.array([due.left_d + 1 if due.true_d is None else due.true_d for due in mine])
    ahead = np.array([due.ahead_d for due in mine])
    # What is needed already is forecast for today: no forecast names a day that is past.
    held = [due.true_d is not None and due.low_d <= max(due.true_d, 0) <= due.high_d for due in mine]
    off = np.abs(ahead - true)
    return [Figure(f"due {item}, median error", float(np.median(off)), "d"),
            Figure(f"due {item}, median error of the time left",
                   100 * float(np.median(off / np.maximum(true, LEAST_AHEAD_D))), "%"),
            Figure(f"due {item}, 80 % interval covers", 100 * float(np.mean(held)), "%", *COVERED),
            Figure(f"due {item}, times judged", len(mine), "1")]


def of_proposals(walks: Sequence[Walk]) -> list[Figure]:
    """How near proposed visits come to the true need."""
    proposals = [proposal for walk in walks for proposal in walk.proposals]
    judged = [days for days in map(early_d, proposals) if days is not None]
    needs, missed = sum(walk.needs for walk in walks), sum(walk.missed for walk in walks)
    early = np.array(judged, float)
    return [Figure("visits proposed, need known", len(judged), "1"),
            Figure("visits proposed too near the end to judge", len(proposals) - len(judged), "1"),
            Figure("within two weeks of the true need", 100 * float(np.mean(np.abs(early) <= NEAR_D)), "%"),
            Figure("median days before the need", float(np.median(early)), "d"),
            Figure("false: need more than eight weeks later", 100 * float(np.mean(early > FALSE_D)), "%"),
            Figure("late by more than two weeks", 100 * float(np.mean(early < -NEAR_D)), "%"),
            Figure("true needs", needs, "1"), Figure("of them never proposed in time", missed, "1"),
            *(figure for item in ITEMS for figure in _proposals_of(item, proposals))] if judged else []


def _proposals_of(item: str, proposals: Sequence[Proposal]) -> list[Figure]:
    early = np.array([days for proposal in proposals if proposal.item == item
                      and (days := early_d(proposal)) is not None], float)
    if not len(early):
        return []
    return [Figure(f"{item}: within two weeks ({len(early)} visits)", 100 * float(np.mean(np.abs(early) <= NEAR_D))),
            Figure(f"{item}: median days before the need", float(np.median(early)), "d"),
            Figure(f"{item}: false", 100 * float(np.mean(early > FALSE_D)))]


def early_d(proposal: Proposal) -> float | None:
    """Days from the proposed day to the true need; None where the story ends too soon to know.

    Infinite where the need had not come eight weeks after the proposed day, which is false whenever it came.
    """
    if proposal.true_day is not None:
        return float((proposal.true_day - proposal.for_day).days)
    return float("inf") if (proposal.end - proposal.for_day).days > FALSE_D else None
