"""Takes up what administrators asked to replay, beside the intake and on a connection of its own."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import psycopg
import structlog

from archive.database.sealing import SealBroken, Vault
from archive.fleet import replays
from archive.fleet.replays import TakenReplay
from ingest.database_link import AWAY, DatabaseLink
from ingest.replaying import BATCH, Replay, Shift, Tally

log = structlog.get_logger()
INTERVAL_S = 1.0


class ReplayDesk:
    """Works requests off one at a time until told to stop; any ingest process may, whichever shard the letters are of.

    What a dying process leaves undone another goes on with: how far it came is written with the letters themselves.
    """

    def __init__(self, database_url: str, vault: Vault, stop: Event) -> None:
        self._vault = vault
        self._stop = stop
        self._link = DatabaseLink(database_url, "ingest-replay", stop, lambda: None)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="replay")
        self._working: Future[None] | None = None

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._working = self._pool.submit(self._work)

    def check(self) -> None:
        """Raise what ended the work, if anything did."""
        if self._working and self._working.done():
            self._working.result()

    def close(self) -> None:
        """Wait for the batch at hand, after `stop` was set."""
        self._pool.shutdown()
        self._link.close()

    def _work(self) -> None:
        while not self._stop.wait(INTERVAL_S):
            try:
                self._link.persist(self._next)
            except AWAY:
                if not self._stop.is_set():
                    raise
                log.warning("replay_left_undone")  # the request stays, somebody goes on with it

    def _next(self, connection: psycopg.Connection) -> None:
        taken = replays.take(connection)
        if taken is None:
            return
        try:
            self._replay(connection, taken)
        except SealBroken:
            log.exception("replay_impossible", request=str(taken.request_id))
        if not self._stop.is_set():
            replays.finish(connection, taken.request_id)
            log.info("replayed", request=str(taken.request_id), letters=len(taken.letters))

    def _replay(self, connection: psycopg.Connection, taken: TakenReplay) -> None:
        def note(done: int, part: Tally) -> None:
            replays.progress(connection, taken.request_id, done=done, **vars(part))

        shift = None if taken.boot is None or taken.shift_ms is None else Shift(taken.boot, taken.shift_ms)
        replay = Replay(connection, self._vault, shift, note)
        for start in range(0, len(taken.letters), BATCH):
            if self._stop.is_set():
                return
            replay.run_letters(taken.letters[start:start + BATCH])
