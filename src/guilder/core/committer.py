"""Writes queued units, many in one transaction, and decides what becomes of each when something fails."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection

from guilder.core.clock import Clock
from guilder.core.database import Database, DatabaseUnavailableError, OutcomeUnknownError
from guilder.core.open_unit import OpenUnit, StaleAggregateError
from guilder.core.outbox import Outbox
from guilder.core.residents import ResidentAggregates
from guilder.core.stamps import Stamps
from guilder.core.unit_of_work import LONGEST_QUEUE, BusyError, ShuttingDownError
from guilder.core.writership import WriterLostError, Writership
from guilder.core.writing import as_refusal, write_units

LARGEST_BATCH: Final = 200
ENOUGH_TO_SHARE: Final = 32
"""So many units are written without letting more in: the next ones gather while these are on their way."""
SECONDS_TO_LEARN_AN_OUTCOME: Final = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    unit: OpenUnit
    outcome: asyncio.Future[None]


class Committer:
    """The single writer of its share of the books.

    Each physical commit is guarded and numbered by its `Writership`, so after an unknown outcome of a commit it can
    tell what happened: before it knows, and what is in memory agrees with it, no further unit is taken.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        outbox: Outbox,
        residents: ResidentAggregates,
        share: str = "core",
    ) -> None:
        self._database = database
        self._stamps = Stamps(clock)
        self._outbox = outbox
        self._residents = residents
        self._writership = Writership(database, share)
        self._queue: deque[_Waiting] = deque()
        self._in_flight: tuple[_Waiting, ...] = ()
        self._to_write_alone = 0
        self._news = asyncio.Event()
        self._unsure_of: int | None = None
        """The number of the commit of which it is not known whether it was saved, though its units have failed."""
        self._reloads: list[Callable[[], Awaitable[object]]] = []
        self._is_closing = False
        self._running: asyncio.Task[None] | None = None

    def when_behind(self, reload: Callable[[], Awaitable[object]]) -> None:
        """As `WriterQueue`."""
        self._reloads.append(reload)

    async def start(self, on_death: Callable[[BaseException], None] | None = None) -> None:
        """Become the writer: every earlier one is refused from now on. `on_death` hears if the committer dies."""
        await self._writership.claim()
        self._running = asyncio.create_task(self._run(), name="committer")

        def died(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None and on_death is not None:
                on_death(error)

        self._running.add_done_callback(died)

    async def close(self) -> None:
        """Take nothing more, write all that waits, and end."""
        self._is_closing = True
        self._news.set()
        if self._running is not None:
            await asyncio.wait([self._running])

    def check_open(self) -> None:
        """Raises `BusyError`, or as `check_running`, when no further unit is taken: before any work is done."""
        self.check_running()
        if len(self._queue) >= LONGEST_QUEUE:
            raise BusyError

    def check_running(self) -> None:
        """Raises when nothing is written, or not yet.

        Raises:
            ShuttingDownError: not any more.
            DatabaseUnavailableError: not before it is known what became of an earlier commit.
        """
        if not self.is_running:
            raise ShuttingDownError
        if self._unsure_of is not None:
            raise DatabaseUnavailableError("The database has not told yet whether it saved what was last written")

    def submit(self, unit: OpenUnit) -> asyncio.Future[None]:
        """Queue a unit; the future ends when it is durable, or with why it is not. Raises as `check_running`."""
        self.check_running()
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._residents.queue(unit.changed)
        self._queue.append(_Waiting(unit, outcome))
        self._news.set()
        return outcome

    @property
    def is_running(self) -> bool:
        """Whether units are taken and written."""
        return self._running is not None and not self._running.done() and not self._is_closing

    @property
    def waiting(self) -> int:
        """How many units wait to be written."""
        return len(self._queue) + len(self._in_flight)

    async def settled(self) -> None:
        """Returns when all that was queued up to now is written or has failed."""
        if self._queue or self._in_flight:
            waiting = [*self._in_flight, *self._queue]
            await asyncio.wait([item.outcome for item in waiting])

    async def _run(self) -> None:
        try:
            while not self._is_closing or self._queue:
                await self._news.wait()
                self._news.clear()
                while self._queue:
                    await self._let_gather()
                    await self._commit(self._next_batch())
                    self._in_flight = ()
        finally:
            # Nobody waits for ever, even if the writer dies.
            self._fail_all(ShuttingDownError())

    async def _let_gather(self) -> None:
        """Let in what is on its way already: whoever can be heard now shares the commit with those who wait."""
        waiting = 0
        while waiting < len(self._queue) < ENOUGH_TO_SHARE and not self._to_write_alone:
            waiting = len(self._queue)
            await asyncio.sleep(0)

    def _next_batch(self) -> list[_Waiting]:
        size = 1 if self._to_write_alone else min(len(self._queue), LARGEST_BATCH)
        self._to_write_alone = max(0, self._to_write_alone - 1)
        self._in_flight = tuple(self._queue.popleft() for _ in range(size))
        return [waiting for waiting in self._in_flight if not self._failed_with_another(waiting)]

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        try:
            await self._write(batch)
        except (DatabaseUnavailableError, WriterLostError) as error:
            # All that wait fail, and nothing in memory is trusted any more.
            log.error("database_away", units=self.waiting, error=repr(error)[:200])
            is_lost = isinstance(error, WriterLostError)
            self._residents.forget_all(WriterLostError if is_lost else DatabaseUnavailableError)
            self._fail_all(error)
            if is_lost:
                raise
            await self._become_sure()
        except Exception as error:
            if len(batch) == 1:
                self._fail(batch[0], error)
            else:
                # One of them is guilty: written one at a time, only that one and what built on it fail.
                log.info("batch_split", units=len(batch), error=repr(error)[:200])
                self._queue.extendleft(reversed(batch))
                self._to_write_alone = len(batch)
        else:
            for waiting in batch:
                self._residents.settle(waiting.unit.changed)
                waiting.outcome.set_result(None)
            self._outbox.wake({type(event).__name__ for waiting in batch for event in waiting.unit.events})

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        units = [waiting.unit for waiting in batch if not waiting.unit.is_empty]
        if not units:
            return
        recorded_at = self._stamps.next()
        number = 0

        def write(connection: Connection) -> None:
            nonlocal number
            number = self._writership.number_commit(connection)
            chain = self._writership.share
            write_units(connection, units, outbox_rows=self._outbox, chain=chain, recorded_at=recorded_at)

        try:
            await self._database.write(write)
        except OutcomeUnknownError as error:
            try:
                async with asyncio.timeout(SECONDS_TO_LEARN_AN_OUTCOME):
                    was_saved = await self._writership.was_saved(number)
            except TimeoutError:
                self._unsure_of = number
                raise error from None
            if not was_saved:
                raise DatabaseUnavailableError from error
        self._writership.saved(number)

    async def _become_sure(self) -> None:
        """Where the outcome of the last commit is not known, wait for the database, and for memory to follow it."""
        while self._unsure_of is not None and not self._is_closing:
            try:
                async with asyncio.timeout(SECONDS_TO_LEARN_AN_OUTCOME):
                    if await self._writership.was_saved(self._unsure_of):
                        for reload in self._reloads:
                            await reload()
                        self._writership.saved(self._unsure_of)
            except (TimeoutError, DatabaseUnavailableError):
                continue
            self._unsure_of = None

    def _failed_with_another(self, waiting: _Waiting) -> bool:
        if not any(resident.is_dead for resident in waiting.unit.used.values()):
            return False
        self._fail(waiting, StaleAggregateError())
        return True

    def _fail_all(self, error: Exception) -> None:
        waiting, self._in_flight = [*self._in_flight, *self._queue], ()
        self._queue.clear()
        self._to_write_alone = 0
        for each in waiting:
            self._fail(each, error)

    def _fail(self, waiting: _Waiting, error: Exception) -> None:
        if waiting.outcome.done():
            return
        for resident in waiting.unit.fail():
            resident.death = resident.death or StaleAggregateError
            self._residents.forget(resident)
        self._residents.settle(waiting.unit.changed)
        waiting.outcome.set_exception(as_refusal(error))
        waiting.outcome.exception()  # looked at: that its caller went away is no reason for a warning
