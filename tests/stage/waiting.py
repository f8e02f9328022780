"""Waiting for what other processes do."""

import time
from collections.abc import Callable


def wait_until(ask: Callable[[], object], expected: object = True, patience_s: float = 20) -> float:
    """Wait until something is as expected, and return how long that took [s]; fails with what it was instead."""
    began = time.monotonic()
    while (answer := ask()) != expected:
        assert time.monotonic() - began < patience_s, f"{answer!r} after {patience_s:g} s, not {expected!r}"
        time.sleep(0.1)
    return time.monotonic() - began
