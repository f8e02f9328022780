"""Plays one fault and judges it."""

import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from dev.faults.house import House, a_house, data_on_tmpfs
from dev.faults.matrix import Fault
from dev.faults.result import Result
from dev.faults.scale import Scale
from dev.faults.stage import Stage


def play(fault: Fault, house: House, scale: Scale, seed: int) -> Result:
    """One fault on its own stage. What goes wrong in the rig itself is a failure of the fault."""
    began = time.monotonic()
    with _fitting(house, fault) as fitting, Stage(fitting, fault.name, scale, seed, fault.broker_settings) as stage:
        try:
            fault.play(stage)
        except Exception as problem:  # noqa: BLE001 - the other faults are still to be played; this one has failed
            traceback.print_exc()
            stage.check(f"{type(problem).__name__}: {problem}", False)
        return _judged(fault, stage, seed, time.monotonic() - began)


@contextmanager
def _fitting(house: House, fault: Fault) -> Iterator[House]:
    """The house itself, or another with little room for its database."""
    if fault.tmpfs_mb is None:
        yield house
        return
    with (a_house(f"faults-small-{os.getpid()}", durable=True) as small,
          data_on_tmpfs(small.services, fault.tmpfs_mb)):
        yield small


def _judged(fault: Fault, stage: Stage, seed: int, seconds: float) -> Result:
    found = stage.tally()
    stage.check("nothing stored that nobody sent", found.strange == 0)
    beside_lost = max(0, stage.beside_acknowledged - stage.accounted)
    return Result(fault.name, fault.title, sent=stage.sent, acknowledged=stage.acknowledged,
                  stored=found.stored + stage.accounted, duplicates=stage.duplicates,
                  lost=found.lost + beside_lost, twice=found.twice, recovery_s=stage.recovery_s,
                  peak_mb=stage.peak_mb, seed=seed, seconds=seconds, failed=stage.failed, notes=stage.notes)
