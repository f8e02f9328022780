"""Arithmetic of windows."""

from datetime import UTC, datetime, timedelta

from health.shell.windows import Window, merged

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def window(first: float, last: float) -> Window:
    return Window(NOON + timedelta(hours=first), NOON + timedelta(hours=last))


def test_windows_that_meet_become_one() -> None:
    assert merged([window(5, 6), window(0, 2), window(2, 3), window(1, 2)]) == [window(0, 3), window(5, 6)]


def test_a_window_inside_another_adds_nothing() -> None:
    assert merged([window(0, 9), window(1, 2)]) == [window(0, 9)]


def test_pieces_cover_a_window_without_gap() -> None:
    pieces = list(window(0, 5).pieces(timedelta(hours=2)))
    assert pieces == [window(0, 2), window(2, 4), window(4, 5)]
    assert list(window(0, 0).pieces(timedelta(hours=2))) == [window(0, 0)]


def test_clipping_outside_leaves_nothing() -> None:
    assert window(0, 1).clipped(NOON + timedelta(hours=2), None) is None
    assert window(0, 3).clipped(NOON + timedelta(hours=1), NOON + timedelta(hours=2)) == window(1, 2)
    assert window(0, 3).clipped(None, None) == window(0, 3)


def test_a_margin_and_an_instant_widen() -> None:
    assert window(1, 2).widened(timedelta(hours=1)) == window(0, 3)
    assert window(1, 2).with_(NOON, None) == window(0, 2)
