"""Counters for Prometheus: per route, never per person or car."""

from collections.abc import MutableMapping
from time import perf_counter
from typing import Any

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.admin.metrics import new_registry

UNMATCHED = "unmatched"


class Counters:
    """The API's own registry: two applications in one process do not add up."""

    def __init__(self) -> None:
        self.registry = new_registry("api")
        self.seconds = Histogram("api_request_seconds", "time to answer", ["method", "route"],
                                 registry=self.registry)
        self.answers = Counter("api_answers_total", "answers by status", ["method", "route", "status"],
                               registry=self.registry)
        self.refusals = Counter("api_refusals_total", "problems by type", ["type"], registry=self.registry)


class Measured:
    """Middleware that times every request and counts every answer."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self._app, self._counters = app, counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began = perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counters.answers.labels(scope["method"], route_of(scope), message["status"]).inc()
            await send(message)

        await self._app(scope, receive, counted)
        self._counters.seconds.labels(scope["method"], route_of(scope)).observe(perf_counter() - began)
        return None


def route_of(scope: MutableMapping[str, Any]) -> str:
    """The name of the route, so that numbers of cars do not become labels."""
    return str(getattr(scope.get("route"), "name", UNMATCHED))
