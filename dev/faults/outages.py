"""A server that goes away for a moment and comes back, several times."""

from collections.abc import Callable

from dev.faults.stage import Stage


def short_outages(stage: Stage, take_down: Callable[[], None], bring_back: Callable[[], None]) -> None:
    """While messages flow; each time something is receipted soon after its return."""
    fleet = stage.fleet()
    stage.ingest()
    fleet.speak()
    for _ in range(stage.scale.outages):
        fleet.wait(stage.dice.uniform(0.5, 2))
        take_down()
        fleet.wait(stage.scale.down_s)
        bring_back()
        stage.recovered(stage.until_receipts_flow(fleet), limit_s=5)
    stage.finish()
