"""The plain unit of work: each is a transaction of its own, written when its block is over. It takes no turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final

from sqlalchemy import Connection

from guilder.core.clock import Clock
from guilder.core.database import Database
from guilder.core.joining import JoiningWork
from guilder.core.open_unit import OpenUnit
from guilder.core.outbox import Outbox
from guilder.core.resident import Resident
from guilder.core.stamps import Stamps
from guilder.core.unit_of_work import LONGEST_QUEUE, BusyError, ShuttingDownError
from guilder.core.writing import as_refusal, write_units

ROOMS_CHAIN: Final = "rooms"
"""The audit chain of everything that is written without the core's writer."""


class PlainCommit(JoiningWork):
    """`UnitOfWork` for the rooms outside the core; also for the core, where simplicity counts more than speed."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox) -> None:
        self._plainly = _PlainCommitment(database, clock, outbox)
        super().__init__(self._plainly)

    async def close(self) -> None:
        """Take nothing more, and wait for what is being written."""
        await self._plainly.close()


class _PlainCommitment:
    def __init__(self, database: Database, clock: Clock, outbox: Outbox) -> None:
        self._database = database
        self._stamps = Stamps(clock)
        self._outbox = outbox
        self._writing: set[asyncio.Future[None]] = set()
        self._is_closing = False

    async def close(self) -> None:
        self._is_closing = True
        if self._writing:
            await asyncio.wait(self._writing)

    async def open(self) -> OpenUnit:
        self._check_open()
        if len(self._writing) >= LONGEST_QUEUE:
            raise BusyError
        return OpenUnit(asyncio.current_task(), _NoResidents(), has_parts=True)

    def abandon(self, unit: OpenUnit) -> None:
        unit.discard()

    def finish(self, unit: OpenUnit) -> Awaitable[None]:
        try:
            if not unit.is_empty:
                self._check_open()
            unit.tell_queued()
        except BaseException:
            self.abandon(unit)
            raise
        if unit.is_empty:
            return _nothing_to_write()
        recorded_at = self._stamps.next()

        def write(connection: Connection) -> None:
            write_units(connection, [unit], outbox_rows=self._outbox, chain=ROOMS_CHAIN, recorded_at=recorded_at)

        # Once handed over it is written, even if the caller goes away meanwhile.
        writing = asyncio.ensure_future(self._write(write, unit))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        return asyncio.shield(writing)

    def _check_open(self) -> None:
        if self._is_closing:
            raise ShuttingDownError

    async def _write(self, write: Callable[[Connection], None], unit: OpenUnit) -> None:
        try:
            await self._database.write(write)
        except BaseException as error:
            unit.fail()
            refusal = as_refusal(error)
            if refusal is error:
                raise
            raise refusal from error
        self._outbox.wake({type(event).__name__ for event in unit.events})


async def _nothing_to_write() -> None:
    """A unit that changed nothing is durable as it is."""


class _NoResidents:
    """Keeps nothing between units."""

    async def find(self, key: Hashable, load: Callable[[], Awaitable[Any]]) -> Resident | None:
        aggregate = await load()
        return None if aggregate is None else Resident(key, aggregate)

    def peek(self, key: Hashable) -> Resident | None:
        return None

    def admit(self, key: Hashable, aggregate: Any) -> Resident:
        return Resident(key, aggregate)
