"""A small aggregate for the tests of units of work: a counter, and a journal of its steps."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, select

from guilder.core.clock import Clock
from guilder.core.columns import Id
from guilder.core.committer import Committer
from guilder.core.database import Database, DatabaseUnavailableError, OutcomeUnknownError
from guilder.core.group_commit import GroupCommit
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.residents import DEFAULT_CAPACITY, ResidentAggregates
from guilder.core.system_clock import SystemClock
from guilder.core.unit import Unit
from guilder.shared.events import Aggregate, Event

T = TypeVar("T")

metadata = MetaData()
counters = Table(
    "counters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("value", Integer, nullable=False),
)
steps = Table("steps", metadata, Column("name", Text, primary_key=True))
labels = Table("labels", metadata, Column("counter_id", Id, primary_key=True), Column("label", Text, nullable=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRaised(Event):
    about: ClassVar[str] = "counter_id"

    counter_id: UUID
    value: int
    at: datetime


class Counter(Aggregate):
    __slots__ = ("id", "value")

    def __init__(self, id: UUID, value: int = 0, *, version: int = 0) -> None:
        super().__init__(version=version)
        self.id = id
        self.value = value

    def raise_by(self, step: int) -> None:
        self.value += step
        self.record(CounterRaised(counter_id=self.id, value=self.value, at=datetime(2010, 1, 4, tzinfo=UTC)))


class Counters:
    """The repository of counters; `loads` counts how often one was read."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit
        self.loads = 0

    async def get(self, id: UUID) -> Counter:
        async def load() -> Counter | None:
            self.loads += 1
            row = await self._database.fetch_one(select(counters).where(counters.c.id == id))
            return None if row is None else Counter(row.id, row.value, version=row.version)

        counter = await self._unit.find(Counter, id, load)
        if counter is None:
            raise KeyError(id)
        return counter

    def save(self, counter: Counter, *, step: str | None = None, label: str | None = None) -> None:
        self._unit.put(counters, counter, {"id": counter.id, "value": counter.value})
        if step is not None:
            self._unit.add(steps, {"name": step})
        if label is not None:
            self._unit.keep(labels, {"counter_id": counter.id}, {"label": label})


class Faulty:
    """A database whose writes can be made to fail, or to wait.

    `lost_answers` writes commit, and the connection breaks before the answer; `lost_commits` break without a commit.
    """

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.is_away = False
        self.writes = 0
        self.lost_answers = 0
        self.lost_commits = 0
        self.gate = asyncio.Event()
        self.gate.set()
        """While it is clear, writes wait."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def dialect_name(self) -> str:
        return self._inner.dialect_name

    async def write(self, work: Callable[[Connection], T]) -> T:
        self.writes += 1
        await self.gate.wait()
        if self.is_away:
            raise DatabaseUnavailableError
        if self.lost_commits:
            self.lost_commits -= 1
            await self._write_and_undo(work)
            raise OutcomeUnknownError
        result = await self._inner.write(work)
        if self.lost_answers:
            self.lost_answers -= 1
            raise OutcomeUnknownError
        return result

    async def _write_and_undo(self, work: Callable[[Connection], T]) -> None:
        def write(connection: Connection) -> None:
            work(connection)
            raise _UndoneError

        with contextlib.suppress(_UndoneError):
            await self._inner.write(write)


class _UndoneError(Exception):
    """Rolls a transaction back."""


class Core:
    """A writer with everything around it; `async with Core(database) as core`."""

    def __init__(self, database: Database, *, clock: Clock | None = None, capacity: int = DEFAULT_CAPACITY) -> None:
        clock = clock or SystemClock()
        self.database = Faulty(database)
        self.outbox = Outbox(TimeOrderedIds(), wanted=["CounterRaised"])
        self.residents = ResidentAggregates(capacity)
        self.committer = Committer(self.database, clock, self.outbox, self.residents)
        self.work = GroupCommit(self.committer, self.residents)
        self.plain = PlainCommit(self.database, clock, self.outbox)
        self.unit = Unit()
        self.counters = Counters(self.database, self.unit)

    async def __aenter__(self) -> Core:
        await self.committer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.database.gate.set()
        await self.committer.close()

    async def saved_value(self, id: UUID) -> int | None:
        row = await self.database.fetch_one(select(counters.c.value).where(counters.c.id == id))
        return None if row is None else int(row.value)

    async def saved_label(self, id: UUID) -> str | None:
        row = await self.database.fetch_one(select(labels.c.label).where(labels.c.counter_id == id))
        return None if row is None else str(row.label)

    async def saved_steps(self) -> set[str]:
        return {row.name for row in await self.database.fetch_all(select(steps))}
