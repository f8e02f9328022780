"""Chunks on Dask: several processes or machines, each chunk done once more where one is killed.

Only this module needs `distributed`. Each process takes database and cold storage from its own PITCALL_ settings:
an order and numbers of cars are all that travels.
"""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from threading import Event

from distributed import Client, Future, KilledWorker, LocalCluster, Worker, WorkerPlugin, as_completed
from distributed.client import FutureCancelledError

from health.shell.renewal import Order, Outcome, Renewal
from schemas.errors import ConfigurationError, PitcallError
from schemas.logs import configure_logs
from schemas.settings import Settings

PATIENCE_S = 10
"""Longest wait for a scheduler and its first worker [s]. K."""
AHEAD = 2
"""Chunks handed out per thread: one at work, one to follow. K: what waits here can still be called off."""


class Deaf(WorkerPlugin):
    """Ctrl-C in a terminal reaches every process there; only the command may heed it, or its chunks die at hand."""

    def setup(self, worker: Worker) -> None:
        """Called in each worker process as it begins, in its main thread."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)


class SchedulerLost(PitcallError):
    """The Dask scheduler is gone. What is done stays done: the same command goes on with the rest."""


def on_this_machine(workers: int, order: Order, chunks: Iterator[Sequence[int]]) -> Iterator[Outcome]:
    """Do chunks in processes of our own; they speak TLS, for whoever reaches them may have them run anything."""
    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None,
                      security=True) as cluster, Client(cluster) as client:
        client.register_plugin(Deaf())
        yield from _outcomes(client, order, chunks)


def on_scheduler(address: str, order: Order, chunks: Iterator[Sequence[int]]) -> Iterator[Outcome]:
    """Do chunks where a scheduler sends them. Raises ConfigurationError when it or its workers do not answer."""
    with _client(address) as client:
        yield from _outcomes(client, order, chunks)


@contextmanager
def _client(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=PATIENCE_S)
    except (OSError, ValueError) as away:
        raise ConfigurationError(f"--dask {address}: no scheduler answers there") from away
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as alone:
            raise ConfigurationError(f"--dask {address}: the scheduler has no workers") from alone
        yield client


def _outcomes(client: Client, order: Order, chunks: Iterator[Sequence[int]]) -> Iterator[Outcome]:
    """What became of each chunk, in the order they end; the next ones are handed out as earlier ones end."""
    handed_out: dict[Future[Outcome], Sequence[int]] = {}
    done = as_completed()
    while True:
        for chunk in islice(chunks, AHEAD * sum(client.nthreads().values()) - len(handed_out)):
            future = client.submit(renew_chunk, order, chunk, pure=False)
            handed_out[future] = chunk
            done.add(future)
        if not handed_out:
            return
        future = next(done)
        yield _outcome(future, handed_out.pop(future))


def _outcome(future: Future[Outcome], chunk: Sequence[int]) -> Outcome:
    try:
        outcome: Outcome = future.result()
    except KilledWorker:
        return Outcome(failed=dict.fromkeys(chunk, KilledWorker.__name__))
    except FutureCancelledError as lost:
        raise SchedulerLost from lost
    return outcome


def renew_chunk(order: Order, cars: Sequence[int]) -> Outcome:
    """A chunk, done in whichever process this runs."""
    settings = Settings.from_env()
    configure_logs(settings.log_level)
    return Renewal(settings, order, Event()).chunk(cars)
