"""Memory while the database is away: what arrives meanwhile must wait at the broker, not in ingest."""

import time
from dataclasses import replace

from dev.bench.ingest.load import BACKLOG, LIVE, fleet_loads
from dev.bench.ingest.rig import Bench
from dev.bench.results import Figure

AWAY_S = 60
GREAT = replace(LIVE, samples_per_message=1_400, samples_per_late_message=1_400, encoding="plain", compress=False)
"""Messages of 100 KB, as plain JSON: a whole drive in one."""

GREAT_MESSAGES = 400
"""More than ingest lets wait (`ingest.inbox.INBOX_BYTES`)."""


def outage(bench: Bench) -> list[Figure]:
    """The database stops for a minute while devices send usual and very large messages; then all must be there."""
    (usual,), (great,) = fleet_loads(BACKLOG, 1, turns=3), fleet_loads(GREAT, 1, turns=1)
    load = usual + great.first(GREAT_MESSAGES)
    bench.empty_tables()
    goal = bench.decided() + len(load.published)
    bench.services.stop_database()
    with bench.sending(load):
        time.sleep(AWAY_S)
        bench.services.start_database()
        back = time.time()
        bench.wait_until(lambda: bench.decided() >= goal)
    return [Figure("ingest.outage_drained_s", time.time() - back)]
