"""A small aggregate for the tests of units of work: a counter, and a journal of its steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, select

from guilder.core.columns import Id
from guilder.core.committer import Committer
from guilder.core.database import Database, DatabaseUnavailableError
from guilder.core.group_commit import GroupCommit
from guilder.core.outbox import Outbox
from guilder.core.plain_commit import PlainCommit
from guilder.core.random_ids import TimeOrderedIds
from guilder.core.residents import ResidentAggregates
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

    def save(self, counter: Counter, *, step: str | None = None) -> None:
        self._unit.put(counters, counter, {"id": counter.id, "value": counter.value})
        if step is not None:
            self._unit.add(steps, {"name": step})


class Faulty:
    """A database whose writes can be made to fail, or to wait."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.is_away = False
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def dialect_name(self) -> str:
        return self._inner.dialect_name

    async def write(self, work: Callable[[Connection], T]) -> T:
        self.writes += 1
        if self.is_away:
            raise DatabaseUnavailableError
        return await self._inner.write(work)


class Core:
    """A writer with everything around it; `async with Core(database) as core`."""

    def __init__(self, database: Database) -> None:
        self.database = Faulty(database)
        self.outbox = Outbox(TimeOrderedIds(), wanted=["CounterRaised"])
        self.residents = ResidentAggregates()
        self.committer = Committer(self.database, SystemClock(), self.outbox, self.residents)
        self.work = GroupCommit(self.committer, self.residents)
        self.plain = PlainCommit(self.database, SystemClock(), self.outbox)
        self.unit = Unit()
        self.counters = Counters(self.database, self.unit)

    async def __aenter__(self) -> Core:
        await self.committer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.committer.close()

    async def saved_value(self, id: UUID) -> int | None:
        row = await self.database.fetch_one(select(counters.c.value).where(counters.c.id == id))
        return None if row is None else int(row.value)

    async def saved_steps(self) -> set[str]:
        return {row.name for row in await self.database.fetch_all(select(steps))}
