"""Writes queued units, many in one transaction, and decides what becomes of each when something fails."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from guilder.core.clock import Clock
from guilder.core.database import Database, DatabaseUnavailableError, OutcomeUnknownError
from guilder.core.outbox import Outbox
from guilder.core.residents import ResidentAggregates
from guilder.core.tables import writer
from guilder.core.unit import OpenUnit, StaleAggregateError
from guilder.core.writing import as_refusal, write_units
from guilder.shared.errors import UnavailableError

LARGEST_BATCH: Final = 200
LONGEST_QUEUE: Final = 5_000
_SECONDS_TO_LEARN_AN_OUTCOME: Final = 10

log = structlog.get_logger(__name__)


class BusyError(UnavailableError):
    """Too many changes wait to be saved; nothing was done, try again in a moment."""

    code = "busy"


class ShuttingDownError(UnavailableError):
    """Guilder is shutting down; nothing was done."""

    code = "shutting_down"


class WriterLostError(UnavailableError):
    """Another process writes these books now; this one must stop."""

    code = "writer_lost"


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    unit: OpenUnit
    outcome: asyncio.Future[None]


class Committer:
    """The single writer of its share of the books.

    Each physical commit is guarded by the writer's epoch and raises its batch number by one, so a writer that was
    replaced cannot commit, and after an unknown outcome of a commit it can tell what happened.
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
        self._clock = clock
        self._outbox = outbox
        self._residents = residents
        self._share = share
        self._epoch = 0
        self._batch = 0
        self._queue: deque[_Waiting] = deque()
        self._in_flight: tuple[_Waiting, ...] = ()
        self._news = asyncio.Event()
        self._is_closing = False
        self._running: asyncio.Task[None] | None = None

    async def start(self, on_death: Callable[[BaseException], None] | None = None) -> None:
        """Become the writer: every earlier one is refused from now on. `on_death` hears if the committer dies."""
        self._epoch, self._batch = await self._database.write(self._claim)
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
        """Raises `BusyError` or `ShuttingDownError` when no further unit is taken: before any work is done."""
        if not self.is_running:
            raise ShuttingDownError
        if len(self._queue) >= LONGEST_QUEUE:
            raise BusyError

    def submit(self, unit: OpenUnit) -> asyncio.Future[None]:
        """Queue a unit; the future ends when it is durable, or with why it is not."""
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        outcome.add_done_callback(_look)
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
                    batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_BATCH))]
                    self._in_flight = tuple(batch)
                    await self._commit(batch)
                    self._in_flight = ()
        finally:
            # Nobody waits for ever, even if the writer dies.
            for waiting in (*self._in_flight, *self._queue):
                if not waiting.outcome.done():
                    waiting.outcome.set_exception(ShuttingDownError())

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        sound = [waiting for waiting in batch if not await self._failed_with_another(waiting)]
        if not sound:
            return
        try:
            await self._write(sound)
        except DatabaseUnavailableError as error:
            await self._give_up(sound, error)
        except WriterLostError as error:
            await self._give_up(sound, error)
            raise
        except Exception as error:
            # One of them is guilty: written one at a time, only that one and what built on it fail.
            if len(sound) == 1:
                await self._fail(sound[0], error)
            else:
                log.info("batch_split", units=len(sound), error=repr(error)[:200])
                for waiting in sound:
                    await self._commit([waiting])
        else:
            for waiting in sound:
                await self._residents.settle(waiting.unit.changed)
                if not waiting.outcome.done():
                    waiting.outcome.set_result(None)
            if any(waiting.unit.events for waiting in sound):
                self._outbox.wake()

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        units = [waiting.unit for waiting in batch if not waiting.unit.is_empty]
        if not units:
            return
        recorded_at = self._clock.now()

        def write(connection: Connection) -> None:
            self._raise_batch(connection)
            write_units(connection, units, outbox_rows=self._outbox, chain=self._share, recorded_at=recorded_at)

        try:
            await self._database.write(write)
        except OutcomeUnknownError:
            if not await self._was_committed():
                raise
        self._batch += 1

    def _claim(self, connection: Connection) -> tuple[int, int]:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        fresh = dialect.insert(writer).values(share=self._share, epoch=0, batch=0)
        connection.execute(fresh.on_conflict_do_nothing())
        mine = writer.c.share == self._share
        connection.execute(update(writer).where(mine).values(epoch=writer.c.epoch + 1))
        row = connection.execute(select(writer.c.epoch, writer.c.batch).where(mine)).one()
        return row.epoch, row.batch

    def _raise_batch(self, connection: Connection) -> None:
        still_mine = (writer.c.share == self._share) & (writer.c.epoch == self._epoch)
        if connection.execute(update(writer).where(still_mine).values(batch=self._batch + 1)).rowcount != 1:
            raise WriterLostError

    async def _was_committed(self) -> bool:
        """Ask the database, for as long as it may take to come back, whether the last batch was saved."""
        query = select(writer.c.batch).where(writer.c.share == self._share)
        for _ in range(_SECONDS_TO_LEARN_AN_OUTCOME * 4):
            try:
                row = await self._database.fetch_one(query)
            except DatabaseUnavailableError:
                await asyncio.sleep(0.25)
                continue
            return row is not None and row.batch > self._batch
        return False

    async def _failed_with_another(self, waiting: _Waiting) -> bool:
        if not any(resident.is_dead for resident in waiting.unit.used.values()):
            return False
        await self._fail(waiting, StaleAggregateError())
        return True

    async def _give_up(self, batch: Sequence[_Waiting], error: UnavailableError) -> None:
        """The database is away: all that wait fail, and nothing in memory is trusted any more."""
        log.error("database_away", units=len(batch) + len(self._queue), error=repr(error)[:200])
        self._residents.forget_all()
        rest = [*batch, *self._queue]
        self._queue.clear()
        for waiting in rest:
            await self._fail(waiting, error)

    async def _fail(self, waiting: _Waiting, error: Exception) -> None:
        unit = waiting.unit
        for resident in unit.changed.values():
            resident.is_dead = True
            self._residents.forget(resident)
        for act in unit.when_failed:
            act()
        await self._residents.settle(unit.changed)
        if not waiting.outcome.done():
            waiting.outcome.set_exception(as_refusal(error))


def _look(outcome: asyncio.Future[None]) -> None:
    """A caller that went away does not look at the outcome; that is no reason for a warning."""
    if not outcome.cancelled():
        outcome.exception()
