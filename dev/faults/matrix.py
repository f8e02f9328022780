"""The fault matrix: what is broken, and by whom. F26 belongs to bookings and is tested there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dev.faults import broker, clocks_and_poison, database, killing, late, load, network
from dev.faults.stage import Stage


@dataclass(frozen=True)
class Fault:
    """One row. `tmpfs_mb` puts its database into memory of that size."""

    name: str
    title: str
    play: Callable[[Stage], None]
    broker_settings: Mapping[str, str] = field(default_factory=dict)
    tmpfs_mb: int | None = None


MATRIX: Mapping[str, Fault] = {fault.name: fault for fault in (
    Fault("F1", "ingest killed at random", killing.at_random),
    Fault("F2", "killed between COMMIT and ack", killing.after_commit),
    Fault("F3", "killed between COPY and COMMIT", killing.before_commit),
    Fault("F4", "database killed", database.killed),
    Fault("F5", "database stopped", database.stopped),
    Fault("F6", "database hung", database.hung),
    Fault("F7", "connection lost in COMMIT", database.lost_in_commit),
    Fault("F8", "disk of the database full", database.disk_full, tmpfs_mb=database.TMPFS_MB),
    Fault("F9", "broker restarted", broker.restarted),
    Fault("F10", "broker killed", broker.crashed),
    Fault("F11", "session lost, late acks", broker.forgot_its_session),
    Fault("F12", "network partition", network.partition),
    Fault("F13", "slow link, single bytes", network.slow_link),
    Fault("F14", "queue overflow", broker.overflow, {"max_queued_messages": "500"}),
    Fault("F15", "each message up to 5 times", clocks_and_poison.repeated),
    Fault("F16", "out of order, 30 days late", late.out_of_order),
    Fault("F17", "wrong clocks", clocks_and_poison.wrong_clock),
    Fault("F18", "poison among good messages", clocks_and_poison.poisoned),
    Fault("F19", "nothing but poison", clocks_and_poison.flooded),
    Fault("F20", "two ingests, one shard", killing.taken_over),
    Fault("F21", "one shard's ingest dead", killing.one_shard_down),
    Fault("F22", "spoofing", broker.spoofed),
    Fault("F23", "reconnect storm", load.storm),
    Fault("F24", "soak at 80 % of rated load", load.soak),
    Fault("F25", "SIGTERM", killing.terminated),
    Fault("F27", "other schema versions", clocks_and_poison.other_versions),
)}
