"""Memory while the database is away: what arrives meanwhile must wait at the broker, not in ingest."""

import time
from dataclasses import replace

from dev.bench.ingest.load import BACKLOG, LIVE, fleet_loads
from dev.bench.ingest.rig import Bench
from dev.bench.results import Figure

AWAY_S = 60
GREAT = replace(LIVE, samples_per_message=2_400, samples_per_late_message=2_400, encoding="plain", compress=False)
"""Messages near the largest the broker lets through (256 KiB)."""

GREAT_MESSAGES = 300


def outage(bench: Bench) -> list[Figure]:
    """The database stops for a minute while devices send usual and very large messages; then all must be there."""
    (backlog,) = fleet_loads(BACKLOG, 1, turns=4)
    (great,) = fleet_loads(GREAT, 1, turns=1)
    bench.empty_tables()
    goal = bench.decided() + len(backlog.published) + GREAT_MESSAGES
    bench.services.stop_database()
    with bench.sending(backlog), bench.sending(great.first(GREAT_MESSAGES)):
        time.sleep(AWAY_S)
        bench.services.start_database()
        back = time.time()
        bench.wait_until(lambda: bench.decided() >= goal)
    return [Figure("ingest.outage_drained_s", time.time() - back)]
