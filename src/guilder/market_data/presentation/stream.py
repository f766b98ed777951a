"""The websocket on which clocks go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import anyio
from anyio import CancelScope
from fastapi import APIRouter, Query
from starlette.websockets import WebSocket, WebSocketDisconnect

from guilder.core.container.fastapi import inject
from guilder.core.problems import problem_of
from guilder.market_data.application.clock_reader import ClockReading
from guilder.market_data.application.market_stream_service import MarketStreamService
from guilder.market_data.presentation.schemas import ClockResponse
from guilder.shared.errors import GuilderError
from guilder.shared.ids import MAIN_MARKET, MarketId

router = APIRouter(prefix="/v1")


@router.websocket("/stream")
async def stream(
    websocket: WebSocket,
    markets: str = Query(MAIN_MARKET, max_length=1_000, description="Up to 20 markets with commas between."),
    service: MarketStreamService = inject(MarketStreamService),
) -> None:
    """Where markets stand: a message at once, and one whenever that has changed. What the client sends is not read."""
    try:
        watcher = service.watcher([MarketId(market.strip()) for market in dict.fromkeys(markets.split(","))])
    except GuilderError as refusal:
        await websocket.send_denial_response(problem_of(refusal))
        await asyncio.sleep(0)  # let the server close the connection, or it logs that nobody answered
        return
    async with watcher:
        await websocket.accept()
        await _send_until_gone(websocket, service.readings(watcher))


async def _send_until_gone(websocket: WebSocket, readings: AsyncGenerator[ClockReading]) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_wait_until_gone, websocket, tasks.cancel_scope)
        try:
            async with aclosing(readings):
                async for reading in readings:
                    await websocket.send_json(_message(reading))
        except WebSocketDisconnect:
            tasks.cancel_scope.cancel()


def _message(reading: ClockReading) -> dict[str, Any]:
    return {"type": "clock", **ClockResponse.from_reading(reading).model_dump(mode="json")}


async def _wait_until_gone(websocket: WebSocket, scope: CancelScope) -> None:
    """Read what nobody asked for, until the client has gone or the server ends."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    scope.cancel()
