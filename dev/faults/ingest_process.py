"""An ingest process of the rig: started as an operator does, watched all the time, killed without regret."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import httpx
import psutil

from dev.demo.programs import surroundings
from dev.services.ports import free_port

LOOK_S = 0.2
DUPLICATES = "ingest_duplicates_total"
RETRIES = "ingest_database_retries_total"
UNACKED = "ingest_unacked"


class IngestProcess:
    """One `python -m ingest COMMAND`; `rss_mb` holds its resident memory over time, `metrics` what it told last."""

    def __init__(self, settings: Mapping[str, str], log: Path, *command: str) -> None:
        self._port = free_port(())
        self._log = log
        with log.open("wb") as written:
            self._process = subprocess.Popen([sys.executable, "-m", "ingest", *command], stdout=written, stderr=written,
                                             env=surroundings({**settings, "ADMIN_PORT": str(self._port)}))
        self._admin = httpx.Client(base_url=f"http://127.0.0.1:{self._port}", timeout=3)
        self.rss_mb: list[tuple[float, float]] = []
        self.metrics: dict[str, float] = {}
        self._ended = Event()
        self._watching = Thread(target=self._watch, name="watch", daemon=True)
        self._watching.start()

    @property
    def peak_mb(self) -> float:
        """The most resident memory seen [MiB]."""
        return max((mb for _, mb in self.rss_mb), default=0.0)

    @property
    def log(self) -> str:
        """All it wrote."""
        return self._log.read_text(errors="replace")

    def ready(self) -> bool:
        """Whether /readyz says so; one that does not answer is not ready."""
        with suppress(httpx.TransportError):
            return self._admin.get("/readyz").status_code == httpx.codes.OK
        return False

    def listening(self) -> bool:
        """Whether it is connected to the broker, whatever else it may lack."""
        with suppress(httpx.TransportError):
            return "broker" not in self._admin.get("/readyz").json().get("failing", [])
        return False

    def look(self) -> dict[str, float]:
        """Its metrics now; those of the last look when it does not answer."""
        with suppress(httpx.TransportError):
            lines = (line.rpartition(" ") for line in self._admin.get("/metrics").text.splitlines()
                     if not line.startswith("#"))
            self.metrics = {name: float(value) for name, _, value in lines}
        return self.metrics

    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def kill(self) -> None:
        """A crash."""
        self.look()
        self._process.kill()
        self.wait(10)

    def terminate(self, patience_s: float = 15) -> int:
        """SIGTERM; the exit status, or a negative one when it had to be killed."""
        self.look()
        self._process.send_signal(signal.SIGTERM)
        return self.wait(patience_s)

    def wait(self, patience_s: float) -> int:
        """The exit status once it has ended by itself; killed and negative when it does not."""
        try:
            return self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self._ended.set()

    def close(self) -> None:
        """End it if it still runs."""
        if self.running():
            self.terminate()
        self._ended.set()
        self._watching.join()
        self._admin.close()

    def _watch(self) -> None:
        process, looked = psutil.Process(self._process.pid), 0
        while not self._ended.wait(LOOK_S):
            with suppress(psutil.NoSuchProcess):
                self.rss_mb.append((time.monotonic(), process.memory_info().rss / 2**20))
            looked += 1
            if looked % 5 == 0:
                self.look()
