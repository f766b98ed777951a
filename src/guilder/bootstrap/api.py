"""The HTTP API: every room's routers behind one door."""

from __future__ import annotations

from fastapi import FastAPI

import guilder
from guilder.bootstrap.authentication import Authentication
from guilder.bootstrap.event_router import router as event_router
from guilder.bootstrap.health import health_router
from guilder.bootstrap.house import House
from guilder.bootstrap.metrics import Metrics
from guilder.bootstrap.proof_router import router as proof_router
from guilder.bootstrap.rooms import ROOMS
from guilder.core.clock import Clock
from guilder.core.container.fastapi import ContainerScopeMiddleware
from guilder.core.direct_route import DirectWay, direct_routes
from guilder.core.docs_page import docs_router
from guilder.core.http import put_edge_around
from guilder.core.ids import IdSource


def create_app(house: House) -> FastAPI:
    """The application for a house that is open, or will be before the first request."""
    settings, container = house.settings, house.container
    app = FastAPI(
        title="Guilder",
        version=guilder.__version__,
        summary="A self-hosted brokerage with a public double-entry ledger and a market that can be replayed.",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # the house tells its own, under /metrics
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.container = container
    routers = [router for room in ROOMS for router in room.routers()]
    for router in routers:
        app.include_router(router)
    app.include_router(proof_router)
    app.include_router(event_router)
    metrics = Metrics(container)
    app.include_router(health_router(house, metrics))
    app.include_router(docs_router(app))
    app.add_middleware(DirectWay, routes=[route for router in routers for route in direct_routes(router)])
    app.add_middleware(Authentication)
    app.add_middleware(ContainerScopeMiddleware)
    put_edge_around(
        app,
        ids=container.get(IdSource),
        clock=container.get(Clock),
        max_body_bytes=settings.max_body_bytes,
        rate_limit=settings.rate_limit,
    )
    app.add_middleware(metrics.middleware)
    return app
