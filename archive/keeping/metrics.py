"""What the keeper counts; a scrape sees the jobs of its own process, the diary those of all."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class KeeperMetrics:
    """Counters per job; jobs and what they count are few and fixed. Prometheus keeps the label `job` for itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.runs = Counter("keeper_job_runs", "jobs run to their end, by outcome: ok or failed", ["task", "outcome"],
                            registry=registry)
        self.seconds = Histogram("keeper_job_seconds", "how long jobs took", ["task"], registry=registry,
                                 buckets=(0.01, 0.1, 1, 10, 60, 600, 3600))
        self.last_ok = Gauge("keeper_job_last_success_timestamp_seconds", "when a job last succeeded here", ["task"],
                             registry=registry)
        self.done = Counter("keeper_done", "what the jobs did, by what it is", ["what"], registry=registry)
        self.database_away = Counter("keeper_database_away", "attempts that found no database", registry=registry)
