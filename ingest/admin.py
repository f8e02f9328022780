"""The admin port, loopback only: /healthz says the process lives, /readyz that it can work, /metrics how it does."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest


class Answer(NamedTuple):
    """Status, content type and body of one admin page."""

    status: int
    content_type: str
    body: bytes


def serve(port: int, metrics: CollectorRegistry, ready: Callable[[], bool]) -> ThreadingHTTPServer:
    """Start the admin port in a thread of its own; `shutdown()` of the result ends it."""

    def ask_ready() -> Answer:
        return _text(200, "ready") if ready() else _text(503, "not ready")

    pages: dict[str, Callable[[], Answer]] = {
        "/healthz": lambda: _text(200, "alive"),
        "/readyz": ask_ready,
        "/metrics": lambda: Answer(200, CONTENT_TYPE_LATEST, generate_latest(metrics)),
    }
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(pages))
    Thread(target=server.serve_forever, name="admin", daemon=True).start()
    return server


def _text(status: int, body: str) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", body.encode())


def _handler(pages: dict[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = pages.get(self.path, lambda: _text(404, "not found"))()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
            """Scrapes are not worth a line each."""

    return Handler
