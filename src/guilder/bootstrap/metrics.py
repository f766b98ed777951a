"""What the house tells its monitors, in Prometheus' text format."""

from __future__ import annotations

import asyncio
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guilder.core.committer import Committer
from guilder.core.container import Container
from guilder.core.relay import Relay
from guilder.core.set_aside import SetAsideEvents

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one process; a registry of its own, so that several houses fit into one test."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "guilder_http_requests_total", "Requests answered", ["method", "route", "status"], registry=self._registry
        )
        self._duration = Histogram(
            "guilder_http_request_seconds",
            "Time to answer a request",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._backlog = Gauge(
            "guilder_relay_backlog", "Saved events that some subscriber has not heard of", registry=self._registry
        )
        self._aside = Gauge(
            "guilder_relay_set_aside",
            "Events that a subscriber could not take in, and that wait for an admin",
            registry=self._registry,
        )
        self._queue = Gauge("guilder_committer_queue", "Units that wait to be written", registry=self._registry)

    async def text(self) -> bytes:
        """All figures now. Raises `DatabaseUnavailableError` when the backlog cannot be counted."""
        self._backlog.set(await self._container.get(Relay).backlog())
        self._aside.set(await self._container.get(SetAsideEvents).count())
        self._queue.set(self._container.get(Committer).waiting)
        return generate_latest(self._registry)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Counts and times the requests that pass."""

        async def measured(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            status = 500

            async def note_status(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            clock = asyncio.get_running_loop().time
            since = clock()
            try:
                await app(scope, receive, note_status)
            finally:
                method, route = scope["method"], _route(scope)
                self._duration.labels(method, route).observe(clock() - since)
                self._requests.labels(method, route, str(status)).inc()

        return measured


def _route(scope: Scope) -> str:
    """The route's pattern, so that ids do not make a series each; one name for all paths that do not exist."""
    route = scope.get("route")
    return getattr(route, "path", "unknown")
