"""Many units that are not waited for one by one: only at the end all of them are certain to be durable."""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final, Self

UNITS_UNDER_WAY: Final = 1_000
"""How many units may wait to be written before the next one waits as well: each is a few kilobytes of memory."""

UNITS_WITHOUT_A_PAUSE: Final = 20
"""After so many units everybody else gets a turn: what works in memory alone would never let go by itself."""


UNITS_OF_ONE_REQUEST: Final = 50
"""How many units of one request may wait to be written: the queue is there for everybody."""


class Batch:
    """`async with Batch():` a use case of many units, or many use cases, by one caller.

    A unit that is left inside is queued and not waited for, so many share one commit. The order of the units is that
    of the turns, as ever, and each is written as a whole or not at all; leaving the block waits for all of them. What
    was answered inside is not durable until then.
    """

    def __init__(self) -> None:
        self._under_way: deque[asyncio.Future[None]] = deque()
        self._left = 0
        self._token: Token[Batch | None] | None = None
        self.is_over = False

    async def take(self, outcome: asyncio.Future[None]) -> None:
        """Called by the unit of work when a unit was queued; its outcome is that of this unit or an earlier one.

        Raises:
            ConflictError, UnavailableError: an earlier unit could not be written, as `UnitOfWork` says.
        """
        self._under_way.append(outcome)
        self._left += 1
        if self._left % UNITS_WITHOUT_A_PAUSE == 0:
            await asyncio.sleep(0)
        while self._under_way and (self._under_way[0].done() or len(self._under_way) > UNITS_UNDER_WAY):
            await asyncio.shield(self._under_way.popleft())

    async def __aenter__(self) -> Batch:
        self._token = _batch.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all is written. Raises the first unit's failure, unless the block ended with an error itself."""
        self.is_over = True
        if self._token is not None:
            _batch.reset(self._token)
        if self._under_way:
            await asyncio.wait(self._under_way)
        if error is None:
            for outcome in self._under_way:
                outcome.result()


class SeparateUnits(Batch):
    """`async with SeparateUnits() as units:` a batch whose units each stand for themselves.

    One that cannot be written fails by itself, and leaving the block tells nothing of it: look at `outcomes`, one for
    each unit that was left with something to save, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[asyncio.Future[None]] = []

    async def take(self, outcome: asyncio.Future[None]) -> None:
        self.outcomes.append(outcome)
        if len(self.outcomes) % UNITS_WITHOUT_A_PAUSE == 0:
            await asyncio.sleep(0)
        if len(self.outcomes) > UNITS_OF_ONE_REQUEST:
            await asyncio.wait([self.outcomes[-UNITS_OF_ONE_REQUEST - 1]])

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until each is written or has failed."""
        await super().__aexit__(kind, error, trace)
        if self.outcomes:
            await asyncio.wait(self.outcomes)


_batch: ContextVar[Batch | None] = ContextVar("batch", default=None)


def current_batch() -> Batch | None:
    """The batch in which this task's units are left, if there is one; none for a task that outlived it."""
    batch = _batch.get()
    return None if batch is None or batch.is_over else batch
