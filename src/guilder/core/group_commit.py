"""The core's unit of work: one use case at a time in memory, many in one durable commit.

A unit takes the *turn*, works in memory, queues itself at the committer and passes the turn on; the next use case may
build on it at once. The committer writes all that wait in one transaction. So the order of events is the order of
turns, and the cost of a durable commit is shared.
"""

from __future__ import annotations

import asyncio

from guilder.core.committer import Committer
from guilder.core.joining import JoiningWork
from guilder.core.residents import ResidentAggregates
from guilder.core.unit import OpenUnit, StaleAggregateError


class GroupCommit(JoiningWork):
    """`CoreUnitOfWork` by group commit."""

    def __init__(self, committer: Committer, residents: ResidentAggregates) -> None:
        super().__init__(_GroupCommitment(committer, residents))


class _GroupCommitment:
    def __init__(self, committer: Committer, residents: ResidentAggregates) -> None:
        self._committer = committer
        self._residents = residents
        self._turn = asyncio.Lock()

    async def open(self) -> OpenUnit:
        self._committer.check_open()
        await self._turn.acquire()
        return OpenUnit(asyncio.current_task(), self._residents)

    def abandon(self, unit: OpenUnit) -> None:
        """What it changed is forgotten, so that the next one reads it as it is saved; what it only read stays."""
        for key, resident in unit.used.items():
            if key in unit.changed or resident.aggregate.is_changed:
                self._residents.forget(resident)
        self._turn.release()

    async def finish(self, unit: OpenUnit) -> None:
        if any(resident.is_dead for resident in unit.used.values()):
            self.abandon(unit)
            raise StaleAggregateError
        if unit.is_empty and not any(self._residents.is_unsettled(key) for key in unit.used):
            self._turn.release()
            return
        for act in unit.when_queued:
            act()
        outcome = self._committer.submit(unit)
        self._turn.release()
        await asyncio.shield(outcome)
