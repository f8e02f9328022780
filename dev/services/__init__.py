"""Real TimescaleDB and Mosquitto for tests, the demo, benchmarks and the fault rig.

    services = start("test-ingest", durable=False)
    psycopg.connect(services.database_url)
    services.kill_database(); services.start_database()
    services.remove()

Three ways, in this order: addresses in the environment, Docker, Debian's packages in a private folder.
"""

from dev.services.choice import start, status, stop
from dev.services.running import Running

__all__ = ["Running", "start", "status", "stop"]
