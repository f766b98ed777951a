"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy import literal, select
from starlette.responses import JSONResponse, Response

from guilder.bootstrap.house import House
from guilder.bootstrap.metrics import CONTENT_TYPE, Metrics
from guilder.core.committer import Committer
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.http import UNSIGNED
from guilder.core.relay import Relay


def health_router(house: House, metrics: Metrics) -> APIRouter:
    """`/health/live`, `/health/ready`, `/metrics`: open to everybody, and free of secrets."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live", openapi_extra=UNSIGNED)
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive"}

    @router.get("/health/ready", openapi_extra=UNSIGNED, responses={503: {"description": "Not ready"}})
    async def ready() -> JSONResponse:
        """200 as soon as requests are taken; 503 while the database or the writer is away."""
        checks: dict[str, object] = {"database": "ok", "writer": "ok", "relay_backlog": 0, "market_data": "sample"}
        try:
            await house.container.get(Database).fetch_one(select(literal(1)))
            checks["relay_backlog"] = await house.container.get(Relay).backlog()
        except DatabaseUnavailableError:
            checks["database"] = "away"
        if not house.container.get(Committer).is_running:
            checks["writer"] = "stopped"
        is_ready = checks["database"] == "ok" and checks["writer"] == "ok"
        status = "ready" if is_ready else "unavailable"
        return JSONResponse({"status": status, "checks": checks}, status_code=200 if is_ready else 503)

    @router.get(
        "/metrics",
        openapi_extra=UNSIGNED,
        response_class=Response,
        responses={200: {"description": "All figures", "content": {"text/plain": {}}}},
    )
    async def figures() -> Response:
        """Prometheus text."""
        return Response(await metrics.text(), media_type=CONTENT_TYPE)

    return router
