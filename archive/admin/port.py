"""The admin port of a process: /healthz says that it lives, /readyz that it can work, /metrics how it does.

Every program of ours that has a database may import this room, which is why it is here. It tells nothing about people,
hosts or versions; only whoever reaches the port may ask, by default nobody but this machine.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from schemas.errors import ConfigurationError

Check = Callable[[], bool]
"""A question with a quick answer: it must not wait longer than a prober does, about 3 s."""


def always() -> bool:
    """A process without threads of its own to watch lives as long as it answers."""
    return True


@dataclass(frozen=True)
class Health:
    """What a process is asked. `alive` never looks at the database: its outage must not restart us.

    `ready` holds the checks by name; the names of those that fail are told.
    """

    ready: Mapping[str, Check]
    alive: Check = always


class Answer(NamedTuple):
    """Status, content type and body of one admin page."""

    status: int
    content_type: str
    body: bytes


def serve(host: str, port: int, metrics: CollectorRegistry, health: Health) -> ThreadingHTTPServer:
    """Serve in threads of their own until the process ends, or `shutdown()` of what is returned.

    Raises ConfigurationError when the port cannot be had.
    """
    pages: dict[str, Callable[[], Answer]] = {
        "/healthz": lambda: _alive(health),
        "/readyz": lambda: _ready(health),
        "/metrics": lambda: Answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(metrics)),
    }
    try:
        server = ThreadingHTTPServer((host, port), _handler(pages))
    except OSError as taken:
        raise ConfigurationError(f"PITCALL_ADMIN_PORT {port}: {taken.strerror}") from taken
    Thread(target=server.serve_forever, name="admin", daemon=True).start()
    return server


def _alive(health: Health) -> Answer:
    if health.alive():
        return _told(HTTPStatus.OK, {"status": "alive"})
    return _told(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "dead"})


def _ready(health: Health) -> Answer:
    failing = [name for name, check in health.ready.items() if not check()]
    if failing:
        return _told(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "failing": failing})
    return _told(HTTPStatus.OK, {"status": "ready"})


def _told(status: HTTPStatus, body: Mapping[str, object]) -> Answer:
    return Answer(status, "application/json", json.dumps(body).encode())


def _handler(pages: Mapping[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = pages.get(self.path, lambda: _told(HTTPStatus.NOT_FOUND, {"status": "not found"}))()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
            """Scrapes are not worth a line each."""

    return Handler
