"""The plain unit of work: each is a transaction of its own, written when its block is over. It takes no turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final

from sqlalchemy import Connection

from guilder.core.clock import Clock
from guilder.core.database import Database
from guilder.core.joining import JoiningWork
from guilder.core.outbox import Outbox
from guilder.core.stamps import Stamps
from guilder.core.unit import OpenUnit, Resident
from guilder.core.writing import as_refusal, write_units

ROOMS_CHAIN: Final = "rooms"
"""The audit chain of everything that is written without the core's writer."""


class PlainCommit(JoiningWork):
    """`UnitOfWork` for the rooms outside the core; also for the core, where simplicity counts more than speed."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox) -> None:
        super().__init__(_PlainCommitment(database, clock, outbox))


class _PlainCommitment:
    def __init__(self, database: Database, clock: Clock, outbox: Outbox) -> None:
        self._database = database
        self._stamps = Stamps(clock)
        self._outbox = outbox

    async def open(self) -> OpenUnit:
        return OpenUnit(asyncio.current_task(), _NoResidents())

    def abandon(self, unit: OpenUnit) -> None:
        unit.discard()

    async def finish(self, unit: OpenUnit) -> None:
        try:
            unit.tell_queued()
        except BaseException:
            self.abandon(unit)
            raise
        if unit.is_empty:
            return
        recorded_at = self._stamps.next()

        def write(connection: Connection) -> None:
            write_units(connection, [unit], outbox_rows=self._outbox, chain=ROOMS_CHAIN, recorded_at=recorded_at)

        # Once handed over it is written, even if the caller goes away meanwhile.
        writing = asyncio.ensure_future(self._write(write, unit))
        await asyncio.shield(writing)

    async def _write(self, write: Callable[[Connection], None], unit: OpenUnit) -> None:
        try:
            await self._database.write(write)
        except BaseException as error:
            unit.fail()
            refusal = as_refusal(error)
            if refusal is error:
                raise
            raise refusal from error
        if unit.events:
            self._outbox.wake()


class _NoResidents:
    """Keeps nothing between units."""

    async def find(self, key: Hashable, load: Callable[[], Awaitable[Any]]) -> Resident | None:
        aggregate = await load()
        return None if aggregate is None else Resident(key, aggregate)

    def admit(self, key: Hashable, aggregate: Any) -> Resident:
        return Resident(key, aggregate)
