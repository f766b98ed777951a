"""The core's unit of work: one use case at a time in memory, many in one durable commit.

A unit takes the *turn*, works in memory, queues itself at the committer and passes the turn on; the next use case may
build on it at once. The committer writes all that wait in one transaction. So the order of events is the order of
turns, and the cost of a durable commit is shared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from guilder.core.batch import current_batch
from guilder.core.committer import Committer
from guilder.core.joining import JoiningWork
from guilder.core.open_unit import OpenUnit, UnitMisusedError, current_unit
from guilder.core.residents import ResidentAggregates


class GroupCommit(JoiningWork):
    """`CoreUnitOfWork` by group commit."""

    def __init__(self, committer: Committer, residents: ResidentAggregates) -> None:
        super().__init__(_GroupCommitment(committer, residents))
        self._residents = residents

    async def __aenter__(self) -> None:
        unit = current_unit()
        if unit is None:
            await self._open()
        elif unit.residents is self._residents:
            unit.blocks.append(unit.size)
        else:
            raise UnitMisusedError("What the core changes is written by its writer, never in the unit of another room")


class _GroupCommitment:
    def __init__(self, committer: Committer, residents: ResidentAggregates) -> None:
        self._committer = committer
        self._residents = residents
        self._turn = asyncio.Lock()

    async def open(self) -> OpenUnit:
        self._committer.check_open()
        await self._turn.acquire()
        try:
            # Anew: while this one waited, others may have filled the queue, or it was closed.
            self._committer.check_open()
            self._residents.make_room()
        except BaseException:
            self._turn.release()
            raise
        return OpenUnit(asyncio.current_task(), self._residents)

    def abandon(self, unit: OpenUnit) -> None:
        """What it changed is forgotten, so that the next one reads it as it is saved; what it only read stays."""
        for resident in unit.discard():
            self._residents.forget(resident)
        self._turn.release()

    def finish(self, unit: OpenUnit) -> Awaitable[None]:
        """The turn is passed on at once, whoever waits for the rest."""
        try:
            outcome = self._queue(unit)
        except BaseException:
            self.abandon(unit)
            raise
        self._turn.release()
        return _until_durable(outcome)

    def _queue(self, unit: OpenUnit) -> asyncio.Future[None] | None:
        """What to wait for: nothing, when nothing was changed and all that was read is saved."""
        unit.check_alive()
        must_wait = not unit.is_empty or any(self._residents.is_unsettled(key) for key in unit.used)
        if must_wait:
            self._committer.check_running()
        unit.tell_queued()
        return self._committer.submit(unit) if must_wait else None


async def _at_once() -> None:
    """There is nothing to wait for."""


def _until_durable(outcome: asyncio.Future[None] | None) -> Awaitable[None]:
    """What to wait for; whoever stops waiting leaves the commit to the others."""
    if outcome is None:
        return _at_once()
    batch = current_batch()
    return asyncio.shield(outcome) if batch is None else batch.take(outcome)
