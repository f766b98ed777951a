"""Work that comes round again, for as long as the house is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from guilder.shared.errors import ConflictError, UnavailableError

log = structlog.get_logger(__name__)


class Periodic:
    """Calls `act`, waits, and calls it again. A refusal is logged and tried again; any other error ends the task."""

    def __init__(self, name: str, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        self._name = name
        self._seconds = seconds
        self._act = act
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, on_death: Callable[[BaseException], None]) -> None:
        """Begin; `on_death` hears if the task dies."""

        def died(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                on_death(error)

        self._task = asyncio.create_task(self._run(), name=self._name)
        self._task.add_done_callback(died)

    async def close(self) -> None:
        """Finish the round that is under way."""
        self._closing.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._closing.is_set():
            try:
                await self._act()
            except (ConflictError, UnavailableError) as refusal:
                log.warning("periodic_work_failed", work=self._name, error=str(refusal))
            try:
                await asyncio.wait_for(self._closing.wait(), self._seconds)
            except TimeoutError:
                continue
