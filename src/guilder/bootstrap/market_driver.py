"""Lets the markets that go on by themselves go on: what rests in them is worked once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from guilder.core.container import Container
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.ports import MarketBoard
from guilder.shared.errors import ConflictError, UnavailableError
from guilder.trading.application.market_session_service import MarketSessionService

STEP_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


class SandboxDriver:
    """A task of the core's process."""

    def __init__(self, container: Container) -> None:
        self._sessions = container.get(MarketSessionService)
        self._work = container.get(CoreUnitOfWork)
        self._board = container.get(MarketBoard)
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, on_death: Callable[[BaseException], None]) -> None:
        """Begin; `on_death` hears if the task dies."""

        def died(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                on_death(error)

        self._task = asyncio.create_task(self._run(), name="sandbox driver")
        self._task.add_done_callback(died)

    async def close(self) -> None:
        """Finish the step that is under way."""
        self._closing.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._closing.is_set():
            try:
                for terms in self._board.all_terms():
                    async with self._work:
                        await self._sessions.catch_up(terms.id)
            except (ConflictError, UnavailableError) as refusal:
                log.warning("sandbox_step_failed", error=str(refusal))
            try:
                await asyncio.wait_for(self._closing.wait(), STEP_SECONDS)
            except TimeoutError:
                continue
